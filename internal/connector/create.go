package connector

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/connector/action"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// ReadDraft reads the body of a create. Members that are the server's to set are
// not asked for, and so never applied. It returns a *problem.Error with every
// problem of the body.
func (s *Service) ReadDraft(body []byte) (api.ConnectorStagedDraft, error) {
	return jsonbody.Decode(body, func(o *jsonbody.Object) api.ConnectorStagedDraft {
		d := api.ConnectorStagedDraft{
			Key:              o.String("key", field.Key),
			Name:             o.RequiredString("name", field.Name),
			Description:      o.String("description", field.Description),
			IntegrationTypes: action.IntegrationTypes(o.Strings("integrationTypes", field.IntegrationType)),
			SupportedRegions: o.Strings("supportedRegions", s.rules.Region),
			PrivateProjects:  o.StringsUpTo(action.MaxPrivateProjects, "privateProjects", field.Project),
			DocumentationURL: o.String("documentationUrl", field.Link),
		}
		if c := o.Object("creator"); c != nil {
			d.Creator = readCreator(c)
		}
		if r := o.Object("repository"); r != nil {
			d.Repository = s.readRepository(r)
		}
		return d
	})
}

// ReadRepository reads a body that names a release. It returns a *problem.Error
// with every problem of the body.
func (s *Service) ReadRepository(body []byte) (api.Repository, error) {
	return jsonbody.Decode(body, s.readRepository)
}

func (s *Service) readRepository(o *jsonbody.Object) api.Repository {
	return api.Repository{
		URL: o.RequiredString("url", s.rules.URL),
		Tag: o.RequiredString("tag", s.rules.Tag),
	}
}

func readCreator(c *jsonbody.Object) api.Creator {
	return api.Creator{
		Name:             c.String("name", field.Person),
		Title:            c.String("title", field.Person),
		Email:            c.RequiredString("email", field.Email),
		Company:          c.String("company", field.Person),
		LogoURL:          c.String("logoUrl", field.Link),
		NoOfContributors: c.Int("noOfContributors", 1),
		SupportURL:       c.String("supportUrl", field.Link),
	}
}

// Create stores a new draft and returns its document. It returns a
// *problem.Error with DuplicateField when the key is taken, and those of reading
// the repository; then nothing was written.
func (s *Service) Create(ctx context.Context, p auth.Principal, d api.ConnectorStagedDraft) ([]byte, error) {
	if err := s.keyIsFree(ctx, p, d.Key); err != nil {
		return nil, err
	}
	spec, err := s.specs.read(ctx, p.Project, d.Repository)
	if err != nil {
		return nil, err
	}
	now := s.now()
	r := &record{
		before: store.Draft{Owner: p.Project, CreatedAt: now},
		doc: draftDocument{ConnectorStaged: api.ConnectorStaged{
			ID:               uuid.NewString(),
			Key:              d.Key,
			Name:             d.Name,
			Description:      d.Description,
			IntegrationTypes: d.IntegrationTypes,
			Creator:          d.Creator,
			Repository:       d.Repository,
			PrivateProjects:  d.PrivateProjects,
			SupportedRegions: d.SupportedRegions,
			Status:           api.StatusDraft,
			IsPreviewable:    api.PreviewableNone,
			DocumentationURL: d.DocumentationURL,
		}},
	}
	r.apply(spec)
	row, err := r.row(now)
	if err != nil {
		return nil, err
	}
	err = s.store.Commit(ctx, store.WriteSet{Op: store.Insert, Draft: row, Counters: store.CountDraft(nil, &row)})
	if errors.Is(err, store.ErrKeyTaken) {
		return nil, problem.DuplicateField("key", d.Key)
	}
	if err != nil {
		return nil, err
	}
	return row.Document, nil
}

// keyIsFree answers before the repository is read what the insert will decide: no
// draft has the key, and no other project has ever published it.
func (s *Service) keyIsFree(ctx context.Context, p auth.Principal, key string) error {
	if key == "" {
		return nil
	}
	_, err := s.store.Draft(ctx, store.Ref{Key: key})
	if err == nil {
		return problem.DuplicateField("key", key)
	}
	if !isMissing(err) {
		return err
	}
	project, err := s.store.KeyReservation(ctx, key)
	switch {
	case isMissing(err), err == nil && project == p.Project:
		return nil
	case err == nil:
		return problem.DuplicateField("key", key)
	default:
		return err
	}
}
