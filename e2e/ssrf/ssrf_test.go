package ssrf_test

import (
	"context"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// However an address is written that is not public, no request makes the server
// connect to it, and the answers tell one from no other.
func TestForbiddenAddresses(t *testing.T) {
	t.Parallel()
	linuxOnly(t)
	git, resolver := newInternet(t), newNames()
	named := spellings{}
	for _, known := range []map[string]string{loopbackNames, elsewhereNames} {
		for _, host := range slices.Sorted(maps.Keys(known)) {
			resolver.set(host, []string{known[host]})
		}
	}
	named.hosts = slices.Sorted(maps.Keys(elsewhereNames))
	c := newCanary(t, "0", loopbacks...)
	g := start(t, git, resolver)
	stored, before := g.stored(t), g.conversations(t)

	hosts, requests := 0, 0
	bodies := map[string]string{}
	for _, d := range g.doors() {
		const unknown = "https://unknown.example/acme/shop"
		bodies[d.name] = refused(t, d, unknown, g.knock(t, d, unknown, tag))
	}
	for _, s := range []spellings{numeric, disguised, loopback, elsewhere, metadata, named} {
		hosts += len(s.hosts)
		for _, host := range s.hosts {
			for _, url := range forms(host, c.port) {
				for _, d := range g.doors() {
					requests++
					got := g.knock(t, d, url, tag)
					if s.malformed {
						requireBadField(t, d, "url", url, got)
						continue
					}
					if body := refused(t, d, url, got); body != bodies[d.name] {
						t.Errorf("%s of %s: %s, but of a host that does not exist %s", d.name, url, body, bodies[d.name])
					}
				}
			}
		}
	}
	if now := g.stored(t); now != stored {
		t.Errorf("the drafts were\n%s\nand are\n%s", stored, now)
	}
	if n := g.conversations(t) - before; n != 0 {
		t.Errorf("git was started %d times", n)
	}
	hits := c.count(t)
	if hits != 0 {
		t.Errorf("the canary was hit %d times", hits)
	}
	reached, plain := reachedOnceAllowed(t, git, resolver, c), reachedByPlainGit(t, c)
	t.Logf("%d spellings of forbidden hosts in create, setRepository and validations, %d requests: canary hits %d; "+
		"of those that lead to loopback, the server reaches %d of %d once they are allowed, and git by itself %d of %d",
		hosts, requests, hits, reached, len(loopback.hosts), plain, len(numeric.hosts))
}

// reachedOnceAllowed shows that the canary is where the spellings lead, and that it
// is the guard that keeps the server from it.
func reachedOnceAllowed(t *testing.T, git *gitserver.Server, resolver *names, c *canary) (reached int) {
	t.Helper()
	g := start(t, git, resolver, "127.0.0.0/8", "::1", "0.0.0.0", "::", "::ffff:127.0.0.0/104")
	for _, host := range loopback.hosts {
		urls := []string{"https://" + host + ":" + c.port + "/acme/shop"}
		if _, err := exec.LookPath("ssh"); err == nil {
			urls = append(urls, "ssh://git@"+host+":"+c.port+"/acme/shop")
		}
		for _, url := range urls {
			before := c.count(t)
			got := g.knock(t, g.doors()[0], url, tag)
			if got.status != http.StatusUnprocessableEntity || c.count(t) == before {
				t.Errorf("%s: answered %+v, and the canary was not hit although it is allowed", url, got)
				continue
			}
		}
		reached++
	}
	for _, d := range g.doors() {
		before := c.count(t)
		g.knock(t, d, "https://127.0.0.1:"+c.port+"/acme/shop", tag)
		if c.count(t) == before {
			t.Errorf("%s does not reach the canary although it is allowed", d.name)
		}
	}
	return reached
}

// reachedByPlainGit shows what the refused forms are refused for: git without a
// guard before it follows them to this machine.
func reachedByPlainGit(t *testing.T, c *canary) (reached int) {
	t.Helper()
	for _, host := range numeric.hosts {
		before := c.count(t)
		_ = plainGit(t, "ls-remote", "https://"+host+":"+c.port+"/acme/shop")
		if c.count(t) == before {
			t.Errorf("%s is no spelling that leads git to this machine", host)
			continue
		}
		reached++
	}
	return reached
}

// plainGit runs git as nobody should with a stranger's URL. Its error says how it
// ended, which only tells that it tried.
func plainGit(t *testing.T, args ...string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = t.TempDir()
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + cmd.Dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_TERMINAL_PROMPT=0", "GIT_SSL_NO_VERIFY=1",
	}
	return cmd.Run()
}
