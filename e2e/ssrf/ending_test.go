package ssrf_test

import (
	"net"
	"net/http"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// oneMessage has a public server end a conversation in every way: how it ended
// is none of the caller's business, or the server would be a scanner of ports.
func (l *lab) oneMessage(t *testing.T) {
	git, c := newInternet(t), newCanary(t, "0", loopbacks...)
	closed, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	g := start(t, git, newNames(), "127.0.0.1")
	hangUp := func(http.Handler) http.Handler {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	}
	endings := []gitserver.Middleware{hangUp}
	for _, status := range []int{200, 401, 403, 404, 407, 429, 500, 503} {
		endings = append(endings, gitserver.Fail(status))
	}
	for _, request := range requestsOfGit {
		for _, ending := range endings {
			git.Intercept(gitserver.On(request, ending))
			l.endings++
			for _, d := range g.doors() {
				g.requireRefused(t, d, git.URL+"/tax")
			}
		}
	}
	git.Intercept(nil)
	for _, url := range []string{
		git.URL + "/missing", "https://" + nobody + "/tax", "https://127.0.0.1:" + c.port + "/tax", "ssh://git@127.0.0.1:" + c.port + "/tax",
		"ssh://git@" + nobody + "/tax",
	} {
		l.endings++
		for _, d := range g.doors() {
			g.requireRefused(t, d, url)
		}
	}
}
