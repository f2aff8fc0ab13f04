package connector

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// Runs lists the runs of one of the caller's drafts, newest first, and how many
// there are. It returns a *problem.Error with ResourceNotFound when there is no
// such draft.
func (s *Service) Runs(ctx context.Context, p auth.Principal, ref store.Ref, limit, offset int) ([]api.Run, int, error) {
	draft, err := s.owned(ctx, p, ref)
	if err != nil {
		return nil, 0, err
	}
	rows, total, err := s.store.RunsOf(ctx, draft.ID, limit, offset)
	if err != nil {
		return nil, 0, err
	}
	runs := make([]api.Run, len(rows))
	for i, row := range rows {
		if runs[i], err = s.wireRun(row); err != nil {
			return nil, 0, err
		}
	}
	return runs, total, nil
}

// Run returns one run of one of the caller's drafts; one that has not ended, as it
// is when it ends or when patience does, whichever is first. It returns a
// *problem.Error with InvalidPathParam or ResourceNotFound.
func (s *Service) Run(ctx context.Context, p auth.Principal, ref store.Ref, id string, patience time.Duration) (api.Run, error) {
	row, err := s.runOf(ctx, p, ref, id)
	if err == nil && patience > 0 && !row.Ended() {
		row, err = s.await(ctx, row.ID, patience, store.Run.Ended)
	}
	if err != nil {
		return api.Run{}, err
	}
	return s.wireRun(row)
}

// RunReport returns the report of a run that has ended. It returns a
// *problem.Error with InvalidPathParam, or with ResourceNotFound, also when the
// run has no report yet or was cancelled before it had one.
func (s *Service) RunReport(ctx context.Context, p auth.Principal, ref store.Ref, id string) ([]byte, error) {
	row, err := s.runOf(ctx, p, ref, id)
	if err != nil {
		return nil, err
	}
	if len(row.Report) == 0 {
		return nil, problem.NotFound("The run has no report; its state is " + string(row.State) + ".")
	}
	return row.Report, nil
}

func (s *Service) runOf(ctx context.Context, p auth.Principal, ref store.Ref, id string) (store.Run, error) {
	canonical, ok := field.ID(id)
	if !ok {
		return store.Run{}, problem.InvalidPath("run", "must be a UUID.")
	}
	draft, err := s.owned(ctx, p, ref)
	if err != nil {
		return store.Run{}, err
	}
	row, err := s.store.Run(ctx, canonical)
	if err != nil && !isMissing(err) {
		return store.Run{}, err
	}
	if err != nil || row.DraftID != draft.ID {
		return store.Run{}, problem.NotFound("The run with ID '" + id + "' was not found.")
	}
	return row, nil
}

func (s *Service) wireRun(row store.Run) (api.Run, error) {
	run := api.Run{
		ID:            row.ID,
		DraftID:       row.DraftID,
		Kind:          string(row.Kind),
		State:         string(row.State),
		Certification: row.Certification,
		Repository:    api.Repository{URL: row.URL, Tag: row.Tag},
		Commit:        row.Commit,
		Attempt:       row.Attempt,
		CreatedAt:     api.Timestamp{Time: row.CreatedAt},
		StartedAt:     api.Timestamp{Time: row.StartedAt},
		EndedAt:       api.Timestamp{Time: row.EndedAt},
		Steps:         []api.RunStep{},
	}
	if row.State == store.RunRunning && s.progress != nil {
		run.Steps = append(run.Steps, s.progress(row.ID)...)
	}
	if len(row.Steps) > 0 {
		if err := json.Unmarshal(row.Steps, &run.Steps); err != nil {
			return api.Run{}, fmt.Errorf("steps of run %s: %w", row.ID, err)
		}
	}
	if len(row.Findings) > 0 {
		if err := json.Unmarshal(row.Findings, &run.Findings); err != nil {
			return api.Run{}, fmt.Errorf("counts of findings of run %s: %w", row.ID, err)
		}
	}
	return run, nil
}

// counted says how many findings there are of each type.
func counted(findings []api.Finding) (counts api.FindingCounts) {
	for _, f := range findings {
		counts.Count(f.Type)
	}
	return counts
}
