// Package connector holds the rules of the registry: what a draft may become,
// who may change and see what, what a publish makes of it. It knows the store,
// and repositories through a reader; not HTTP, not the queue.
package connector

import (
	"context"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// Repositories reads connect.yaml from a repository at a tag. gitsource.Source
// is one.
type Repositories interface {
	// Resolve returns the commit that the tag names now.
	Resolve(ctx context.Context, req gitsource.Request) (string, error)
	// File returns one file of the tag's commit.
	File(ctx context.Context, req gitsource.Request, path string) (gitsource.File, error)
	// CredentialID names what the request would be read with now: what one
	// credential has opened is not told to who has another, or none any more.
	CredentialID(ctx context.Context, req gitsource.Request) (string, error)
}

// Options configure a Service. All but ResolveTTL and Progress are required.
type Options struct {
	Store        store.Store
	Repositories Repositories
	Rules        field.Rules
	Now          func() time.Time
	// ResolveTTL is how long a tag's commit is believed without asking the
	// repository again; 0: it is always asked.
	ResolveTTL time.Duration
	// Progress returns the steps of a run under way, as far as they are known:
	// publish.Worker.Progress is one. nil: they are not.
	Progress func(run string) []api.RunStep
}

// Service applies the rules. It is safe for concurrent use.
type Service struct {
	store store.Store
	specs *specifications
	rules field.Rules
	news  *news
	now   func() time.Time

	progress func(run string) []api.RunStep
}

// New returns a Service.
func New(o Options) *Service {
	return &Service{
		store: o.Store,
		specs: newSpecifications(o.Repositories, o.ResolveTTL, o.Now),
		rules: o.Rules,
		news:  newNews(),
		now:   o.Now,

		progress: o.Progress,
	}
}

// owned returns a draft that belongs to the caller's project. Another project's
// is answered like one that does not exist.
func (s *Service) owned(ctx context.Context, p auth.Principal, ref store.Ref) (store.Draft, error) {
	row, err := s.store.Draft(ctx, ref)
	if err != nil && !isMissing(err) {
		return store.Draft{}, err
	}
	if err != nil || row.Owner != p.Project {
		return store.Draft{}, notFound("ConnectorStaged", ref)
	}
	return row, nil
}

// ownedRecord is owned, to be changed.
func (s *Service) ownedRecord(ctx context.Context, p auth.Principal, ref store.Ref) (*record, error) {
	row, err := s.owned(ctx, p, ref)
	if err != nil {
		return nil, err
	}
	r, err := s.record(ctx, row)
	if isMissing(err) { // the draft has just been deleted, and its Connector
		return nil, notFound("ConnectorStaged", ref)
	}
	return r, err
}

func notFound(what string, ref store.Ref) *problem.Error {
	if ref.ID != "" {
		return problem.NotFound("The " + what + " with ID '" + ref.ID + "' was not found.")
	}
	return problem.NotFound("The " + what + " with key '" + ref.Key + "' was not found.")
}
