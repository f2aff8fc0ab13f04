package connector

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/api"
)

func TestReadEventID(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := EventID{rapid.IntRange(0, 1000).Draw(t, "attempt"), rapid.IntRange(0, 1000).Draw(t, "n")}
		if got := ReadEventID(id.String()); got != id {
			t.Errorf("%s is read as %s", id, got)
		}
	})
	for _, text := range []string{"", "1", "1.", ".1", "-1.2", "1.-2", "a.b", "1.2.3", "99999999999999999999.1"} {
		requireEqual(t, text, EventID{}, ReadEventID(text))
	}
}

// told describes events.
func told(events []RunEvent) []string {
	out := []string{}
	for _, e := range events {
		text := e.ID.String() + " " + e.Name
		switch data := e.Data.(type) {
		case api.RunStepEvent:
			text += fmt.Sprintf(" %s %s", data.Name, data.State)
		case api.Finding:
			text += " " + data.Rule
		case api.Run:
			text += " " + data.State
		}
		out = append(out, text)
	}
	return out
}

// A run is told of as it happens: what is new is heard at once, and a listener who
// comes later is told the same from where it stopped.
func TestRunEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var steps []api.RunStep
		w := newWorld(t, func(o *Options) {
			o.Now = time.Now
			o.Progress = func(string) []api.RunStep { return steps }
		})
		w.clock.now = time.Now()
		d := w.update(t, w.create(t), api.UpdatePreviewable())
		claimed := w.claim(t, d)
		events := w.events(t, d, claimed.ID, EventID{})
		begin := time.Now()
		requireNext(t, events, time.Millisecond)
		steps = []api.RunStep{{Name: "fetch"}}
		requireNext(t, events, time.Hour, "1.1 step fetch begun")

		steps = []api.RunStep{{Name: "fetch"}, {Name: "check"}}
		next := make(chan struct{})
		go func() {
			defer close(next)
			requireNext(t, events, time.Hour, "1.2 step fetch ended", "1.3 step check begun")
		}()
		w.Announce(claimed.ID)
		<-next

		o := fails()
		o.Steps = []api.RunStep{{Name: "fetch"}, {Name: "check"}}
		o.Report.Findings = []api.Finding{{Rule: "a/first"}, {Rule: "b/second"}}
		if err := w.Finish(always, claimed, o); err != nil {
			t.Fatal(err)
		}
		rest := []string{"1.4 step check ended", "1.5 finding a/first", "1.6 finding b/second", "1.7 end failed"}
		requireNext(t, events, time.Hour, rest...)
		if took := time.Since(begin); took != time.Millisecond {
			t.Errorf("news took %s", took)
		}
		requireEnd(t, events)
		requireNext(t, w.events(t, d, claimed.ID, EventID{1, 3}), 0, rest...)
		requireNext(t, w.events(t, d, claimed.ID, EventID{1, 6}), 0, "1.7 end failed")
		requireEnd(t, w.events(t, d, claimed.ID, EventID{1, 7}))
	})
}

// What another process does is found by looking again.
func TestRunEventsElsewhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *Options) { o.Now = time.Now })
		w.clock.now = time.Now()
		d := w.update(t, w.create(t), api.UpdatePreviewable())
		claimed := w.claim(t, d)
		events := w.events(t, d, claimed.ID, EventID{})
		begin := time.Now()
		elsewhere := *w.Service
		elsewhere.news = newNews()
		go func() {
			if err := elsewhere.Finish(always, claimed, fails()); err != nil {
				t.Error(err)
			}
		}()
		requireNext(t, events, time.Hour, "1.1 step check begun", "1.2 step check ended", "1.3 end failed")
		if took := time.Since(begin); took > lookAgain {
			t.Errorf("it took %s", took)
		}
	})
}

func TestRunEventsErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.update(t, w.create(t), api.UpdatePreviewable())
	claimed := w.claim(t, d)
	_, err := w.RunEvents(always, acme, byID(d), "1", EventID{})
	requireProblem(t, err, 400, api.CodeInvalidPathParam)
	_, err = w.RunEvents(always, acme, byID(d), uuid.NewString(), EventID{})
	requireProblem(t, err, 404, api.CodeResourceNotFound)
	_, err = w.RunEvents(always, bolt, byID(d), claimed.ID, EventID{})
	requireProblem(t, err, 404, api.CodeResourceNotFound)
	if _, err := w.events(t, d, claimed.ID, EventID{}).Next(ended(), time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

func (w *world) events(t *testing.T, d api.ConnectorStaged, run string, after EventID) *RunEvents {
	t.Helper()
	events, err := w.RunEvents(always, acme, byID(d), run, after)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func requireNext(t *testing.T, events *RunEvents, patience time.Duration, want ...string) {
	t.Helper()
	got, err := events.Next(always, patience)
	if err != nil {
		t.Error(err)
	}
	requireEqual(t, "what is new", append([]string{}, want...), told(got))
}

func requireEnd(t *testing.T, events *RunEvents) {
	t.Helper()
	if got, err := events.Next(always, time.Hour); !errors.Is(err, io.EOF) {
		t.Errorf("after the end: %v, error %v", told(got), err)
	}
}
