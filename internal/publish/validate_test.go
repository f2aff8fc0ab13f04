package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/panics"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// A validation says what a preview of the same release says, and leaves no trace.
func TestValidate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.ask(t, api.UpdatePreviewable())
	w.work(t, id)
	previewed := decode[api.Report](t, w.run(t, id, store.RunSucceeded).Report)
	before := w.draft(t)
	report, err := w.Validate(t.Context(), owner.Project, api.Repository{URL: w.repo.URL, Tag: tag})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(previewed, report); diff != "" || !report.Valid || report.Commit == "" {
		t.Errorf("valid %t, commit %q; preview (-) and validation (+) differ:\n%s", report.Valid, report.Commit, diff)
	}
	if diff := cmp.Diff(before, w.draft(t)); diff != "" {
		t.Errorf("the draft has changed (-before +after):\n%s", diff)
	}
	if runs, total, err := w.store.RunsOf(t.Context(), w.ref.ID, 5, 0); err != nil || total != 1 {
		t.Errorf("runs %v, %d, error %v", runs, total, err)
	}
	w.requireNoTree(t)
}

// What the repository is to blame for is a finding.
func TestValidateFinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	files := good()
	delete(files, "tax-service/package.json")
	w.repo.Commit(t, files)
	w.repo.Tag(t, "v2.0.0")
	for name, c := range map[string]struct {
		repository api.Repository
		commit     bool
		message    string
	}{
		"a bad connector": {api.Repository{URL: w.repo.URL, Tag: "v2.0.0"}, true, "has no folder of its name"},
		"no such tag":     {api.Repository{URL: w.repo.URL, Tag: "v9.9.9"}, false, "Repository with the tag is not reachable"},
		"a closed port":   {api.Repository{URL: "https://127.0.0.1:1/tax.git", Tag: tag}, false, "Repository with the tag is not reachable"},
		"no repository":   {api.Repository{URL: strings.Replace(w.repo.URL, "tax.git", "none.git", 1), Tag: tag}, false, "Repository with the tag is not reachable"},
	} {
		report, err := w.Validate(t.Context(), owner.Project, c.repository)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		told := slices.ContainsFunc(report.Findings, func(f api.Finding) bool { return strings.Contains(f.Message, c.message) })
		if report.Valid || (report.Commit != "") != c.commit || report.Ruleset == "" || !told {
			t.Errorf("%s: the report is %+v", name, report)
		}
	}
	w.git.Intercept(gitserver.Fail(http.StatusBadGateway))
	report, err := w.Validate(t.Context(), owner.Project, api.Repository{URL: w.repo.URL, Tag: tag})
	if err != nil || len(report.Findings) != 1 || report.Findings[0].Rule != ruleReachable {
		t.Errorf("a remote failure: %+v, error %v; want the finding of any other reason", report, err)
	}
	w.requireNoTree(t)
}

// Trouble of ours that may pass is no verdict.
func TestValidateMeetsTrouble(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone, leave := context.WithCancel(t.Context())
	leave()
	for name, c := range map[string]struct {
		ctx   context.Context //nolint:containedctx // a case of the table
		cause error
	}{
		"busy":      {t.Context(), fmt.Errorf("wait: %w", gitsource.ErrBusy)},
		"disk full": {t.Context(), errors.New("make /srv/scratch: disk full")},
		"given up":  {gone, context.Canceled},
	} {
		w.Trees = failing(c.cause)
		_, err := w.Validate(c.ctx, owner.Project, api.Repository{URL: w.repo.URL, Tag: tag})
		var p *problem.Error
		if !errors.As(err, &p) || p.Status != 503 || p.RetryAfter != 5*time.Second || !errors.Is(err, c.cause) {
			t.Errorf("%s: error %v", name, err)
			continue
		}
		if strings.Contains(p.Objects[0].Message, "srv") {
			t.Errorf("%s: the caller is told %q", name, p.Objects[0].Message)
		}
	}
}

// A check that panics is a fault of ours, which another try would meet again.
func TestValidateMeetsAPanic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Engine = check.New(check.Check{ID: "layout/broken", Title: "Panics.", Run: func(*check.Pass) error { panic("at /srv/stack") }})
	_, err := w.Validate(t.Context(), owner.Project, api.Repository{URL: w.repo.URL, Tag: tag})
	var fault *panics.Error
	var told *problem.Error
	if !errors.As(err, &fault) || errors.As(err, &told) || fault.Value != "at /srv/stack" {
		t.Errorf("error %v", err)
	}
	if logged := w.logged.String(); logged != "" {
		t.Errorf("whoever answers logs it, and not the worker too:\n%s", logged)
	}
	w.requireNoTree(t)
}

// A tree that is sent is judged as the release that has it, and leaves no trace.
func TestValidateTree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tree, err := w.source.Tree(t.Context(), gitsource.Request{Project: owner.Project, URL: w.repo.URL, Tag: tag})
	if err != nil {
		t.Fatal(err)
	}
	var pack bytes.Buffer
	if err := errors.Join(w.source.Pack(t.Context(), tree, &pack), tree.Close()); err != nil {
		t.Fatal(err)
	}
	want, err := w.Validate(t.Context(), owner.Project, api.Repository{URL: w.repo.URL, Tag: tag})
	if err != nil {
		t.Fatal(err)
	}
	want.Commit = "" // a tree does not know it
	got, err := w.ValidateTree(t.Context(), owner.Project, bytes.NewReader(pack.Bytes()), tree.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" || got.Tree != tree.ID {
		t.Errorf("tree %s, judged %s; the release (-) and the tree (+) differ:\n%s", tree.ID, got.Tree, diff)
	}
	_, err = w.ValidateTree(t.Context(), owner.Project, strings.NewReader("PACK"), tree.ID)
	if p := (*problem.Error)(nil); !errors.As(err, &p) || p.Status != http.StatusBadRequest {
		t.Errorf("of what is no pack: %v", err)
	}
	w.requireNoTree(t)
}
