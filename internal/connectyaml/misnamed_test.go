package connectyaml_test

import (
	"testing"

	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

func TestMisnamed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		names []string
		want  string
	}{
		{nil, ""},
		{[]string{"connect.yaml", "my-connect.yaml", "connect.yaml.bak", "connect.json"}, ""},
		{[]string{"README.md", "connect.yml"}, "connect.yml"},
		{[]string{"CONNECT.YML"}, "CONNECT.YML"},
		{[]string{"Connect.yaml", "connect.yml"}, "Connect.yaml"},
	} {
		if got := connectyaml.Misnamed(tc.names); got != tc.want {
			t.Errorf("of %q: %q, want %q", tc.names, got, tc.want)
		}
	}
}
