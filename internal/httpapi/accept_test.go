package httpapi

import (
	"net/http"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
)

func TestPreferred(t *testing.T) {
	t.Parallel()
	const j, s, m = api.MediaJSON, api.MediaSARIF, api.MediaMarkdown
	for accept, want := range map[string]string{
		"":                                      j,
		"*/*":                                   j,
		"application/*":                         j,
		"text/*":                                m,
		"text/markdown":                         m,
		"Text/Markdown; charset=utf-8":          m,
		"application/sarif+json":                s,
		"application/json, text/markdown":       j,
		"application/json;q=0.5, text/markdown": m,
		"application/json;q=0.5,text/markdown;q=0.1,application/sarif+json;q=0.9": s,
		"*/*, application/json;q=0":    s,
		"*/*;q=0.1, text/markdown;q=0": j,
		"text/html":                    j,
		"text/markdown;q=0":            j,
		"text/markdown;q=2, */*":       j,
		"text/markdown;q=NaN":          j,
		"text/markdown;q=x":            j,
		",;,/,text/markdown;q=0.001":   m,
	} {
		if got := preferred(http.Header{"Accept": {accept}}, j, s, m); got != want {
			t.Errorf("%q: %s, want %s", accept, got, want)
		}
	}
	if got := preferred(http.Header{"Accept": {"application/json;q=0.5", "text/markdown"}}, j, s, m); got != m {
		t.Errorf("two headers: %s", got)
	}
}
