package connector

import (
	"context"
	"slices"

	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// Draft returns the document of one of the caller's drafts. It returns a
// *problem.Error with ResourceNotFound when there is none of that name.
func (s *Service) Draft(ctx context.Context, p auth.Principal, ref store.Ref) ([]byte, error) {
	row, err := s.owned(ctx, p, ref)
	return row.Document, err
}

// Drafts returns a page of the caller's drafts; the query's owner is the
// caller's project, whatever it says.
func (s *Service) Drafts(ctx context.Context, p auth.Principal, q store.DraftQuery) (store.Page, error) {
	q.Owner = p.Project
	return s.store.Drafts(ctx, q)
}

// Connector returns the document of a production Connector. It returns a
// *problem.Error with ResourceNotFound when there is none of that name that the
// caller may see.
func (s *Service) Connector(ctx context.Context, p auth.Principal, ref store.Ref) ([]byte, error) {
	row, err := s.store.Connector(ctx, ref)
	if err != nil && !isMissing(err) {
		return nil, err
	}
	if err != nil || !visible(row, p) {
		return nil, notFound("Connector", ref)
	}
	return row.Document, nil
}

// Connectors returns a page of the listed Connectors that the caller may see; the
// query's viewer is the caller's project, whatever it says.
func (s *Service) Connectors(ctx context.Context, p auth.Principal, q store.ConnectorQuery) (store.Page, error) {
	q.Viewer = p.Project
	return s.store.Connectors(ctx, q)
}

// visible is the one answer to who sees a Connector: everybody a public one; a
// private one its owner and the projects that it was given to. Searches ask the
// store the same (store.ConnectorQuery); storetest holds both to each other.
func visible(c store.Connector, p auth.Principal) bool {
	return !c.Private || c.Owner == p.Project || slices.Contains(c.PrivateProjects, p.Project)
}
