package ssrf_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// traps are the ways in which a release may name a second address: a submodule, a
// server of large files, a pack elsewhere, bundles, another remote for large
// objects, and the alternates of the older protocol. Large files,
// bundles and the other remote have no control below: git follows them only with
// a program beside it, or in versions younger than it must have here.
const traps = 6

// trapped makes a good release that names the canary in all ways but the last.
func trapped(t *testing.T, git *gitserver.Server, c *canary) *gitserver.Repo {
	t.Helper()
	canary := "https://127.0.0.1:" + c.port
	repo := git.Repo(t, "trapped")
	repo.CommitEntries(t,
		gitserver.Entry{Path: ".gitattributes", Mode: gitserver.ModeFile, Data: "*.bin filter=lfs diff=lfs merge=lfs\n"},
		gitserver.Entry{Path: ".gitmodules", Mode: gitserver.ModeFile, Data: "[submodule \"sub\"]\n\tpath = sub\n\turl = " + canary + "/sub\n"},
		gitserver.Entry{Path: ".lfsconfig", Mode: gitserver.ModeFile, Data: "[lfs]\n\turl = " + canary + "/lfs\n"},
		gitserver.Entry{Path: "connect.yaml", Mode: gitserver.ModeFile, Data: goodFiles["connect.yaml"]},
		gitserver.Entry{Path: "logo.bin", Mode: gitserver.ModeFile, Data: "version https://git-lfs.github.com/spec/v1\noid sha256:" +
			strings.Repeat("a", 64) + "\nsize 10\n"},
		gitserver.Entry{Path: "sub", Mode: gitserver.ModeSubmodule, Data: strings.Repeat("a", 40)},
		gitserver.Entry{Path: "tax-service/package.json", Mode: gitserver.ModeFile, Data: goodFiles["tax-service/package.json"]},
	)
	repo.Tag(t, tag)
	blob := repo.Git(t, "", "rev-parse", "refs/heads/main:tax-service/package.json")
	for _, setting := range [][2]string{
		{"uploadpack.blobPackfileUri", blob + " " + strings.Repeat("b", 40) + " " + canary + "/pack"},
		{"uploadpack.allowSidebandAll", "true"}, // git gives no packs elsewhere without
		{"uploadpack.advertiseBundleURIs", "true"},
		{"bundle.version", "1"},
		{"bundle.mode", "any"},
		{"bundle.one.uri", canary + "/bundle"},
		{"promisor.advertise", "true"},
		{"remote.large.promisor", "true"},
		{"remote.large.url", canary + "/large"},
	} {
		repo.Git(t, "", "config", setting[0], setting[1])
	}
	return repo
}

// dumb answers as a server of the older protocol whose objects are elsewhere.
func dumb(canary string) gitserver.Middleware {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/info/refs"):
				_, _ = w.Write([]byte(strings.Repeat("a", 40) + "\trefs/tags/" + tag + "\n"))
			case strings.HasSuffix(r.URL.Path, "alternates"):
				_, _ = w.Write([]byte(canary + "/objects\n"))
			default:
				http.NotFound(w, r)
			}
		})
	}
}

// trapsForGit reads releases that name a second address.
func (l *lab) trapsForGit(t *testing.T) {
	git, c := newInternet(t), newCanary(t, "0", loopbacks...)
	g := start(t, git, newNames(), "127.0.0.1")
	repo := trapped(t, git, c)
	l.traps = traps
	for _, d := range g.doors() {
		if got := g.knock(t, d, repo.URL, tag); got.status >= 300 || d.name == "validations" && !strings.Contains(got.body, `"valid":true`) {
			t.Errorf("%s of a release with traps: %+v", d.name, got)
		}
	}
	older := dumb("https://127.0.0.1:" + c.port)
	git.Intercept(older)
	g.reload(t)
	for _, d := range g.doors() {
		g.requireRefused(t, d, git.URL+"/older")
	}
	l.requireNoHits(t, c)

	clone := func(args ...string) func() {
		return func() { plainGit(t, append(args, filepath.Join(t.TempDir(), "clone"))...) }
	}
	l.requireReached(t, c, clone("-c", "http.followRedirects=true", "clone", "--quiet", git.URL+"/older"), "alternates")
	git.Intercept(nil)
	l.requireReached(t, c, clone("clone", "--quiet", "--recurse-submodules", repo.URL), "a submodule")
	l.requireReached(t, c, clone("-c", "fetch.uriProtocols=https", "clone", "--quiet", repo.URL), "a pack elsewhere")
}
