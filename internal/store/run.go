package store

import "time"

// RunKind says what a run does.
type RunKind string

// The kinds of run.
const (
	RunPreview RunKind = "preview"
	RunPublish RunKind = "publish"
)

// RunState is where a run stands.
type RunState string

// The states of a run. Succeeded means that the connector passed; a run over a
// bad repository ends as failed, and that is no trouble of ours.
const (
	RunQueued    RunState = "queued"
	RunRunning   RunState = "running"
	RunSucceeded RunState = "succeeded"
	RunFailed    RunState = "failed"
	RunCancelled RunState = "cancelled"
)

// Run is one preview or publish of a draft. The table of runs is the truth: a
// queue only tells workers to look at it.
type Run struct {
	ID      string
	DraftID string
	// Project is the identifier of the draft's owner.
	Project string
	Kind    RunKind
	// Certification is what publish was asked with.
	Certification bool
	State         RunState
	// Token is that of the worker who holds it, "" when nobody does.
	Token string
	// DueAt is when a worker may claim it: its time while queued, the end of
	// the lease while running.
	DueAt time.Time
	// Attempt counts claims, from 1.
	Attempt         int
	CancelRequested bool
	// URL and Tag are the draft's repository when the run was asked for.
	URL, Tag string
	// Commit is what the tag named; "" until the run has resolved it.
	Commit             string
	CreatedAt          time.Time
	StartedAt, EndedAt time.Time // zero until then
	// Steps is JSON: what the run did and how long each step took. Report is
	// JSON: the api.Report, and Findings how many of each type it has. They are nil
	// until the run has ended, and when it ended without one.
	Steps, Report, Findings []byte
}

// Ended says whether nothing will happen to the run any more.
func (r Run) Ended() bool {
	return r.State == RunSucceeded || r.State == RunFailed || r.State == RunCancelled
}

// Backlog is what waits for workers.
type Backlog struct {
	// Due is how many runs are due, Oldest since when the first of them is; the
	// zero time when there is none.
	Due    int
	Oldest time.Time
}

// RunEnd is how a run ends. It is written with the draft that it changes.
type RunEnd struct {
	State   RunState
	Commit  string
	EndedAt time.Time
	// Steps, Report and Findings are the run's, nil when there are none.
	Steps, Report, Findings []byte
}

// RunPlace is a place in the order in which runs ended; the zero value is before
// all of them.
type RunPlace struct {
	EndedAt time.Time
	ID      string
}

// RemovedRuns is what one RemoveRuns did.
type RemovedRuns struct {
	// N is how many runs are gone.
	N int
	// Last is where to go on, if not Done: nothing is left to look at.
	Last RunPlace
	Done bool
}
