package connector

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// EventID is the place of an event in the story of its run: which attempt, and
// which of its events, from 1. The zero value is before all.
type EventID struct{ Attempt, N int }

// ReadEventID reads what String writes; any other text is the zero value, with
// which a story begins anew.
func ReadEventID(text string) EventID {
	before, after, _ := strings.Cut(text, ".")
	attempt, errAttempt := strconv.Atoi(before)
	n, errN := strconv.Atoi(after)
	if errAttempt != nil || errN != nil || attempt < 0 || n < 0 {
		return EventID{}
	}
	return EventID{attempt, n}
}

func (id EventID) String() string { return fmt.Sprintf("%d.%d", id.Attempt, id.N) }

func (id EventID) after(other EventID) bool {
	return id.Attempt > other.Attempt || id.Attempt == other.Attempt && id.N > other.N
}

// RunEvent is something that happened to a run.
type RunEvent struct {
	ID EventID
	// Name is step, finding or end; Data is its api.RunStepEvent, api.Finding or
	// api.Run.
	Name string
	Data any
}

// RunEvents is the story of one run for one listener, who asks for it piece by
// piece. The pieces are made of the run as it is stored, and of its steps under way
// in this process: nothing is kept for a listener who is slow.
type RunEvents struct {
	service *Service
	run     string
	last    EventID
}

// RunEvents begins after the event given. It returns a *problem.Error with
// InvalidPathParam or ResourceNotFound.
func (s *Service) RunEvents(ctx context.Context, p auth.Principal, ref store.Ref, id string, after EventID) (*RunEvents, error) {
	row, err := s.runOf(ctx, p, ref, id)
	if err != nil {
		return nil, err
	}
	return &RunEvents{service: s, run: row.ID, last: after}, nil
}

// Next returns what has happened since the last call, or waits for it; nothing
// when patience is over. After the end it returns io.EOF, and when ctx ends the
// context's error.
func (e *RunEvents) Next(ctx context.Context, patience time.Duration) (fresh []RunEvent, err error) {
	row, awaitErr := e.service.await(ctx, e.run, patience, func(row store.Run) bool {
		fresh, err = e.fresh(row)
		return err != nil || len(fresh) > 0 || row.Ended()
	})
	switch {
	case awaitErr != nil:
		return nil, awaitErr
	case err != nil:
		return nil, err
	case len(fresh) > 0:
		e.last = fresh[len(fresh)-1].ID
	case row.Ended():
		return nil, io.EOF
	}
	return fresh, nil
}

func (e *RunEvents) fresh(row store.Run) ([]RunEvent, error) {
	events, err := e.service.story(row)
	if err != nil {
		return nil, err
	}
	for i, event := range events {
		if event.ID.after(e.last) {
			return events[i:], nil
		}
	}
	return nil, nil
}

// story is everything that happened in the run's latest attempt. That of a run that
// has ended continues that of the same run under way.
func (s *Service) story(row store.Run) ([]RunEvent, error) {
	run, err := s.wireRun(row)
	if err != nil {
		return nil, err
	}
	var events []RunEvent
	add := func(name string, data any) {
		events = append(events, RunEvent{EventID{run.Attempt, len(events) + 1}, name, data})
	}
	for i, step := range run.Steps {
		add("step", api.RunStepEvent{Attempt: run.Attempt, Name: step.Name, State: "begun", StartedAt: step.StartedAt})
		if underWay := !row.Ended() && i == len(run.Steps)-1; !underWay {
			add("step", api.RunStepEvent{
				Attempt: run.Attempt, Name: step.Name, State: "ended", StartedAt: step.StartedAt, Milliseconds: step.Milliseconds, Failed: step.Failed,
			})
		}
	}
	if !row.Ended() {
		return events, nil
	}
	var report api.Report
	if len(row.Report) > 0 {
		if err := json.Unmarshal(row.Report, &report); err != nil {
			return nil, fmt.Errorf("report of run %s: %w", row.ID, err)
		}
	}
	for _, f := range report.Findings {
		add("finding", f)
	}
	add("end", run)
	return events, nil
}
