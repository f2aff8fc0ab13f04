package clients_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

// canceler stands before a server and cancels the latest run of a draft when a
// client looks at the draft for the second time after a change: while it polls.
func canceler(t *testing.T, server, key string) string {
	t.Helper()
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	c := client.New(client.Options{URL: server, ID: "dev", Secret: "dev"})
	var changed atomic.Bool
	var looks atomic.Int32 // since the change
	proxy := httputil.NewSingleHostReverseProxy(to)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !strings.HasPrefix(r.URL.Path, "/connectors/drafts/"):
		case r.Method == http.MethodPost:
			changed.Store(true)
			looks.Store(0)
		case changed.Load() && looks.Add(1) == 2:
			run, err := c.LatestRun(r.Context(), client.ByKey(key))
			if err == nil {
				_, err = c.CancelRun(r.Context(), client.ByKey(key), run.ID)
			}
			if err != nil {
				t.Errorf("cancel: %v", err)
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestCLICancelled cancels what the CLI waits for. No worker is there: without the
// cancellations it would wait for ever. The transcript is testdata/cancel.golden.
func TestCLICancelled(t *testing.T) {
	t.Parallel()
	requireClients(t)
	const key = "tax-calculator"
	server := startServerIn(t, t.TempDir(), append(aliasFlags(repositories(t)), "--workers=0")...)
	proxy := canceler(t, server, key)
	direct, c := newCLI(t, server, preloaded), newCLI(t, proxy, preloaded)
	for _, s := range []step{
		{args: login("dev", "dev"), says: "Authentication successful"},
		{args: create(key, "v1.2.0", "Tax calculator"), says: "successfully created"},
	} {
		direct.do(t, s)
	}
	const failed = 2
	for _, s := range []step{
		{args: login("dev", "dev"), says: "Authentication successful"},
		{
			note: "Somebody cancels the preview while the CLI waits for it.",
			args: connectorstaged("validate", "--key", key), exit: failed, says: "was canceled",
		},
		{
			note: "Somebody cancels the publish.",
			args: connectorstaged("publish", "--key", key), exit: failed, says: "Publishing failed",
		},
	} {
		c.do(t, s)
	}
	golden.Compare(t, filepath.Join("testdata", "cancel.golden"), normalize(c.transcript.String(), proxy))
}
