package config_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/config"
	"github.com/greenroom-registry/greenroom/internal/correlation"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
)

func TestRepositories(t *testing.T) {
	t.Parallel()
	got, err := config.Repositories{
		AllowRepositoryHost: []string{"git.example"},
		RepositoryAlias:     []string{"https://git.example/=file:///srv/a=b/"},
	}.Options()
	if err != nil {
		t.Fatal(err)
	}
	want := gitsource.Options{
		AllowHosts: []string{"git.example"},
		Aliases:    []gitsource.Alias{{From: "https://git.example/", To: "file:///srv/a=b/"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	for _, bad := range []string{"https://git.example/", "=file:///srv/", "https://git.example/=", ""} {
		if _, err := (config.Repositories{RepositoryAlias: []string{bad}}).Options(); err == nil || !strings.Contains(err.Error(), "write PREFIX=PREFIX") {
			t.Errorf("alias %q: %v", bad, err)
		}
	}
}

func TestServer(t *testing.T) {
	t.Parallel()
	s := config.Server{PublicURL: "https://registry.example/"}
	if err := s.Validate(); err != nil || s.PublicURL != "https://registry.example" {
		t.Errorf("public URL %q, %v; want it without the slash at its end", s.PublicURL, err)
	}
	s.AllRegions()[0] = "changed"
	if s.AllRegions()[0] != api.DefaultRegions[0] {
		t.Error("whoever asks for the regions can change the default")
	}
	for _, bad := range []config.Server{{Workers: -1}, {Workers: 257}, {ResolveTTL: -1}, {PublicURL: "ftp://a.example"}, {PublicURL: "https://"}, {PublicURL: "http://%zz"},
		{PublicURL: "https://a.example/?"}, {PublicURL: "https://a.example/#a"}, {PublicURL: "https://a:b@a.example"}, {PublicURL: "https://:80"},
		{Listener: config.Listener{TrustedProxies: []string{"a.example"}}}} {
		if bad.Validate() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

func TestConflicts(t *testing.T) {
	t.Parallel()
	for _, l := range []config.Listener{{}, {TLSCert: "a", TLSKey: "b"}} {
		if err := (&config.Server{Listener: l}).Conflicts(); err != nil {
			t.Errorf("%+v: %v", l, err)
		}
	}
	for _, l := range []config.Listener{{TLSCert: "a"}, {TLSKey: "b"}} {
		if (&config.Server{Listener: l}).Conflicts() == nil {
			t.Errorf("%+v is taken", l)
		}
	}
}

func TestLogger(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, err := config.Log{LogLevel: "warn", LogFormat: "json"}.Logger(&out)
	if err != nil {
		t.Fatal(err)
	}
	log.Info("not this")
	log.WarnContext(correlation.With(t.Context(), "abc"), "this")
	if got := out.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, `"msg":"this","correlation_id":"abc"`) {
		t.Errorf("logged %s", got)
	}
	out.Reset()
	if log, err = (config.Log{LogLevel: "info", LogFormat: "text"}).Logger(&out); err != nil {
		t.Fatal(err)
	}
	log.Info("this")
	if got := out.String(); !strings.Contains(got, "level=INFO msg=this") {
		t.Errorf("logged %s", got)
	}
	if _, err := (config.Log{LogLevel: "loud"}).Logger(&out); err == nil {
		t.Error("there is a level loud")
	}
}
