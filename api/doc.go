// Package api is the contract: the types that travel on the wire, their
// enumerations, and the error codes. It depends on the standard library alone,
// so that a client can import it without the server.
//
// Field names and shapes are those of the commercetools Connect API; where its
// documentation is silent, docs/divergences.md records our decision.
package api
