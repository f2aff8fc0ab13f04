package connector

import (
	"errors"
	"slices"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// requireProblem fails unless err is what a caller is told, with the status and
// the code.
func requireProblem(t failer, err error, status int, code api.ErrorCode) problem.Error {
	t.Helper()
	var p *problem.Error
	if !errors.As(err, &p) {
		t.Fatalf("error %v, want %d %s", err, status, code)
	}
	if p.Status != status || p.Objects[0].Code != code {
		t.Fatalf("error %d %v, want %d %s", p.Status, err, status, code)
	}
	return *p
}

func requireConflict(t failer, err error, expected, current int64) problem.Error {
	t.Helper()
	p := requireProblem(t, err, 409, api.CodeConcurrentModification)
	if o := p.Objects[0]; o.ExpectedVersion != expected || o.CurrentVersion != current {
		t.Errorf("expected %d, current %d; want %d, %d", o.ExpectedVersion, o.CurrentVersion, expected, current)
	}
	return p
}

func requireEqual(t failer, what string, want, got any, options ...cmp.Option) {
	t.Helper()
	if diff := cmp.Diff(want, got, options...); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// requireConsistent checks what is stored of a draft twice: columns against
// documents, and derived members against what they are derived from, each in
// another way than the service does.
func (w *world) requireConsistent(t failer, id string) {
	t.Helper()
	row, err := w.store.Draft(always, store.Ref{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	d := decoded[api.ConnectorStaged](t, row.Document)
	requireEqual(t, "columns of the draft",
		[]any{d.ID, d.Key, d.Version, d.Name, d.Status, d.Private, store.MaskOf(d.IntegrationTypes)},
		[]any{row.ID, row.Key, row.Version, row.Name, row.Status, row.Private, row.Types})

	remembered := decoded[facts](t, row.Facts)
	if remembered.PreviewRun != "" && d.IsPreviewable != api.PreviewablePending || remembered.PublishRun != "" && d.Status != api.StatusProcessing {
		t.Errorf("facts %s of a draft that is %s", row.Facts, statusOf(d))
	}

	if waits := d.Status == api.StatusReadyForCertification || d.Status == api.StatusInCertification; waits != (remembered.Candidate != nil) {
		t.Errorf("facts %s of a draft that is %s", row.Facts, statusOf(d))
	}

	production, err := w.store.Connector(always, store.Ref{ID: id})
	derived := []bool{d.HasChanges, d.AlreadyListed, d.Certified, d.Private}
	if errors.Is(err, store.ErrNotFound) {
		requireEqual(t, "derived without a Connector", []bool{true, false, false, true}, derived)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	c := decoded[api.Connector](t, production.Document)
	requireEqual(t, "columns of the Connector",
		[]any{c.ID, c.Key, c.Version, c.Name, c.Private, store.MaskOf(c.IntegrationTypes), c.Creator.Company, d.ID, d.Key, row.Owner},
		[]any{production.ID, production.Key, production.Version, production.Name, production.Private, production.Types, production.Company, c.ID, c.Key, production.Owner})
	requireEqual(t, "projects", slices.Sorted(slices.Values(d.PrivateProjects)), production.PrivateProjects, cmpopts.EquateEmpty())
	requireEqual(t, "derived", []bool{differ(t, row.Document, production.Document), production.Listed, c.Certified, c.Private}, derived)
}

// differ compares the members by which a draft and its Connector can differ.
func differ(t failer, draft, production []byte) bool {
	t.Helper()
	d, c := decoded[map[string]any](t, draft), decoded[map[string]any](t, production)
	for _, member := range []string{
		"name", "description", "integrationTypes", "creator", "repository", "configurations", "globalConfiguration",
		"apiClient", "supportedRegions", "documentationUrl",
	} {
		ours, theirs := d[member], c[member]
		if member == "description" && theirs == nil {
			theirs = "" // left out of a Connector
		}
		if !cmp.Equal(ours, theirs) {
			return true
		}
	}
	return false
}
