package config_test

import (
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/config"
)

func TestAge(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		age   time.Duration
		shown string
	}{
		"90d":    {90 * 24 * time.Hour, "90d"},
		"36h":    {36 * time.Hour, "36h0m0s"},
		"48h":    {48 * time.Hour, "2d"},
		"0":      {0, "0s"},
		"0d":     {0, "0s"},
		"65535d": {65535 * 24 * time.Hour, "65535d"},
	} {
		var got config.Age
		if err := got.UnmarshalText([]byte(text)); err != nil || time.Duration(got) != want.age || got.String() != want.shown {
			t.Errorf("%s: %s, %v", text, got, err)
		}
		var again config.Age
		if err := again.UnmarshalText([]byte(got.String())); err != nil || again != got {
			t.Errorf("%s, shown as %s, is read as %s, %v", text, got, again, err)
		}
	}
	for _, bad := range []string{"", "d", "-1d", "1.5d", "65536d", "90", "-1h", "soon"} {
		if got := config.Age(7); got.UnmarshalText([]byte(bad)) == nil || got != 7 {
			t.Errorf("%q is taken, as %s", bad, got)
		}
	}
}
