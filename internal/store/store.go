// Package store says what the registry keeps and how it may be changed. It
// holds records and the Store interface; sqlstore implements it, storetest is
// the suite that every implementation passes.
//
// Every resource is stored as the document that goes on the wire, next to the
// few columns by which it is found. Nothing here reads or changes a document:
// the rules live in internal/connector.
package store

import (
	"context"
	"errors"
	"time"

	"github.com/greenroom-registry/greenroom/api"
)

// Errors of a Store. Anything else is trouble of the database. Every method that
// writes may return ErrUnwritable.
var (
	// ErrNotFound: no such row.
	ErrNotFound = errors.New("not found")
	// ErrConflict: the guard of a WriteSet does not hold any more; nothing was
	// written. Read again to learn why.
	ErrConflict = errors.New("guard does not hold")
	// ErrNewer: a newer program wrote the row, which may mean more than this one
	// understands; nothing was written. It takes an upgrade of this process.
	ErrNewer = errors.New("a newer version of Greenroom wrote it")
	// ErrKeyTaken: another draft has the key or the id, or the key is reserved to
	// another project; nothing was written.
	ErrKeyTaken = errors.New("key is taken")
	// ErrUnwritable: the database cannot be written now, since its disk is full, say,
	// or read-only; nothing was written, and reads go on. It passes without a
	// restart.
	ErrUnwritable = errors.New("the database cannot be written")
	// ErrFull: there are as many as there may be; nothing was written.
	ErrFull = errors.New("there is no room for more")
	// ErrBusy: too many writes wait, another process holds the database, or it is
	// being closed; nothing was written. Try again.
	ErrBusy = errors.New("the database is busy")
)

// Store is the database. All methods are safe for concurrent use and honor the
// context's deadline; what one call returns is as of one moment.
type Store interface {
	// Commit applies a WriteSet as a whole or not at all. A commit that
	// returned nil survives a crash of the process and of the machine. It
	// returns ErrConflict or ErrNewer, or ErrKeyTaken for an insert; and ErrBusy, as
	// does everything that writes. When the context ends before the set's turn to
	// write has come, it returns the context's error and has written nothing; from
	// then on the context does not stop it.
	Commit(ctx context.Context, w WriteSet) error

	// Draft and Connector return ErrNotFound when there is none. Whether the
	// caller may see it is not the store's question.
	Draft(ctx context.Context, ref Ref) (Draft, error)
	Connector(ctx context.Context, ref Ref) (Connector, error)
	// KeyReservation returns the project whose Connector has the key or once had
	// it: no other can insert a draft with it. It returns ErrNotFound for a key
	// that was never published.
	KeyReservation(ctx context.Context, key string) (string, error)
	// Drafts and Connectors return an error for a field that they cannot sort by.
	Drafts(ctx context.Context, q DraftQuery) (Page, error)
	Connectors(ctx context.Context, q ConnectorQuery) (Page, error)
	// DraftsOfStatus lists drafts of all projects in one of the states, the
	// longest unchanged first, ties by id, and how many there are.
	DraftsOfStatus(ctx context.Context, states []api.ConnectorStatus, limit, offset int) ([]Draft, int, error)

	Runs
	Clients
	Credentials

	// Ping returns nil when the database answers.
	Ping(ctx context.Context) error
	// Writable returns ErrUnwritable as long as writes fail with it.
	Writable(ctx context.Context) error
	Close() error
}

// Runs is the part of the store that workers use. A run is written with its
// draft by Commit; these methods move it between workers.
type Runs interface {
	// Run returns ErrNotFound when there is none.
	Run(ctx context.Context, id string) (Run, error)
	// RunsOf lists the runs of a draft, newest first, without their reports, and how
	// many there are.
	RunsOf(ctx context.Context, draftID string, limit, offset int) ([]Run, int, error)
	// ClaimRun gives the run to the holder of claim.Token until claim.Until, when
	// it is due: queued, or running with a lease that ended. It returns the run
	// as the claim left it. Otherwise it returns ErrNotFound, and whoever asked
	// has nothing to do.
	ClaimRun(ctx context.Context, id string, claim Claim) (Run, error)
	// ExtendRun prolongs a lease. It returns ErrConflict when the run is not
	// the token's any more or was asked to stop.
	ExtendRun(ctx context.Context, id, token string, until time.Time) error
	// ReleaseRun hands a claimed run back, to be claimed again at due. It returns
	// ErrConflict when the run is not the token's any more.
	ReleaseRun(ctx context.Context, id, token string, due time.Time) error
	// EndRun ends a claimed run whose draft does not want its result any more.
	// It returns ErrConflict when the run is not the token's any more.
	EndRun(ctx context.Context, id, token string, end RunEnd) error
	// DueRuns returns ids of runs that are due, the longest due first, ties by
	// id.
	DueRuns(ctx context.Context, now time.Time, limit int) ([]string, error)
	// Backlog returns how many runs are due.
	Backlog(ctx context.Context, now time.Time) (Backlog, error)
	// ExpireLeases makes every running run due now and returns for how many it
	// made a difference. Only a process that knows itself alone on the database
	// may call it.
	ExpireLeases(ctx context.Context, now time.Time) (int, error)
	// RemoveRuns looks at up to limit (at least 1) runs that ended before a time, in
	// the order in which they ended, ties by id, from behind a place on; and removes
	// those that nothing stands on. What it never removes is evidence: a publish that
	// succeeded, for a Connector or a certification stands on it; and of a draft that
	// is there all from its latest verdict of a kind (succeeded or failed) on, for
	// that is its report.
	RemoveRuns(ctx context.Context, before time.Time, after RunPlace, limit int) (RemovedRuns, error)
}

// Clients is the part of the store behind authentication.
type Clients interface {
	// PutClient inserts a client, or replaces all but the creation time of the
	// one with its id. A client that is replaced by a different one loses its
	// tokens: they were given for what it was.
	PutClient(ctx context.Context, c Client) error
	// Client returns ErrNotFound when there is none.
	Client(ctx context.Context, id string) (Client, error)
	// Clients lists all, the oldest first, ties by id.
	Clients(ctx context.Context) ([]Client, error)
	// RemoveClient removes a client and its tokens; ErrNotFound when there is
	// none.
	RemoveClient(ctx context.Context, id string) error
	PutToken(ctx context.Context, t Token) error
	// Token returns the token with its client; ErrNotFound when one of them is
	// not there. Whether the token has expired is not the store's question.
	Token(ctx context.Context, hash []byte) (Token, Client, error)
	// RemoveToken removes a token of the client; no such token is no error.
	RemoveToken(ctx context.Context, clientID string, hash []byte) error
	// RemoveExpiredTokens forgets tokens that ended before the time given.
	RemoveExpiredTokens(ctx context.Context, before time.Time) error
}

// Credentials is the part of the store behind private repositories.
type Credentials interface {
	// AddCredential returns ErrKeyTaken when the project has one of the kind for
	// the host or another has the id, and ErrFull when it has limit of them.
	AddCredential(ctx context.Context, c Credential, limit int) error
	// Credential returns ErrNotFound when the project has none of the kind for the
	// host.
	Credential(ctx context.Context, project, host string, kind CredentialKind) (Credential, error)
	// CredentialsOf lists a project's, the oldest first, ties by id.
	CredentialsOf(ctx context.Context, project string) ([]Credential, error)
	// CountCredentials counts those of all projects.
	CountCredentials(ctx context.Context) (int, error)
	// RemoveCredential returns what it removed; ErrNotFound when the project has
	// none of the id.
	RemoveCredential(ctx context.Context, project, id string) (Credential, error)

	// AddKnownHost adds a host key; one that is there stays as it is.
	AddKnownHost(ctx context.Context, h KnownHost) error
	// KnownHosts lists all, by host, then by key.
	KnownHosts(ctx context.Context) ([]KnownHost, error)
	// RemoveKnownHost removes all keys of the host; ErrNotFound when it has none.
	RemoveKnownHost(ctx context.Context, host string) error
}

// Ref names a draft or a Connector by id or, when ID is empty, by key.
type Ref struct{ ID, Key string }

// Claim is a worker's claim on a run. The token is made anew for each claim:
// whoever held the run before can write nothing any more.
type Claim struct {
	Token      string
	Now, Until time.Time
}
