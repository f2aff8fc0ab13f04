package faults_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
	"github.com/greenroom-registry/greenroom/internal/connector"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/jobs"
	pipeline "github.com/greenroom-registry/greenroom/internal/publish"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

// publishedAs is the name that the draft of a pipeline is published under.
const publishedAs = "published"

// pipelineOf is what a pipeline with a failpoint works on.
type pipelineOf struct {
	data, scratch string
	repository    api.Repository
	// accepted is told of the create and the publish.
	accepted func(operation) error
}

// failingStore is a store with a failpoint around what the pipeline does to it.
type failingStore struct {
	store.Store
	point *failpoint
}

func (s failingStore) Commit(ctx context.Context, w store.WriteSet) error {
	switch {
	case len(w.StartRuns) > 0:
		return s.point.around("accept", func() error { return s.Store.Commit(ctx, w) })
	case w.EndRun != nil:
		return s.point.around("finish", func() error { return s.Store.Commit(ctx, w) })
	default:
		return s.Store.Commit(ctx, w)
	}
}

func (s failingStore) ClaimRun(ctx context.Context, id string, c store.Claim) (run store.Run, err error) {
	err = s.point.around("claim", func() error {
		run, err = s.Store.ClaimRun(ctx, id, c)
		return err
	})
	return run, err
}

func (s failingStore) ExtendRun(ctx context.Context, id, token string, until time.Time) error {
	return s.point.around("extend", func() error { return s.Store.ExtendRun(ctx, id, token, until) })
}

// failingTrees is a source with a failpoint around its reading.
type failingTrees struct {
	*gitsource.Source
	point *failpoint
}

func (s failingTrees) Tree(ctx context.Context, req gitsource.Request) (tree *gitsource.Tree, err error) {
	err = s.point.around("fetch", func() error {
		tree, err = s.Source.Tree(ctx, req)
		return err
	})
	if err != nil && tree != nil {
		return nil, errors.Join(err, tree.Close())
	}
	return tree, err
}

// workWith creates a draft, publishes it and waits until that is over; the
// failpoint strikes on the way. It returns the error that the publish was refused
// with.
func workWith(ctx context.Context, f *failpoint, o pipelineOf) (err error) {
	kept, err := sqlstore.OpenSQLite(ctx, o.data, sqlstore.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	source, err := gitsource.New(gitsource.Options{AllowLoopbackHTTPAndFile: true, ScratchDir: o.scratch})
	if err != nil {
		return err
	}
	failing := failingStore{kept, f}
	log := slog.New(slog.DiscardHandler)
	drafts := connector.New(connector.Options{
		Store: failing, Repositories: source, Now: time.Now,
		Rules: field.Rules{Regions: api.DefaultRegions, RepositoryURL: source.CheckURL, RepositoryTag: gitsource.CheckTag},
	})
	worker := pipeline.New(pipeline.Options{
		Runs: failing, Drafts: drafts, Trees: failingTrees{source, f},
		Engine: check.New(checks.All()...), Now: time.Now, Log: log,
	})
	queue, err := jobs.New(ctx, jobs.Options{
		DB: kept.Queue(), Runs: failing, Workers: 4, Work: worker.Work, Now: time.Now, Log: log,
	})
	if err != nil {
		return err
	}
	kept.SetDoorbell(queue)
	if err := queue.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, queue.Stop(ctx)) }()
	return publishOnce(ctx, drafts, kept, o)
}

// devProject is that of the client of development servers.
const devProject = "europe-west1.gcp:dev"

// publishOnce creates and publishes a draft as a caller does.
func publishOnce(ctx context.Context, drafts *connector.Service, kept *sqlstore.Store, o pipelineOf) error {
	owner := auth.Principal{Project: devProject, Scopes: []auth.Scope{auth.ManageProject}}
	created, err := drafts.Create(ctx, owner, api.ConnectorStagedDraft{
		Key: "draft", Name: "draft", Description: "draft",
		Creator: api.Creator{Email: "faults@greenroom.example"}, Repository: o.repository,
	})
	if err != nil {
		return err
	}
	draft, err := accept(operation{Kind: create, Key: "draft", Status: 201}, created, o)
	if err != nil {
		return err
	}
	body, err := json.Marshal(api.ConnectorStagedUpdate{Version: draft.Version, Actions: []api.UpdateAction{
		api.SetName(publishedAs), api.SetDescription(publishedAs), api.Publish(false),
	}})
	if err != nil {
		return err
	}
	update, err := drafts.ReadUpdate(body)
	if err != nil {
		return err
	}
	updated, refused := drafts.Update(ctx, owner, store.Ref{ID: draft.ID}, update)
	if refused == nil {
		asked := operation{Kind: "publish", Key: "draft", Status: 200, Sent: draft.Version, Mark: publishedAs}
		if _, err := accept(asked, updated, o); err != nil {
			return err
		}
	}
	return errors.Join(refused, awaitRuns(ctx, kept, draft.ID))
}

// accept tells of an operation with the document that was answered.
func accept(asked operation, document []byte, o pipelineOf) (draft api.ConnectorStaged, err error) {
	if err := json.Unmarshal(document, &draft); err != nil {
		return draft, err
	}
	asked.took(&draft)
	return draft, o.accepted(asked)
}

// awaitRuns waits until every run of the draft has ended.
func awaitRuns(ctx context.Context, kept *sqlstore.Store, draft string) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		runs, _, err := kept.RunsOf(ctx, draft, page, 0)
		if err != nil {
			return err
		}
		if len(runs) == 0 || runs[0].Ended() {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("run %s is stuck as %s: %w", runs[0].ID, runs[0].State, ctx.Err())
		}
	}
}
