package api

// Run is one preview or publish of a draft, under
// /x/v1/drafts/{id}/runs/{run}.
type Run struct {
	ID      string `json:"id"`
	DraftID string `json:"draftId"`
	// Kind is preview or publish.
	Kind string `json:"kind"`
	// State is queued, running, succeeded, failed or cancelled.
	State         string     `json:"state"`
	Certification bool       `json:"certification"`
	Repository    Repository `json:"repository"`
	// Commit is what the tag named when the run resolved it.
	Commit string `json:"commit,omitzero"`
	// Attempt counts how often a worker took the run.
	Attempt   int       `json:"attempt"`
	CreatedAt Timestamp `json:"createdAt"`
	StartedAt Timestamp `json:"startedAt,omitzero"`
	EndedAt   Timestamp `json:"endedAt,omitzero"`
	// Steps are what it did, in order; while it is running, the last one is under
	// way.
	Steps []RunStep `json:"steps"`
	// Findings counts those of its report; absent while there is none.
	Findings *FindingCounts `json:"findings,omitzero"`
}

// FindingCounts says how many findings there are of each type.
type FindingCounts struct {
	Errors      int `json:"errors"`
	Warnings    int `json:"warnings"`
	Information int `json:"information"`
}

// Count adds a finding of the type.
func (c *FindingCounts) Count(t ReportEntryType) {
	switch t {
	case EntryError:
		c.Errors++
	case EntryWarning:
		c.Warnings++
	case EntryInformation:
		c.Information++
	}
}

// Ended says whether nothing will happen to the run any more.
func (r Run) Ended() bool {
	return r.State == "succeeded" || r.State == "failed" || r.State == "cancelled"
}

// RunStep is one step of a run and how long it took.
type RunStep struct {
	Name string `json:"name"`
	// StartedAt is when it began; absent in runs of servers that did not note it.
	StartedAt Timestamp `json:"startedAt,omitzero"`
	// Milliseconds is the duration, with fractions; so far, of a step under way.
	Milliseconds float64 `json:"milliseconds"`
	// Failed says that the run ended with this step.
	Failed bool `json:"failed,omitzero"`
}

// RunStepEvent is what a stream of events tells of a step of a run.
type RunStepEvent struct {
	// Attempt is the one that the step belongs to: another begins with the first
	// step again.
	Attempt int    `json:"attempt"`
	Name    string `json:"name"`
	// State is begun or ended.
	State string `json:"state"`
	// StartedAt is when the step began, also in the event of its end.
	StartedAt Timestamp `json:"startedAt,omitzero"`
	// Milliseconds is the duration, with fractions; 0 of a step that has begun.
	Milliseconds float64 `json:"milliseconds"`
	// Failed says that the run ended with this step.
	Failed bool `json:"failed,omitzero"`
}
