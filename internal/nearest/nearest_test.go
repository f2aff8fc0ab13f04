package nearest_test

import (
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/nearest"
)

func TestName(t *testing.T) {
	t.Parallel()
	words := []string{"required", "description", "postDeploy", "job", "service"}
	for _, tc := range []struct{ name, want string }{
		{"require", "required"},
		{"rqeuired", "required"},
		{"Post-Deploy", "postDeploy"},
		{"post_deploy", "postDeploy"},
		{"decsription", "description"},
		{"serivce", "service"},
		{"jbo", "job"},
		{"jab", "job"},
		{"jo", ""},
		{"jobs", "job"},
		{"description of it", ""},
		{"", ""},
		{"unrelated", ""},
		{strings.Repeat("required", 100), ""},
	} {
		if got := nearest.Name(tc.name, words); got != tc.want {
			t.Errorf("Name(%q) = %q, want %q", tc.name, got, tc.want)
		}
	}
	if got := nearest.Name("required", nil); got != "" {
		t.Errorf("without candidates %q", got)
	}
}
