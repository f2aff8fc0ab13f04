package gitsource

import (
	"encoding/pem"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// nonPublic are addresses that no stranger's URL may lead to.
var nonPublic = []string{
	"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
	"169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1",
	"192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255",
	"240.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16",
	"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1",
	"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::808:808", "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:0:53aa:64c::", "2001:2::1", "2001:10::1",
	"2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::", "2002:808:808::1", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00::1",
	"fd00:ec2::254", "fd20:ce::254", "fe80::1", "fe80::1%lo", "febf::1", "fec0::1", "ff02::1", "ff0e::1", "2620:4f:8000::1",
}

var public = []string{
	"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "140.82.121.4", "172.15.255.255", "172.32.0.0",
	"192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
	"2001:4860:4860::8888", "2606:50c0:8000::153", "2a00:1450:4001::1", "2400:cb00::1",
}

func TestIsPublic(t *testing.T) {
	t.Parallel()
	for _, a := range nonPublic {
		if isPublic(netip.MustParseAddr(a)) {
			t.Errorf("%s is public", a)
		}
	}
	for _, a := range public {
		if !isPublic(netip.MustParseAddr(a)) {
			t.Errorf("%s is not public", a)
		}
	}
}

// Whether it is written in the URL or comes from the name service, alone or among
// public ones, a non-public address is refused, before anything is started.
func TestNonPublicAddressesAreRefused(t *testing.T) {
	t.Parallel()
	for _, a := range nonPublic {
		literal := a
		if strings.Contains(a, ":") {
			literal = "[" + a + "]"
		}
		s := newSource(t, nil, func(o *Options) { o.AllowHosts = nil; o.Git = "git" })
		for _, url := range []string{"https://" + literal + "/a", "https://" + literal + ":8443/a", "ssh://git@" + literal + "/a"} {
			_, err := s.Resolve(t.Context(), Request{URL: url, Tag: "v1"})
			requireError(t, err, ErrNotReachable, false)
		}
		if a == "::ffff:8.8.8.8" {
			continue // is how the system's resolver writes 8.8.8.8
		}
		for _, addresses := range [][]string{{a}, {"1.1.1.1", a}, {a, "2606:50c0:8000::153"}} {
			s.resolver = resolvesTo(addresses...)
			_, err := s.resolve(t.Context(), location{remote: remote{scheme: "https", host: "git.example.com"}})
			requireError(t, err, ErrNotReachable, false)
			if !errors.Is(err, errForbiddenAddress) {
				t.Errorf("%s: %v", addresses, err)
			}
		}
	}
}

func TestAllowedHosts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		allow   string
		host    string
		address string
		ok      bool
	}{
		{"git.corp", "git.corp", "10.0.0.1", true},
		{"Git.Corp.", "git.corp", "10.0.0.1", true},
		{"git.corp", "other.corp", "10.0.0.1", false},
		{"git.corp", "a.git.corp", "10.0.0.1", false},
		{"git.corp", "git.corp", "169.254.169.254", false},
		{"10.0.0.0/8", "any.corp", "10.1.2.3", true},
		{"10.0.0.0/8", "any.corp", "11.1.2.3", true},
		{"10.0.0.0/8", "any.corp", "192.168.0.1", false},
		{"10.0.0.5", "any.corp", "10.0.0.5", true},
		{"10.0.0.5", "any.corp", "10.0.0.6", false},
		{"::1", "any.corp", "::1", true},
		{"fd00::/8", "any.corp", "fd00::1", true},
		{"fd00::/8", "any.corp", "fd00:ec2::254", false},
		{"0.0.0.0/0", "any.corp", "169.254.169.254", false},
		{"0.0.0.0/0", "any.corp", "100.100.100.200", false},
		{"0.0.0.0/0", "any.corp", "168.63.129.16", false},
		{"::/0", "any.corp", "64:ff9b::a9fe:a9fe", false},
		{"::/0", "any.corp", "2002:a9fe:a9fe::", false},
		{"::/0", "any.corp", "64:ff9b::a00:1", true},
	} {
		p, err := parseAddressPolicy([]string{c.allow}, false)
		if err != nil {
			t.Errorf("%s: %v", c.allow, err)
			continue
		}
		where := location{remote: remote{scheme: "https", host: c.host}}
		if err := p.check(where, netip.MustParseAddr(c.address)); (err == nil) != c.ok {
			t.Errorf("%s allowed, %s at %s: %v", c.allow, c.host, c.address, err)
		}
	}
	for _, bad := range []string{"", "10.0.0.0/33", "https://git.corp", "git.corp:443", "127.1", "*.corp", "fe80::1%eth0"} {
		if _, err := New(Options{AllowHosts: []string{bad}}); err == nil {
			t.Errorf("%q: accepted", bad)
		}
	}
}

// An IPv6 address is connected to, whether a URL or the name service gives it.
func TestIPv6(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "[::1]:0")
	if err != nil {
		t.Skipf("needs IPv6: %v", err)
	}
	srv := httptest.NewUnstartedServer(gitserver.Fail(http.StatusTooManyRequests)(nil))
	_ = srv.Listener.Close()
	srv.Listener = l
	srv.StartTLS()
	t.Cleanup(srv.Close)
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	if err := os.WriteFile(bundle, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	s := newSource(t, nil, func(o *Options) {
		o.CABundle, o.AllowHosts = bundle, []string{"::1"}
		o.Resolver = resolvesTo("::1")
	})
	for _, host := range []string{"[::1]", "example.com"} {
		_, err := s.Resolve(t.Context(), Request{URL: "https://" + host + ":" + port + "/a", Tag: "v1"})
		requireError(t, err, ErrNotReachable, true)
		if !strings.Contains(err.Error(), "fewer requests") {
			t.Errorf("%s: the server did not answer: %v", host, err)
		}
	}
}

func TestFailedLookups(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err       error
		transient bool
	}{
		"unknown host":   {&net.DNSError{IsNotFound: true}, false},
		"server failure": {&net.DNSError{IsTemporary: true}, true},
		"timeout":        {&net.DNSError{IsTimeout: true}, true},
		"no address":     {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSource(t, nil, func(o *Options) {
				o.Resolver = &fakeResolver{answer: func(int) ([]netip.Addr, error) { return nil, c.err }}
			})
			_, err := s.Resolve(t.Context(), Request{URL: "https://git.example.com/a", Tag: "v1"})
			requireError(t, err, ErrNotReachable, c.transient)
		})
	}
}
