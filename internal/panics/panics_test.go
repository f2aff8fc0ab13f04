package panics_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/panics"
)

func stumble(do func() error) (err error) {
	defer panics.Recover(&err)
	return do()
}

func TestRecover(t *testing.T) {
	t.Parallel()
	var p *panics.Error
	err := stumble(func() error { panic("at 10.0.0.7") })
	if !errors.As(err, &p) || p.Value != "at 10.0.0.7" {
		t.Fatalf("error %v", err)
	}
	if text := err.Error(); !strings.HasPrefix(text, "panic: at 10.0.0.7\ngoroutine ") || !strings.Contains(text, "panics_test.stumble") {
		t.Errorf("the text is %s", text)
	}
	plain := errors.New("plain")
	for _, want := range []error{nil, plain} {
		if got := stumble(func() error { return want }); !errors.Is(got, want) {
			t.Errorf("error %v, want %v", got, want)
		}
	}
}
