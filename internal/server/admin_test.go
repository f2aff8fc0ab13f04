package server_test

import (
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/server"
	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// get returns the status and the body of the answer.
func fetch(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return exchange(&http.Transport{}, req)
}

// What a create and a publish do is counted.
func TestMetrics(t *testing.T) {
	t.Parallel()
	git := gitserver.New(t)
	o := options(t, git)
	o.AdminListen, o.Version = "127.0.0.1:0", "v1.2.3"
	r := start(t, o)
	draft := r.createdDraft(t, repository(t, git))
	run := r.publish(t, draft)
	r.succeeds(t, run, 1)

	want := []string{
		`greenroom_build_info{version="v1.2.3"} 1`,
		`greenroom_http_requests_in_flight 0`,
		`greenroom_http_requests_total{method="POST",route="/connectors/drafts",status="201"} 1`,
		`greenroom_http_requests_total{method="POST",route="/connectors/drafts/{ref}",status="201"} 1`,
		`greenroom_http_request_duration_seconds_count{method="POST",route="/connectors/drafts"} 1`,
		`greenroom_runs_total{kind="publish",outcome="passed"} 1`,
		`greenroom_run_duration_seconds_count{kind="publish"} 1`,
		`greenroom_run_step_duration_seconds_count{step="fetch"} 1`,
		`greenroom_run_step_duration_seconds_count{step="check"} 1`,
		`greenroom_fetches_total{outcome="fetched"} [1-9]\d*`,
		`greenroom_fetch_duration_seconds_count{outcome="fetched"} [1-9]\d*`,
		`greenroom_fetch_wait_seconds_count [1-9]\d*`,
		`greenroom_fetch_slots 16`,
		`greenroom_fetch_slots_in_use 0`,
		`greenroom_fetches_waiting 0`,
		`greenroom_runs_due 0`,
		`greenroom_runs_due_oldest_age_seconds 0`,
		`greenroom_database_writes_total{outcome="committed"} [1-9]\d*`,
		`greenroom_database_write_duration_seconds_count [1-9]\d*`,
		`go_goroutines \d+`,
	}
	// Things are counted when they are over, a moment after the caller knows.
	var text string
	var missing []string
	for deadline := time.After(patience); ; {
		text = fetch(t, r.AdminURL()+"/metrics")
		missing = slices.DeleteFunc(slices.Clone(want), func(pattern string) bool {
			pattern = strings.NewReplacer("{", `\{`, "}", `\}`).Replace(pattern)
			return regexp.MustCompile(`(?m)^` + pattern + `$`).MatchString(text)
		})
		if len(missing) == 0 {
			break
		}
		select {
		case <-deadline:
			t.Fatalf("missing %q of\n%s", missing, text)
		case <-time.After(10 * time.Millisecond):
		}
	}
	for _, secret := range []string{draft.ID, run.ID, draft.Repository.URL, project, "acme"} {
		if strings.Contains(text, secret) {
			t.Errorf("the metrics hold %q", secret)
		}
	}
}

// Each listener answers what is its own.
func TestListeners(t *testing.T) {
	t.Parallel()
	o := options(t, nil)
	o.AdminListen = "127.0.0.1:0"
	r := start(t, o)
	for path, want := range map[string]struct{ admin, main string }{
		"/healthz":             {"200", "200"},
		"/livez":               {"200", "200"},
		"/metrics":             {"200", "404"},
		"/debug/pprof/":        {"200", "404"},
		"/debug/pprof/heap":    {"200", "404"},
		"/debug/pprof/cmdline": {"200", "404"},
		"/connectors/search":   {"404", "401"},
		"/oauth/token":         {"404", "405"},
	} {
		for url, status := range map[string]string{r.AdminURL(): want.admin, r.URL(): want.main} {
			if got := fetch(t, url+path); !strings.HasPrefix(got, status+" ") {
				t.Errorf("%s%s answered %.100s, want %s", url, path, got, status)
			}
		}
	}
	admin := r.AdminURL()
	r.end(t)
	if got := fetch(t, admin+"/livez"); !strings.Contains(got, "refused") {
		t.Errorf("a server that was stopped answers %s", got)
	}
}

// The operator may open the listener to a network, and is told what that means.
func TestAdminListen(t *testing.T) {
	t.Parallel()
	for address, only := range map[string]bool{
		"127.0.0.1:9090": true, "127.9.9.9:9090": true, "[::1]:9090": true,
		"0.0.0.0:9090": false, "[::]:9090": false, "10.0.0.1:9090": false,
	} {
		if got := server.OnlyThisMachine(net.TCPAddrFromAddrPort(netip.MustParseAddrPort(address))); got != only {
			t.Errorf("only this machine reaches %s: %t", address, got)
		}
	}
	var logged bytes.Buffer
	o := options(t, nil)
	o.AdminListen, o.Log = "localhost:0", slog.New(slog.NewTextHandler(&logged, nil))
	s, err := server.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil || logged.Len() > 0 {
		t.Errorf("on this machine: %v, logged %s", err, &logged)
	}
	o.AdminListen = "nowhere"
	if _, err := server.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "choose another address with --admin-listen") {
		t.Errorf("opened with %v", err)
	}
	o.AdminListen = ""
	if s, err = server.Open(t.Context(), o); err != nil || s.AdminURL() != "" {
		t.Fatalf("without the flag: %v, %v", s, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
