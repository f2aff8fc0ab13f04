package httpapi

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/forwarded"
)

// seen notes what an API tells its observer.
type seen struct {
	began   int
	ended   []Answered
	streams int // that are open
}

func (s *seen) StreamBegan() func() {
	s.streams++
	return func() { s.streams-- }
}

func (s *seen) RequestBegan() func(Answered) {
	s.began++
	return func(a Answered) {
		if a.Took <= 0 {
			a.Route = "took no time"
		}
		a.Took = 0
		s.ended = append(s.ended, a)
	}
}

// observed is the API of the world with an observer, behind a proxy 192.0.2.1.
func (w *world) observed(t *testing.T, o Observer) http.Handler {
	t.Helper()
	proxies, err := forwarded.Parse([]string{"192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	return New(Options{
		Drafts:   w.drafts,
		Tokens:   auth.New(w.store, time.Now),
		Validate: foundNothing,
		Ready:    w.store.Ping,
		Proxies:  proxies,
		Observer: o,
		Log:      slog.New(slog.NewJSONHandler(w.logged, nil)),
	})
}

// The observer hears of patterns, not of paths: there are few of those.
func TestObserver(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t), &seen{}
	h := w.observed(t, s)
	for _, line := range []string{
		"GET /livez", "HEAD /livez", "GET /connectors/drafts/key=tax", "BREW /connectors/search", "GET /nowhere", "GET /a//b", "GET /metrics", "GET /debug/pprof/",
	} {
		method, path, _ := strings.Cut(line, " ")
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), method, path, nil))
	}
	want := []Answered{
		{Route: "/livez", Method: "GET", Status: 200},
		{Route: "/livez", Method: "HEAD", Status: 200},
		{Route: "/connectors/drafts/{ref}", Method: "GET", Status: 401},
		{Route: "/connectors/search", Method: "BREW", Status: 401},
		{Method: "GET", Status: 404},
		{Method: "GET", Status: 404},
		{Method: "GET", Status: 404},
		{Method: "GET", Status: 404},
	}
	if diff := cmp.Diff(want, s.ended); diff != "" || s.began != len(want) {
		t.Errorf("began %d, ended (-want +got):\n%s", s.began, diff)
	}
}

// The log names whom a trusted proxy names, and nothing else that a proxy sends
// changes an answer.
func TestForwarded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.observed(t, nil)
	call := func(peer, path string, forwarded bool) string {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.RemoteAddr = peer + ":4711"
		r.Header.Set("X-Correlation-ID", "the-same")
		if forwarded {
			r.Header.Set("X-Forwarded-For", "127.0.0.1, 203.0.113.7")
			r.Header.Set("X-Forwarded-Proto", "https")
			r.Header.Set("X-Forwarded-Host", "elsewhere.example")
		}
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		var text strings.Builder
		if err := answer.Result().Write(&text); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	for peer, want := range map[string]string{"192.0.2.1": "203.0.113.7", "198.51.100.1": "198.51.100.1"} {
		for _, path := range []string{"/livez", "/connectors/search", "/openapi.json", "/docs", "/nowhere"} {
			plain := call(peer, path, false)
			w.logged.forget()
			if diff := cmp.Diff(plain, call(peer, path, true)); diff != "" {
				t.Errorf("%s answers otherwise to a proxy:\n%s", path, diff)
			}
			if got := w.logged.String(); !strings.Contains(got, `"client":"`+want+`"`) {
				t.Errorf("through %s: logged %s, want client %s", peer, got, want)
			}
		}
	}
}
