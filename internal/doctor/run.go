package doctor

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

const (
	// overdue is when a lease that ended is no mere wait for the sweep any more,
	// which comes every 2 s.
	overdue = 5 * time.Minute
	// farOff is longer than any lease, and than any pause between two attempts.
	farOff = time.Hour
)

// run looks at one run: whether a worker will take it if it has not ended, and what
// is kept of it if it has.
func (e *examination) run(r store.Run) error {
	want, problem := e.movable(r)
	if problem != "" {
		e.found(Finding{What: "run", ID: r.ID, Problem: problem}, sqlstore.RewriteRun(want))
	}
	switch {
	case !known(r.State):
		e.found(Finding{What: "run", ID: r.ID, Problem: fmt.Sprintf("its state is %.40q", r.State), Advice: restoreAdvice})
	case !readable[[]api.RunStep](r.Steps):
		e.found(Finding{What: "run", ID: r.ID, Problem: "its steps cannot be read", Advice: restoreAdvice})
	case !readable[api.Report](r.Report):
		e.found(Finding{What: "run", ID: r.ID, Problem: "its report cannot be read", Advice: restoreAdvice})
	}
	return nil
}

// movable is the run as it must be for the workers, and why it is not.
func (e *examination) movable(r store.Run) (want store.Run, problem string) {
	now := e.Now()
	want = r
	queue := func() { want.State, want.Token, want.DueAt = store.RunQueued, "", now }
	switch {
	case r.Ended() && r.Token != "":
		want.Token, problem = "", "it has ended and a worker holds it"
	case r.Ended() && r.EndedAt.IsZero():
		want.EndedAt, problem = latest(r.StartedAt, r.CreatedAt), "it has ended at no time"
	case !known(r.State) || r.Ended():
	case e.unawaited[r.ID]:
		want.State, want.Token, want.CancelRequested, want.EndedAt = store.RunCancelled, "", true, now
		problem = "it has not ended, and no draft waits for it"
	case r.DueAt.IsZero():
		queue()
		problem = "it is due at no time"
	case r.DueAt.After(now.Add(farOff)):
		queue()
		problem = "it is due only at " + r.DueAt.Format(time.RFC3339)
	case r.State == store.RunQueued && r.Token != "":
		queue()
		problem = "it is queued and a worker holds it"
	case r.State == store.RunRunning && r.Token == "":
		queue()
		problem = "it is running and no worker holds it"
	case r.State == store.RunRunning && r.DueAt.Before(now.Add(-overdue)):
		queue()
		problem = "its worker has been silent since " + r.DueAt.Format(time.RFC3339)
	}
	return want, problem
}

func known(s store.RunState) bool {
	return s == store.RunQueued || s == store.RunRunning || store.Run{State: s}.Ended()
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// readable says whether a text is what is made of it when it is read; none is.
func readable[T any](text []byte) bool {
	var v T
	return text == nil || json.Unmarshal(text, &v) == nil
}
