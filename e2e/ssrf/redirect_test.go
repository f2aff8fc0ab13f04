package ssrf_test

import (
	"net/http"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

var requestsOfGit = []string{"/info/refs", "/git-upload-pack"}

// redirects are answers that send a client to the canary: each status, and each
// way to write where to.
func redirects(c *canary) (list []gitserver.Middleware) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		list = append(list, redirect(status, "https://127.0.0.1:"+c.port))
	}
	bases := []string{"http://127.0.0.1:", "//127.0.0.2:", "https://0x7f.1:"}
	if c.ipv6 {
		bases = append(bases, "https://[::1]:")
	}
	for _, base := range bases {
		list = append(list, redirect(http.StatusFound, base+c.port))
	}
	return list
}

func redirect(status int, base string) gitserver.Middleware {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", base+r.URL.RequestURI())
			w.WriteHeader(status)
		})
	}
}

// redirected has a public server redirect each request of a conversation.
func (l *lab) redirected(t *testing.T) {
	git, c := newInternet(t), newCanary(t, "0", loopbacks...)
	g := start(t, git, newNames(), "127.0.0.1")
	for _, d := range g.doors() {
		g.requireRefused(t, d, git.URL+"/missing")
	}
	stored, asked := g.stored(t), len(git.Requests())
	url := git.URL + "/tax"
	for _, request := range requestsOfGit {
		for _, m := range redirects(c) {
			git.Intercept(gitserver.On(request, m))
			for _, d := range g.doors() {
				l.redirects++
				g.requireRefused(t, d, url)
			}
		}
	}
	g.requireStored(t, stored)
	if n := len(git.Requests()) - asked; n < l.redirects {
		t.Errorf("%d requests arrived at the server that redirects, of at least %d", n, l.redirects)
	}
	l.requireNoHits(t, c)

	for _, request := range requestsOfGit {
		for i, m := range redirects(c) {
			git.Intercept(gitserver.On(request, m))
			l.requireReached(t, c, func() { plainGit(t, "-c", "http.followRedirects=true", "ls-remote", url) }, "redirect %d of %s", i, request)
		}
	}
}
