package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/config"
)

// Whoever asks a server learns that it goes by other rules.
func TestServerOfOtherRules(t *testing.T) {
	t.Parallel()
	own := newJudge(config.Repositories{}, "").engine.Report(nil)
	for name, c := range map[string]struct{ engine, ruleset, want string }{
		"the same rules": {own.Engine, own.Ruleset, ""},
		"other rules": {"9", "sha256:0123456789abcdef",
			"judged by the server's rule set, sha256:0123456789abcdef of engine 9; that of this greenroom is " + own.Ruleset + " of engine " + own.Engine},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var answer any = api.Report{Valid: true, Engine: c.engine, Ruleset: c.ruleset, Findings: []api.Finding{}}
				if r.URL.Path == "/oauth/token" {
					answer = map[string]any{"access_token": "t", "token_type": "Bearer", "expires_in": 3600}
				}
				_ = json.NewEncoder(w).Encode(answer) // a caller that goes away fails the test below
			}))
			defer s.Close()
			j := newJudge(config.Repositories{}, "")
			j.server = serverFlags{Server: s.URL}.client()
			got, err := j.judge(t.Context(), "https://git.example/tax.git@v1")
			if err != nil {
				t.Fatal(err)
			}
			if notes := strings.Join(got.notes, "\n"); notes != c.want || got.Report.Ruleset != c.ruleset {
				t.Errorf("notes %q, want %q; the report is %+v", notes, c.want, got.Report)
			}
		})
	}
}
