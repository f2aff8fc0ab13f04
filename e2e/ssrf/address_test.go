package ssrf_test

import (
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// addresses writes addresses that are not public in every way there is: no
// answer tells one from the other, nor from a host that does not exist.
func (l *lab) addresses(t *testing.T) {
	git, resolver := newInternet(t), newNames()
	for _, known := range []map[string]string{loopbackNames, elsewhereNames} {
		for host, address := range known {
			resolver.set(host, []string{address})
		}
	}
	c := newCanary(t, "0", loopbacks...)
	g := start(t, git, resolver)
	stored, before := g.stored(t), g.conversations(t)
	names := spellings{hosts: slices.Sorted(maps.Keys(elsewhereNames))}
	for _, s := range []spellings{numeric, disguised, loopback, elsewhere, metadata, names} {
		l.spellings += len(s.hosts)
		for _, host := range s.hosts {
			for _, url := range forms(host, c.port) {
				for _, d := range g.doors() {
					l.requests++
					if s.malformed {
						requireBadField(t, d, "url", url, g.knock(t, d, url, tag))
					} else {
						g.requireRefused(t, d, url)
					}
				}
			}
		}
	}
	g.requireStored(t, stored)
	g.requireConversations(t, before)
	l.requireNoHits(t, c)
	l.allowedAddresses(t, git, resolver, c)
	for _, host := range numeric.hosts {
		l.requireReached(t, c, func() { plainGit(t, "ls-remote", "https://"+host+":"+c.port+"/acme/shop") }, "git ls-remote of %s", host)
	}
}

// allowedAddresses shows that the canary is where the spellings lead, and that it is
// the guard that keeps the server from it.
func (l *lab) allowedAddresses(t *testing.T, git *gitserver.Server, resolver *names, c *canary) {
	t.Helper()
	g := start(t, git, resolver, "127.0.0.0/8", "::1", "0.0.0.0", "::", "::ffff:127.0.0.0/104")
	schemes := []string{"https://"}
	if _, err := exec.LookPath("ssh"); err == nil {
		schemes = append(schemes, "ssh://git@")
	}
	create := g.doors()[0]
	for _, host := range loopback.hosts {
		if needsIPv6(host) && !c.ipv6 {
			continue
		}
		for _, scheme := range schemes {
			url := scheme + host + ":" + c.port + "/acme/shop"
			l.requireReached(t, c, func() { g.requireRefused(t, create, url) }, "create of %s, once allowed", url)
		}
	}
	for _, d := range g.doors() {
		url := "https://127.0.0.1:" + c.port + "/acme/shop"
		l.requireReached(t, c, func() { g.knock(t, d, url, tag) }, "%s of %s, once allowed", d.name, url)
	}
}

// metadataHosts has an operator allow every network there is, and names that lead
// to metadata services.
func (l *lab) metadataHosts(t *testing.T) {
	resolver, c := newNames(), newCanary(t, "0", loopbacks...)
	hosts := slices.Clone(metadata.hosts)
	for i, address := range []string{"169.254.169.254", "fd00:ec2::254", "64:ff9b::a9fe:a9fe", "::ffff:169.254.169.254"} {
		host := fmt.Sprintf("metadata%d.example", i)
		resolver.set(host, []string{"127.0.0.1", address})
		hosts = append(hosts, host)
	}
	g := start(t, newInternet(t), resolver, append([]string{"0.0.0.0/0", "::/0", "::ffff:0:0/96"}, hosts[len(metadata.hosts):]...)...)
	before := g.conversations(t)
	for _, host := range hosts {
		l.metadata++
		for _, url := range forms(host, c.port) {
			for _, d := range g.doors() {
				g.requireRefused(t, d, url)
			}
		}
	}
	g.requireConversations(t, before)
	l.requireNoHits(t, c)
	for _, d := range g.doors() {
		l.requireReached(t, c, func() { g.knock(t, d, "https://127.0.0.1:"+c.port+"/a", tag) }, "%s of loopback, which is allowed", d.name)
	}
}
