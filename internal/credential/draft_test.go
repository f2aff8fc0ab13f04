package credential_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/credential"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

// All that is wrong with a body is told at once, and no secret with it.
func TestRead(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("s", n) }
	for name, c := range map[string]struct {
		body  map[string]any
		wrong []string // members, in order; none: it is taken
	}{
		"generated":        {map[string]any{"host": "git.example.com", "generate": true}, nil},
		"a token":          {map[string]any{"host": "[::1]:8443", "httpsToken": long(4096), "username": "deploy"}, nil},
		"nothing":          {map[string]any{}, []string{"host", "sshKey"}},
		"two ways":         {map[string]any{"host": "h", "httpsToken": "secret", "generate": true}, []string{"sshKey"}},
		"generate false":   {map[string]any{"host": "h", "generate": false}, []string{"generate"}},
		"everything":       {map[string]any{"host": "a b", "httpsToken": "secret\n", "username": "a:b"}, []string{"host", "httpsToken", "username"}},
		"a long token":     {map[string]any{"host": "h", "httpsToken": long(4097)}, []string{"httpsToken"}},
		"an empty token":   {map[string]any{"host": "h", "httpsToken": ""}, []string{"httpsToken"}},
		"a long key":       {map[string]any{"host": "h", "sshKey": long(16<<10 + 1)}, []string{"sshKey"}},
		"no key":           {map[string]any{"host": "h", "sshKey": "secret"}, []string{"sshKey"}},
		"user of no token": {map[string]any{"host": "h", "generate": true, "username": "deploy"}, []string{"username"}},
		"a URL for a host": {map[string]any{"host": "https://h/", "generate": true}, []string{"host"}},
		"an empty host":    {map[string]any{"host": "", "generate": true}, []string{"host"}},
		"a bad port":       {map[string]any{"host": "h:0", "generate": true}, []string{"host"}},
		"a user in a host": {map[string]any{"host": "git@h", "generate": true}, []string{"host"}},
	} {
		body, err := json.Marshal(c.body)
		if err != nil {
			t.Fatal(err)
		}
		_, err = credential.Read(body)
		var told *problem.Error
		if len(c.wrong) == 0 {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if !errors.As(err, &told) || len(told.Objects) != len(c.wrong) {
			t.Errorf("%s: %v, want problems of %v", name, err, c.wrong)
			continue
		}
		for i, member := range c.wrong {
			if o := told.Objects[i]; !strings.HasPrefix(o.DetailedErrorMessage, "$."+member+": ") || strings.Contains(o.Message, "secret") {
				t.Errorf("%s: %+v, want a problem of %s", name, o, member)
			}
		}
	}
}
