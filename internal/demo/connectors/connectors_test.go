package connectors_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
	"github.com/greenroom-registry/greenroom/internal/demo/connectors"
)

// What the connectors are found to be: one is flawed, and one has a warning to show.
var wantFindings = map[string][]string{
	"loyalty-points": {
		"connect.yaml:2:11 layout/application-folder Error points-service",
		"connect.yaml:14:11 layout/build-file Error points-expiry",
		"points-recorder/package.json:8:3 layout/build-file Error points-recorder",
	},
	"stock-import": {"stock-console/package.json:10:3 layout/lock-file Warning stock-console"},
}

func TestConnectors(t *testing.T) {
	t.Parallel()
	engine := check.New(checks.All()...)
	for _, c := range connectors.All() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			result, err := engine.Run(t.Context(), c.Files, check.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if result.Spec == nil {
				t.Fatalf("connect.yaml is not valid: %+v", result.Report.Findings)
			}
			if result.Report.Valid == c.Flawed {
				t.Errorf("valid %t, flawed %t", result.Report.Valid, c.Flawed)
			}
			var got []string
			for _, f := range result.Report.Findings {
				got = append(got, fmt.Sprintf("%s:%d:%d %s %s %s", f.File, f.Line, f.Column, f.Rule, f.Type, f.Application))
			}
			if diff := cmp.Diff(wantFindings[c.Name], got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}
