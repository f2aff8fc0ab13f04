package connector

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// ErrUnreadable is returned when a stored document is none, or that of something else.
var ErrUnreadable = errors.New("the stored document cannot be read")

// Consistent is a draft as it must be, and what of it was otherwise.
type Consistent struct {
	Draft store.Draft
	// Connector is nil when there is none.
	Connector *store.Connector
	// DraftProblems and ConnectorProblems say what was not as it must be, a sentence
	// each; none: nothing was.
	DraftProblems, ConnectorProblems []string
	// Unawaited are the runs that have not ended although nobody waits for them.
	Unawaited []store.Run
}

// MakeConsistent recomputes what is derived: columns from documents, the draft's
// hasChanges, alreadyListed, certified and private from its Connector, and which run
// it waits for from its runs that have not ended, the newest first. A draft that waits
// for a run that is not there waits no longer: its preview is to be asked for again,
// its publish has failed. Versions and times stay.
//
// It returns ErrUnreadable.
func MakeConsistent(row store.Draft, production *store.Connector, active []store.Run, now time.Time) (Consistent, error) {
	r := &record{before: row}
	if err := errors.Join(json.Unmarshal(row.Document, &r.doc), json.Unmarshal(row.Facts, &r.facts)); err != nil {
		return Consistent{}, fmt.Errorf("%w: draft: %w", ErrUnreadable, err)
	}
	if r.doc.ID != row.ID {
		return Consistent{}, fmt.Errorf("%w: it is that of draft %q", ErrUnreadable, r.doc.ID)
	}
	if production != nil {
		r.production, r.productionRow = &connectorDocument{}, *production
		if err := json.Unmarshal(production.Document, r.production); err != nil {
			return Consistent{}, fmt.Errorf("%w: Connector: %w", ErrUnreadable, err)
		}
		if r.production.ID != row.ID {
			return Consistent{}, fmt.Errorf("%w: it is that of Connector %q", ErrUnreadable, r.production.ID)
		}
	}
	var c Consistent
	c.Unawaited = r.reconcile(active, now, &c.DraftProblems)
	if err := r.consistentDraft(&c); err != nil {
		return Consistent{}, err
	}
	if production != nil {
		r.consistentConnector(&c)
	}
	return c, nil
}

// reconcile makes the draft wait for the runs that it can wait for, and returns the
// others.
func (r *record) reconcile(active []store.Run, now time.Time, problems *[]string) (unawaited []store.Run) {
	waits := []struct {
		kind store.RunKind
		run  *string
		is   bool
	}{
		{store.RunPreview, &r.facts.PreviewRun, r.doc.IsPreviewable == api.PreviewablePending},
		{store.RunPublish, &r.facts.PublishRun, r.doc.Status == api.StatusProcessing},
	}
	for _, w := range waits {
		var candidates []store.Run
		for _, run := range active {
			if run.Kind == w.kind && !run.CancelRequested {
				candidates = append(candidates, run)
			}
		}
		awaited := slices.IndexFunc(candidates, func(run store.Run) bool { return run.ID == *w.run })
		switch {
		case !w.is:
			differs(problems, "the "+string(w.kind)+" that it waits for", *w.run, "")
			*w.run = ""
		case awaited >= 0:
			candidates = slices.Delete(candidates, awaited, awaited+1)
		case len(candidates) > 0:
			differs(problems, "the "+string(w.kind)+" that it waits for", *w.run, candidates[0].ID)
			*w.run, candidates = candidates[0].ID, candidates[1:]
		default:
			*problems = append(*problems, "it waits for a "+string(w.kind)+" that is not there")
			r.loseRun(w.kind, *w.run, now)
		}
		unawaited = append(unawaited, candidates...)
	}
	return unawaited
}

// loseRun is cancel for a run that is gone.
func (r *record) loseRun(kind store.RunKind, id string, now time.Time) {
	r.cancel(store.Run{ID: id, Kind: kind}, now)
	if kind == store.RunPublish {
		entry := &r.doc.PublishingReport.Entries[0]
		entry.Title = "Publish lost"
		entry.Message = "The server has lost the publish before it had an effect; the connector is not to blame. Publish it again."
	}
}

// consistentDraft compares the draft with what it must be. The bytes of its document
// stay as they are, unless it says something wrong.
func (r *record) consistentDraft(c *Consistent) error {
	before := r.doc.ConnectorStaged
	r.derive()
	differs(&c.DraftProblems, "hasChanges", before.HasChanges, r.doc.HasChanges)
	differs(&c.DraftProblems, "alreadyListed", before.AlreadyListed, r.doc.AlreadyListed)
	differs(&c.DraftProblems, "certified", before.Certified, r.doc.Certified)
	differs(&c.DraftProblems, "private", before.Private, r.doc.Private)
	differs(&c.DraftProblems, "the note that it is published", r.facts.Published, r.production != nil)
	r.facts.Published = r.production != nil
	rewritten := len(c.DraftProblems) > 0 // by reconcile too
	var err error
	if c.Draft, err = r.encoded(); err != nil {
		return err
	}
	if !rewritten {
		c.Draft.Document, c.Draft.Facts = r.before.Document, r.before.Facts
	}
	is, want := r.before, c.Draft
	for _, column := range []struct {
		name     string
		is, want any
	}{
		{"key", is.Key, want.Key},
		{"version", is.Version, want.Version},
		{"name", is.Name, want.Name},
		{"status", is.Status, want.Status},
		{"private", is.Private, want.Private},
		{"types", is.Types, want.Types},
	} {
		differs(&c.DraftProblems, "the column "+column.name, column.is, column.want)
	}
	return nil
}

func (r *record) consistentConnector(c *Consistent) {
	is, want := r.productionRow, r.connectorColumns()
	want.PrivateProjects = slices.Compact(slices.Sorted(slices.Values(r.doc.PrivateProjects)))
	for _, column := range []struct {
		name     string
		is, want any
	}{
		{"key", is.Key, want.Key},
		{"version", is.Version, want.Version},
		{"owner", is.Owner, want.Owner},
		{"name", is.Name, want.Name},
		{"private", is.Private, want.Private},
		{"types", is.Types, want.Types},
		{"company", is.Company, want.Company},
		{"search_text", is.SearchText, want.SearchText},
		{"private projects", strings.Join(is.PrivateProjects, " "), strings.Join(want.PrivateProjects, " ")},
	} {
		differs(&c.ConnectorProblems, "the column "+column.name, column.is, column.want)
	}
	c.Connector = &want
}

// maxShown bounds what of a value is quoted.
const maxShown = 100

// differs notes a value that is not what it must be.
func differs(problems *[]string, what string, is, want any) {
	if !reflect.DeepEqual(is, want) {
		*problems = append(*problems, fmt.Sprintf("%s is %s and must be %s", what, shown(is), shown(want)))
	}
}

func shown(v any) string {
	text := fmt.Sprint(v)
	if s := reflect.ValueOf(v); s.Kind() == reflect.String {
		text = fmt.Sprintf("%q", v)
	}
	if len(text) > maxShown {
		text = strings.ToValidUTF8(text[:maxShown], "") + "…"
	}
	return text
}
