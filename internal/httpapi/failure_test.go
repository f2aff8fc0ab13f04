package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/panics"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// Trouble of ours is a plain 500: the cause is in the log and nowhere else.
func TestTroubleOfOurs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ready func(context.Context) error
		cause string
	}{
		"panic":            {func(context.Context) error { panic("secret /srv/data at 10.0.0.7") }, "secret /srv/data at 10.0.0.7"},
		"nil dereferenced": {func(context.Context) error { var w *world; return w.ready(t.Context()) }, "nil pointer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.ready = c.ready
			got := w.call(t, nobody, http.MethodGet, "/healthz", "", header("X-Correlation-ID", "abc"))
			want(t, got, http.StatusInternalServerError, api.CodeGeneral)
			if message := got.failure(t).Message; message != "The server failed. Its log has more under the correlation ID abc." {
				t.Errorf("answered %q", message)
			}
			requireLoggedOnce(t, w, c.cause, "goroutine ")
		})
	}
	for name, validate := range map[string]func() error{
		"panic in a check":   func() error { return fmt.Errorf("check layout: %w", stumbled("secret at 10.0.0.7")) },
		"panic of a handler": func() error { panic("secret at 10.0.0.7") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.validate = func(context.Context, string, api.Repository) (api.Report, error) { return api.Report{}, validate() }
			got := w.call(t, owner, http.MethodPost, "/x/v1/validations", `{"url":"https://git.example/good","tag":"v1"}`, header("X-Correlation-ID", "abc"))
			want(t, got, http.StatusInternalServerError, api.CodeGeneral)
			if message := got.failure(t).Message; message != "The server failed. Its log has more under the correlation ID abc." {
				t.Errorf("answered %q", message)
			}
			requireLoggedOnce(t, w, "secret at 10.0.0.7", "goroutine ")
		})
	}
	t.Run("strange error", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		got := w.call(t, owner, http.MethodPost, "/connectors/drafts",
			draftBody(t, map[string]any{"repository": map[string]any{"url": "https://git.example/broken", "tag": "v1"}}), header("X-Correlation-ID", "abc"))
		want(t, got, http.StatusInternalServerError, api.CodeGeneral)
		if strings.Contains(got.String(), "scratch") || strings.Contains(got.String(), "disk") {
			t.Errorf("answered %s", got)
		}
		requireLoggedOnce(t, w, "make /srv/scratch: disk full")
	})
	t.Run("database gone", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.tokens[owner] = w.tokens[owner] + " "
		if err := w.store.Close(); err != nil {
			t.Fatal(err)
		}
		got := w.call(t, owner, http.MethodGet, "/connectors/drafts", "", header("X-Correlation-ID", "abc"))
		want(t, got, http.StatusInternalServerError, api.CodeGeneral)
		if strings.Contains(got.String(), "sql") {
			t.Errorf("answered %s", got)
		}
		requireLoggedOnce(t, w, "database is closed")
	})
}

// stumbled is the error of a panic.
func stumbled(value string) (err error) {
	defer panics.Recover(&err)
	panic(value)
}

// requireLoggedOnce looks for the cause, which must be told on one line: an ERROR
// of the request abc that holds the other texts too.
func requireLoggedOnce(t *testing.T, w *world, cause string, others ...string) {
	t.Helper()
	var lines []string
	for line := range strings.Lines(w.logged.String()) {
		if strings.Contains(line, cause) {
			lines = append(lines, line)
		}
	}
	if len(lines) != 1 {
		t.Fatalf("the cause %q was logged %d times:\n%s", cause, len(lines), w.logged)
	}
	for _, text := range append(others, `"level":"ERROR"`, `"correlation_id":"abc"`) {
		if !strings.Contains(lines[0], text) {
			t.Errorf("no %q in %s", text, lines[0])
		}
	}
}

func TestNotReady(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if got := w.call(t, nobody, http.MethodGet, "/healthz", ""); got.String() != `200 {"status":"ok"}` {
		t.Errorf("answered %s", got)
	}
	w.ready = func(context.Context) error { return errors.New("10.0.0.7 refused") }
	got := w.call(t, nobody, http.MethodGet, "/healthz", "")
	want(t, got, http.StatusServiceUnavailable, api.CodeGeneral)
	if got.header.Get("Retry-After") != "1" || strings.Contains(got.String(), "10.0.0.7") {
		t.Errorf("answered %s, Retry-After %q", got, got.header.Get("Retry-After"))
	}
	w.ready = func(context.Context) error { return fmt.Errorf("write: %w", store.ErrUnwritable) }
	if got := w.call(t, nobody, http.MethodGet, "/healthz", ""); got.String() != `200 {"status":"read-only"}` {
		t.Errorf("answered %s", got)
	}
	if got := w.call(t, nobody, http.MethodGet, "/livez", ""); got.status != http.StatusOK {
		t.Errorf("/livez answered %s", got)
	}
}

// What a newer program wrote is read, and not written: the caller learns what it
// takes.
func TestNewerDraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft, review := w.create(t, nil), w.submit(t, nil)
	taken := w.take(t, w.submit(t, nil))
	if _, err := w.store.Queue().ExecContext(t.Context(), "UPDATE draft SET schema = 99"); err != nil {
		t.Fatal(err)
	}
	before := w.everything(t)
	for _, c := range []struct {
		role         role
		method, path string
		body         string
	}{
		{owner, http.MethodPost, "/connectors/drafts/" + draft.ID, updateBody(t, draft.Version, api.SetName("Other"))},
		{owner, http.MethodDelete, "/connectors/drafts/" + draft.ID, ""},
		{owner, http.MethodPost, "/x/v1/drafts/" + taken.ID + "/withdraw", ""},
		{certifier, http.MethodPost, "/x/v1/reviews/" + review.ID + "/take", ""},
		{certifier, http.MethodPost, "/x/v1/reviews/" + taken.ID + "/approve", ""},
		{certifier, http.MethodPost, "/x/v1/reviews/" + taken.ID + "/reject", `{"reason":"No."}`},
	} {
		got := w.call(t, c.role, c.method, c.path, c.body)
		want(t, got, http.StatusServiceUnavailable, api.CodeGeneral)
		const message = "A newer version of Greenroom wrote this. Ask the operator to upgrade this server; nothing was changed."
		if got.failure(t).Message != message || got.header.Get("Retry-After") != "60" {
			t.Errorf("%s %s: answered %s, Retry-After %q", c.method, c.path, got, got.header.Get("Retry-After"))
		}
	}
	if diff := cmp.Diff(before, w.everything(t)); diff != "" {
		t.Errorf("what was refused has changed something (-before +after):\n%s", diff)
	}
}

func TestBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.call(t, owner, http.MethodPost, "/connectors/drafts", draftBody(t, map[string]any{"repository": map[string]any{"url": "https://git.example/busy", "tag": "v1"}}))
	want(t, got, http.StatusServiceUnavailable, api.CodeGeneral)
	if got.header.Get("Retry-After") != "2" {
		t.Errorf("Retry-After: %q", got.header.Get("Retry-After"))
	}
}

// A caller that goes away is no trouble of ours.
func TestCallerGoesAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, leave := context.WithCancel(t.Context())
	leave()
	got := w.call(t, owner, http.MethodGet, "/connectors/drafts", "", func(r *http.Request) { *r = *r.WithContext(ctx) })
	want(t, got, http.StatusServiceUnavailable, api.CodeGeneral)
	if strings.Contains(w.logged.String(), `"level":"ERROR"`) {
		t.Errorf("logged:\n%s", w.logged)
	}
}

// The one mapping of errors, and the shape that every answer has.
func TestProblems(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err    error
		status int
		retry  string
	}{
		"problem":          {problem.NotFound("None."), 404, ""},
		"wrapped problem":  {fmt.Errorf("get: %w", problem.NotFound("None.")), 404, ""},
		"method":           {fmt.Errorf("call: %w", &methodError{allowed: "GET"}), 405, ""},
		"newer":            {fmt.Errorf("write: %w", store.ErrNewer), 503, "60"},
		"busy":             {fmt.Errorf("write: %w", store.ErrBusy), 503, "1"},
		"disk full":        {fmt.Errorf("write: %w", store.ErrUnwritable), 503, "10"},
		"scratch is full":  {&fs.PathError{Op: "write", Path: "/tmp/a", Err: syscall.ENOSPC}, 503, "10"},
		"deadline":         {fmt.Errorf("read: %w", context.DeadlineExceeded), 503, "1"},
		"canceled":         {fmt.Errorf("read: %w", context.Canceled), 503, "1"},
		"busy for a while": {problem.Busy("Busy.", 1500*time.Millisecond, nil), 503, "2"},
		"anything else":    {errors.New("read /etc/passwd"), 500, ""},
		"no text":          {problem.NotFound("\xff"), 500, ""},
	} {
		res := failure(t.Context(), c.err)
		if res.status != c.status || res.header.Get("Retry-After") != c.retry {
			t.Errorf("%s: %d %s, Retry-After %q", name, res.status, res.body, res.header.Get("Retry-After"))
		}
		requireShape(t, answer{res.status, res.header, res.body})
	}
}

// requireShape checks what is promised of every answer that is no success.
func requireShape(tb testing.TB, got answer) {
	tb.Helper()
	e := got.failure(tb)
	if e.StatusCode != got.status || len(e.Errors) == 0 || e.Message != e.Errors[0].Message || e.Message == "" {
		tb.Fatalf("the shape of %s is wrong", got)
	}
	raw := decode[struct {
		Errors []map[string]any `json:"errors"`
	}](tb, got.body)
	for _, o := range raw.Errors {
		if detail, ok := o["detailedErrorMessage"]; ok {
			if text, ok := detail.(string); !ok || text == "" {
				tb.Fatalf("detailedErrorMessage is %v in %s", detail, got)
			}
		}
		if o["code"] == "" || o["code"] == nil || o["message"] == "" || o["message"] == nil {
			tb.Fatalf("an error without code or message in %s", got)
		}
	}
}
