package publish

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

func TestPublish(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	commit := w.repo.Git(t, "", "rev-parse", "refs/heads/main")
	id := w.ask(t, api.Publish(false))
	if got := w.draft(t); got.Status != api.StatusProcessing || got.Version != 2 {
		t.Fatalf("asked for a publish, the draft is %s at version %d", got.Status, got.Version)
	}
	w.work(t, id)

	draft := w.draft(t)
	if draft.Status != api.StatusPublished || draft.Version != 3 || draft.HasChanges || !draft.AlreadyListed {
		t.Errorf("the draft is %+v", draft)
	}
	production, err := w.Drafts.Connector(t.Context(), owner, w.ref)
	if err != nil {
		t.Fatal(err)
	}
	if got := decode[api.Connector](t, production); got.Version != 1 || len(got.Configurations) != 1 {
		t.Errorf("the Connector is %+v", got)
	}
	run := w.run(t, id, store.RunSucceeded)
	if run.Commit != commit || run.Attempt != 1 || run.Token != "" {
		t.Errorf("the run is %+v", run)
	}
	if report := decode[api.Report](t, run.Report); !report.Valid || report.Commit != commit || report.Ruleset != w.Engine.Ruleset() {
		t.Errorf("its report is %+v", report)
	}
	steps := decode[[]api.RunStep](t, run.Steps)
	if len(steps) != 2 || steps[0].Name != "fetch" || steps[1].Name != "check" || steps[0].Milliseconds <= 0 || steps[0].Failed || steps[1].Failed {
		t.Errorf("its steps are %+v", steps)
	}
	w.requireNoTree(t)
}

// The report has an entry for each family of checks, and says where the run is.
func TestEntriesOfAPass(t *testing.T) {
	t.Parallel()
	for _, public := range []string{"", "https://registry.example"} {
		t.Run("public URL "+public, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.PublicURL = public
			id := w.ask(t, api.UpdatePreviewable())
			w.work(t, id)
			draft := w.draft(t)
			if draft.IsPreviewable != api.PreviewableTrue || draft.PublishingReport != nil {
				t.Fatalf("the draft is %+v", draft)
			}
			want := []string{
				"Information|Connector specification file validation check succeeded||",
				"Information|Application layout check succeeded||tax-service",
				"Information|Environment variables check succeeded||tax-service",
				"Information|Deployment scripts check succeeded||tax-service",
				"Information|Committed secrets check succeeded||tax-service",
				"Information|Documents check succeeded||",
				"Information|Code hygiene check succeeded||tax-service",
				"Information|Application build check skipped|Greenroom runs no code of a connector and makes no image of it; leave that to CI.|",
				"Information|Unit tests check skipped|Greenroom runs no code of a connector and makes no image of it; leave that to CI.|",
				"Information|Security scan check skipped|Greenroom runs no code of a connector and makes no image of it; leave that to CI.|",
				fmt.Sprintf("Information|Run|The run and its whole report: %s/x/v1/drafts/%s/runs/%s|", public, w.ref.ID, id),
			}
			if diff := cmp.Diff(want, lines(draft.PreviewableReport)); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			for _, e := range draft.PreviewableReport.Entries {
				if d := w.clock.now().Sub(e.CreatedAt.Time); d < -1e6 || d > 60e9 {
					t.Errorf("entry %q was made %s ago", e.Title, d)
				}
			}
		})
	}
}

// A publish of the commit that was previewed has nothing left to check, and says so.
func TestPublishAfterPreview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	preview := w.ask(t, api.UpdatePreviewable())
	w.work(t, preview)
	publish := w.ask(t, api.Publish(false))
	w.work(t, publish)
	draft := w.draft(t)
	if draft.Status != api.StatusPublished {
		t.Fatalf("the draft is %+v", draft)
	}
	const reused = "Nothing that it looks at has changed since an earlier run; the result of that is used."
	want := []string{
		"Information|Connector specification file validation check succeeded||",
		"Information|Application layout check skipped|" + reused + "|tax-service",
		"Information|Environment variables check skipped|" + reused + "|tax-service",
		"Information|Deployment scripts check skipped|" + reused + "|tax-service",
		"Information|Committed secrets check skipped|" + reused + "|tax-service",
		"Information|Documents check skipped|" + reused + "|",
	}
	if diff := cmp.Diff(want, lines(draft.PublishingReport)[:len(want)]); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	if a, b := w.run(t, preview, store.RunSucceeded).Report, w.run(t, publish, store.RunSucceeded).Report; !bytes.Equal(a, b) {
		t.Errorf("the report of the publish differs from that of the preview:\n%s\n%s", a, b)
	}
}

func lines(r *api.ConnectorReport) []string {
	if r == nil {
		return nil
	}
	var out []string
	for _, e := range r.Entries {
		out = append(out, fmt.Sprintf("%s|%s|%s|%s", e.Type, e.Title, e.Message, e.Application))
	}
	return out
}

// What the repository is to blame for ends the run at once, and the report says
// so in the words of the reference page.
func TestTerminal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*testing.T, *world)
		rule  string
		title string
	}{
		"tag vanished": {func(t *testing.T, w *world) {
			t.Helper()
			w.repo.DeleteTag(t, tag)
		}, ruleReachable, "Repository with the tag is not reachable"},
		"tag moved to a commit without connect.yaml": {func(t *testing.T, w *world) {
			t.Helper()
			w.repo.Commit(t, map[string]string{"README.md": "moved"})
			w.repo.Tag(t, tag)
		}, check.RuleFileMissing, "Connector specification file not found"},
		"tag moved to a bad connect.yaml": {func(t *testing.T, w *world) {
			t.Helper()
			w.repo.Commit(t, map[string]string{"connect.yaml": "deployAs: 1\n"})
			w.repo.Tag(t, tag)
		}, "spec/type", "Connector specification file is not valid"},
		"folder gone": {func(t *testing.T, w *world) {
			t.Helper()
			files := good()
			delete(files, "tax-service/package.json")
			w.repo.Commit(t, files)
			w.repo.Tag(t, tag)
		}, "layout/application-folder", "Application folder"},
		"access refused": {func(_ *testing.T, w *world) { w.git.Intercept(gitserver.Fail(http.StatusForbidden)) }, ruleReachable, "Repository with the tag is not reachable"},
		"too large": {func(_ *testing.T, w *world) {
			w.Trees = failing(fmt.Errorf("fetch: %w", gitsource.ErrTooLarge))
		}, ruleSize, "Git repository too large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id := w.ask(t, api.Publish(false))
			c.spoil(t, w)
			w.work(t, id)
			draft := w.draft(t)
			if draft.Status != api.StatusFailed {
				t.Fatalf("the draft is %s; logged:\n%s", draft.Status, w.logged)
			}
			report := decode[api.Report](t, w.run(t, id, store.RunFailed).Report)
			if report.Valid || len(report.Findings) == 0 || report.Findings[0].Rule != c.rule || report.Findings[0].Type != api.EntryError {
				t.Errorf("the report is %+v, want %s", report, c.rule)
			}
			entries := strings.Join(lines(draft.PublishingReport), "\n")
			if !strings.Contains(entries, "\nError|"+c.title+"|") || !strings.Contains(entries, "("+c.rule+")") && !strings.Contains(entries, ", "+c.rule+")") {
				t.Errorf("no entry %q of %s in\n%s", c.title, c.rule, entries)
			}
			if !strings.Contains(entries, "Connector specification file validation check ") || !strings.Contains(entries, "/runs/"+id) {
				t.Errorf("an entry of a family or of the run is missing:\n%s", entries)
			}
			if _, err := w.Drafts.Connector(t.Context(), owner, w.ref); err == nil {
				t.Error("there is a Connector")
			}
			w.requireNoTree(t)
		})
	}
}

// A failed re-publish leaves the Connector as it was.
func TestFailedRepublish(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.work(t, w.ask(t, api.Publish(false)))
	before, err := w.Drafts.Connector(t.Context(), owner, w.ref)
	if err != nil {
		t.Fatal(err)
	}
	w.ask(t, api.SetName("Another"))
	id := w.ask(t, api.Publish(false))
	w.repo.DeleteTag(t, tag)
	w.work(t, id)
	after, err := w.Drafts.Connector(t.Context(), owner, w.ref)
	if err != nil || string(after) != string(before) {
		t.Errorf("the Connector was\n%s\nand is\n%s, %v", before, after, err)
	}
	if draft := w.draft(t); draft.Status != api.StatusFailed || !draft.AlreadyListed || !draft.HasChanges {
		t.Errorf("the draft is %+v", draft)
	}
}

// A draft's report repeats a bounded number of findings; the run's has all.
func TestManyFindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Engine = check.New(check.Check{ID: "layout/noisy", Title: "Silence.", Run: func(p *check.Pass) error {
		p.Report(api.Finding{Type: api.EntryInformation, Message: "not repeated", File: "a"})
		for i := range maxEntries + 7 {
			p.Report(api.Finding{Type: api.EntryWarning, Message: fmt.Sprintf("warning %d", i), File: "b", Line: i + 1, Column: 1})
		}
		return nil
	}})
	id := w.ask(t, api.UpdatePreviewable())
	w.work(t, id)
	draft := w.draft(t)
	if draft.IsPreviewable != api.PreviewableTrue {
		t.Errorf("warnings made the preview %s", draft.IsPreviewable)
	}
	warnings := 0
	for _, l := range lines(draft.PreviewableReport) {
		if strings.HasPrefix(l, "Warning|Noisy|warning ") {
			warnings++
		}
		if strings.Contains(l, "not repeated") {
			t.Errorf("entry %s", l)
		}
	}
	if warnings != maxEntries {
		t.Errorf("%d warnings are repeated, want %d", warnings, maxEntries)
	}
	if !strings.Contains(strings.Join(lines(draft.PreviewableReport), "\n"), "Warning|More findings|7 more are in the run's report.|") {
		t.Error("no entry says that there are more")
	}
	if report := decode[api.Report](t, w.run(t, id, store.RunSucceeded).Report); len(report.Findings) != maxEntries+8 {
		t.Errorf("the run's report has %d findings", len(report.Findings))
	}
}

// A tag that moved between preview and publish is published, with a warning.
func TestMovedTag(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.work(t, w.ask(t, api.UpdatePreviewable()))
	files := good()
	files["README.md"] = "moved"
	moved := w.repo.Commit(t, files)
	w.repo.Tag(t, tag)
	id := w.ask(t, api.Publish(false))
	w.work(t, id)
	if run := w.run(t, id, store.RunSucceeded); run.Commit != moved {
		t.Errorf("published %s, want %s", run.Commit, moved)
	}
	if entries := strings.Join(lines(w.draft(t).PublishingReport), "\n"); !strings.Contains(entries, "Warning|Git tag moved since the preview|") {
		t.Errorf("no warning in\n%s", entries)
	}
}

func TestTitle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		finding api.Finding
		want    string
	}{
		{api.Finding{Rule: "layout/build-file", Type: api.EntryError}, "Build file"},
		{api.Finding{Rule: "spec/required", Type: api.EntryError}, "Connector specification file is not valid"},
		{api.Finding{Rule: "spec/unknown-key", Type: api.EntryWarning}, "Unknown key"},
		{api.Finding{Rule: ruleTrouble, Type: api.EntryError}, "Run not completed"},
	} {
		if got := title(c.finding); got != c.want {
			t.Errorf("%s is titled %q, want %q", c.finding.Rule, got, c.want)
		}
	}
}

// Trouble with the database alone is the caller's.
func TestDatabaseGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.ask(t, api.Publish(false))
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Work(t.Context(), id); err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("worked a run without a database: %v", err)
	}
}
