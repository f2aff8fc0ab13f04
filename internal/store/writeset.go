package store

// WriteSet is everything that one request or one finished run changes. It is
// data, so that a store can apply it without knowing the rules, and put the
// sets of many requests into one transaction.
//
// Whether it can be applied is decided by its first statement alone, the guarded
// write of the draft: every expected failure is that statement's row count, so
// that nothing ever needs to be undone.
type WriteSet struct {
	Op    Op
	Guard Guard
	// Draft is the row to write. An update keeps its Key, Owner and CreatedAt as
	// they were inserted; for Delete only ID and LastModifiedAt are read.
	Draft Draft
	// Connector, when set, is inserted or, but for the same three, replaced. It
	// has the draft's id, key and owner, and its key is reserved to the owner for
	// good.
	Connector *Connector
	// PrivateProjects, when set, replaces those of the draft's Connector.
	PrivateProjects *[]string
	// Counters are added up. Totals of lists are right when every set carries
	// those of CountDraft.
	Counters []CounterDelta
	// StartRuns are queued, and workers are told after the commit. What a run
	// only gets by being worked is not read.
	StartRuns []Run
	// EndRun, when set, ends the run that the guard names.
	EndRun *RunEnd
	// CancelRun, when set, is the id of a run that is to stop: one that is
	// queued ends at once, at the draft's LastModifiedAt, a running one at its
	// next heartbeat. A run that has ended stays as it is.
	CancelRun string
}

// Op is what a WriteSet does to its draft.
type Op int

// The operations on a draft. Delete takes the draft's Connector along, and who
// may see it. Runs stay as a record; one that is still queued is the set's to
// cancel.
const (
	Insert Op = iota + 1
	Update
	Delete
)

// Guard is what must hold for a WriteSet to be applied.
type Guard struct {
	// Version is the stored version of the draft. For an insert it is 0: no
	// draft has the id or the key, and no other project has the key reserved.
	Version int64
	// RunID and Token, when set, name a run that the token's holder must still
	// hold. They guard an update or delete, and any EndRun.
	RunID, Token string
}

// CounterDelta changes how many rows of a scope have a set of types and a
// privacy. A scope is a project identifier for drafts.
type CounterDelta struct {
	Scope   string
	Types   TypeMask
	Private bool
	N       int64
}

// CountDraft returns what the change of a draft from before to after does to
// the counters; nil stands for no draft. A change that counts the same before
// and after needs none.
func CountDraft(before, after *Draft) []CounterDelta {
	var deltas []CounterDelta
	if before != nil && after != nil &&
		before.Owner == after.Owner && before.Types == after.Types && before.Private == after.Private {
		return nil
	}
	if before != nil {
		deltas = append(deltas, CounterDelta{Scope: before.Owner, Types: before.Types, Private: before.Private, N: -1})
	}
	if after != nil {
		deltas = append(deltas, CounterDelta{Scope: after.Owner, Types: after.Types, Private: after.Private, N: 1})
	}
	return deltas
}
