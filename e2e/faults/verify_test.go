package faults_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
)

// page is how many results are read at a time.
const page = 500

// facts are what is known of one draft from what was asked and answered.
type facts struct {
	created, removed           bool // acknowledged
	maybeCreated, maybeRemoved bool // sent, and nobody knows
	updates, maybeUpdates      int
	previews, maybePreviews    int
	publishes, maybePublishes  int
	marks                      map[string]bool
	hashes                     map[int64]string
	acknowledgedFrom           map[int64]int // by the version that was sent, the operation
	latest                     int64         // the highest version that anybody was told
}

// learned turns operations into facts, and what of them contradicts itself into
// violations.
func learned(all []operation) (map[string]*facts, []string) {
	known := map[string]*facts{}
	var violations []string
	for i := range all {
		o := &all[i]
		f := known[o.Key]
		if f == nil {
			f = &facts{marks: map[string]bool{o.Key: true}, hashes: map[int64]string{}, acknowledgedFrom: map[int64]int{}}
			known[o.Key] = f
		}
		if o.Status >= http.StatusInternalServerError && o.Status != http.StatusServiceUnavailable {
			violations = append(violations, fmt.Sprintf("operation %d: %s", o.N, o.Trouble))
		}
		violations = append(violations, f.note(o)...)
	}
	return known, violations
}

// note adds one operation, and says what it contradicts.
func (f *facts) note(o *operation) (violations []string) {
	if o.acknowledged() {
		violations = f.version(o.Version, o.Hash, fmt.Sprintf("operation %d on %s", o.N, o.Key))
	}
	f.count(o)
	if !o.updates() {
		return violations
	}
	f.marks[o.Mark] = true
	if !o.acknowledged() {
		return violations
	}
	if o.Kind == refuse {
		violations = append(violations, fmt.Sprintf("operation %d on %s: a batch with an action that is not allowed was accepted", o.N, o.Key))
	}
	if other, twice := f.acknowledgedFrom[o.Sent]; twice {
		violations = append(violations, fmt.Sprintf("lost update: operations %d and %d both changed version %d of %s", other, o.N, o.Sent, o.Key))
	}
	f.acknowledgedFrom[o.Sent] = o.N
	if o.Version != o.Sent+1 || o.Found != o.Mark {
		violations = append(violations, fmt.Sprintf("operation %d on %s: sent %s at version %d, answered %s at version %d",
			o.N, o.Key, o.Mark, o.Sent, o.Found, o.Version))
	}
	return violations
}

// count counts what was accepted, and what may have been.
func (f *facts) count(o *operation) {
	sure, maybe := 0, 0
	if o.acknowledged() {
		sure = 1
	} else if o.unanswered() {
		maybe = 1
	}
	switch o.Kind {
	case create:
		f.created, f.maybeCreated = f.created || sure == 1, f.maybeCreated || maybe == 1
	case remove:
		f.removed, f.maybeRemoved = f.removed || sure == 1, f.maybeRemoved || maybe == 1
	case rename, preview, publish:
		f.updates, f.maybeUpdates = f.updates+sure, f.maybeUpdates+maybe
	}
	switch o.Kind {
	case preview:
		f.previews, f.maybePreviews = f.previews+sure, f.maybePreviews+maybe
	case publish:
		f.publishes, f.maybePublishes = f.publishes+sure, f.maybePublishes+maybe
	}
}

// version compares a document with others of the same version.
func (f *facts) version(version int64, hash, where string) []string {
	f.latest = max(f.latest, version)
	if before, ok := f.hashes[version]; ok && before != hash {
		return []string{fmt.Sprintf("%s: version %d was another document before", where, version)}
	}
	f.hashes[version] = hash
	return nil
}

// settle waits until nothing is under way any more; it fails when that takes too
// long.
func (d *driver) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, recovery)
	defer cancel()
	drafts, err := d.client.Drafts(ctx, client.List{Limit: page})
	if err != nil {
		return err
	}
	for _, draft := range drafts.Results {
		if draft.Status != api.StatusProcessing && draft.IsPreviewable != api.PreviewablePending {
			continue
		}
		runs, err := d.runs(ctx, draft.Key)
		if err != nil {
			return err
		}
		for _, run := range runs {
			if run.Ended() {
				continue
			}
			if _, err := d.client.AwaitRun(ctx, client.ByKey(draft.Key), run.ID); err != nil {
				return fmt.Errorf("%s run %s of %s is stuck: %w", run.Kind, run.ID, draft.Key, err)
			}
		}
	}
	return nil
}

// verify reads everything back and returns what does not follow from what was
// asked and answered. Nothing may be under way.
func (d *driver) verify(t *testing.T, all []operation) []string {
	t.Helper()
	known, violations := learned(all)
	listed, err := d.listed(t.Context())
	if err != nil {
		t.Fatalf("%v\n%s", err, d.server.Output())
	}
	violations = append(violations, listed.violations...)
	for key := range listed.drafts {
		if f := known[key]; f == nil || !f.created && !f.maybeCreated {
			violations = append(violations, fmt.Sprintf("nobody asked for %s", key))
		}
	}
	d.mu.Lock()
	clear(d.known)
	d.mu.Unlock()
	for key, f := range known {
		found, ok := listed.drafts[key]
		switch {
		case !ok && f.created && !f.removed && !f.maybeRemoved:
			violations = append(violations, fmt.Sprintf("lost: the create of %s was acknowledged", key))
		case ok && f.removed:
			violations = append(violations, fmt.Sprintf("resurrected: the removal of %s was acknowledged", key))
		case ok:
			d.mu.Lock()
			d.known[key] = found.Version
			d.mu.Unlock()
			violations = append(violations, d.compare(t, key, f, found)...)
		}
	}
	if !d.asleep { // or what is under way may be left for longer than it should
		violations = append(violations, d.examine(t)...)
	}
	return violations
}

// examine asks the doctor, beside the server.
func (d *driver) examine(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), binary.Path(t), "doctor", "--data="+d.data).CombinedOutput()
	if err != nil {
		return []string{fmt.Sprintf("greenroom doctor: %v\n%s", err, out)}
	}
	return nil
}

type listing struct {
	drafts     map[string]api.ConnectorStaged
	violations []string
}

// listed reads all drafts, and compares the list's total with them.
func (d *driver) listed(ctx context.Context) (listing, error) {
	out := listing{drafts: map[string]api.ConnectorStaged{}}
	for {
		results, err := d.client.Drafts(ctx, client.List{Limit: page, Offset: len(out.drafts)})
		if err != nil {
			return out, err
		}
		for _, draft := range results.Results {
			out.drafts[draft.Key] = draft
		}
		if results.Count == page {
			continue
		}
		if results.Total != len(out.drafts) {
			out.violations = append(out.violations, fmt.Sprintf("the list counts %d drafts and holds %d", results.Total, len(out.drafts)))
		}
		return out, nil
	}
}

// runs reads all runs of a draft.
func (d *driver) runs(ctx context.Context, key string) (all []api.Run, err error) {
	for {
		runs, err := d.client.Runs(ctx, client.ByKey(key), client.List{Limit: page, Offset: len(all)})
		if err != nil {
			return nil, err
		}
		if all = append(all, runs.Results...); runs.Count < page {
			return all, nil
		}
	}
}

// compare compares one draft, its runs and its Connector with the facts.
func (d *driver) compare(t *testing.T, key string, f *facts, listed api.ConnectorStaged) (violations []string) {
	t.Helper()
	say := func(format string, args ...any) {
		violations = append(violations, key+": "+fmt.Sprintf(format, args...))
	}
	draft, err := d.client.Draft(t.Context(), client.ByKey(key))
	if err != nil {
		say("%v", err)
		return violations
	}
	if hash(&draft) != hash(&listed) {
		say("the list shows another document")
	}
	violations = append(violations, f.version(draft.Version, hash(&draft), key)...)
	if !d.asleep && (draft.Status == api.StatusProcessing || draft.IsPreviewable == api.PreviewablePending) {
		say("is left as %s, isPreviewable %s", draft.Status, draft.IsPreviewable)
	}
	if draft.Name != draft.Description || !f.marks[draft.Name] {
		say("half a batch: name %q, description %q", draft.Name, draft.Description)
	}
	if draft.Version < f.latest {
		say("lost: version %d was acknowledged, it is at %d", f.latest, draft.Version)
	}
	runs, err := d.runs(t.Context(), key)
	if err != nil {
		say("%v", err)
		return violations
	}
	return append(violations, d.compareRuns(t, key, f, draft, runs)...)
}

// compareRuns compares what was published and previewed with what was accepted,
// and the versions with both.
func (d *driver) compareRuns(t *testing.T, key string, f *facts, draft api.ConnectorStaged, runs []api.Run) (violations []string) {
	t.Helper()
	say := func(format string, args ...any) {
		violations = append(violations, key+": "+fmt.Sprintf(format, args...))
	}
	between := func(what string, n, least, most int) {
		if n < least || n > most {
			say("%d %s, must be %d to %d", n, what, least, most)
		}
	}
	previews, publishes, ended, made := 0, 0, 0, int64(0)
	for _, run := range runs {
		succeeded := run.State == "succeeded"
		if succeeded {
			ended++
		} else if !d.asleep || run.Ended() {
			say("%s run %s ended as %s", run.Kind, run.ID, run.State)
		}
		switch {
		case run.Kind != "publish":
			previews++
		case succeeded:
			publishes, made = publishes+1, made+1
		default:
			publishes++
		}
	}
	between("previews", previews, f.previews, f.previews+f.maybePreviews)
	between("publishes", publishes, f.publishes, f.publishes+f.maybePublishes)
	between("changes", int(draft.Version)-1-ended, f.updates, f.updates+f.maybeUpdates)
	production, err := d.client.Connector(t.Context(), client.ByKey(key))
	var refused *client.Error
	switch {
	case errors.As(err, &refused) && refused.StatusCode == http.StatusNotFound:
		production.Version = 0
	case err != nil:
		say("%v", err)
	}
	if production.Version != made {
		say("Connector version %d after %d publishes", production.Version, made)
	}
	return violations
}
