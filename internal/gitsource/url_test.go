package gitsource

import (
	"net/netip"
	"strings"
	"testing"
)

func TestParseURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ raw, scheme, host, port, url string }{
		{"https://github.com/acme/shop", "https", "github.com", "", ""},
		{"https://github.com/acme/shop.git", "https", "github.com", "", ""},
		{"https://github.com/acme/shop/", "https", "github.com", "", ""},
		{"HTTPS://GitHub.COM:443/Acme/Shop", "https", "github.com", "", "https://github.com/Acme/Shop"},
		{"https://git.example.com:8443/a", "https", "git.example.com", "8443", ""},
		{"https://git.example.com:08443/a", "https", "git.example.com", "8443", "https://git.example.com:8443/a"},
		{"https://git_1.internal/a/b/c/d", "https", "git_1.internal", "", ""},
		{"https://gitlab.com/group/-/shop", "https", "gitlab.com", "", ""},
		{"https://dev.azure.com/acme/my%20project/_git/shop", "", "", "", ""}, // a space, though encoded
		{"https://192.0.2.7/a", "https", "192.0.2.7", "", ""},
		{"https://[2001:DB8:0:0::1]:8443/a", "https", "2001:db8::1", "8443", "https://[2001:db8::1]:8443/a"},
		{"https://xn--bcher-kva.example/a", "https", "xn--bcher-kva.example", "", ""},
		{"https://1.2.3.com/a", "https", "1.2.3.com", "", ""},
		{"https://example.com/caf%C3%A9", "https", "example.com", "", ""},
		{"ssh://git@github.com/acme/shop.git", "ssh", "github.com", "", ""},
		{"ssh://git@git.example.com:2222/~me/shop", "ssh", "git.example.com", "2222", ""},
		{"ssh://git@github.com:22/acme/shop.git", "ssh", "github.com", "", "ssh://git@github.com/acme/shop.git"},
		{"git@github.com:acme/shop.git", "ssh", "github.com", "", ""},
		{"git@GitHub.com:acme/shop", "ssh", "github.com", "", "git@github.com:acme/shop"},
		{"git@git.example.com:/srv/git/shop.git", "ssh", "git.example.com", "", ""},
		{"http://localhost:8080/shop", "http", "localhost", "8080", ""},
		{"file:///srv/git/shop.git", "file", "", "", ""},
	} {
		r, err := parseURL(c.raw)
		if c.scheme == "" {
			if err == nil {
				t.Errorf("%s: accepted", c.raw)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.raw, err)
			continue
		}
		if c.url == "" {
			c.url = c.raw
		}
		if want := (remote{scheme: c.scheme, host: c.host, port: c.port, url: c.url}); r != want {
			t.Errorf("%s: %+v, want %+v", c.raw, r, want)
		}
	}
}

// refusedURLs are in no form that is read.
var refusedURLs = []string{
	"", "x", "/srv/git/shop", "../shop", "github.com/acme/shop", "//github.com/acme/shop",
	"git://github.com/acme/shop", "ftp://example.com/x", "ext::sh -c id", "ext::sh%20-c%20id", "https::https://github.com/a",
	"transport::address", "fd::17/foo", "javascript:alert(1)",
	"https://", "https:///acme", "https://github.com", "https://github.com/", "https://:443/a", "https://github.com:/a",
	"https://github.com:0/a", "https://github.com:65536/a", "https://github.com:443x/a", "https://github.com:-1/a", "https://github.com:+443/a",
	"https://user@github.com/a", "https://user:secret@github.com/a", "https://:secret@github.com/a", "https://@github.com/a",
	"https://git@github.com/a", "https://github.com%40evil.example/a", "https://github.com@127.0.0.1/a",
	"https://github.com#@evil.example/a", "https://github.com?@evil.example/a", `https://github.com\@evil.example/a`,
	"https://github.com/a?b=c", "https://github.com/a#b", "https://github.com/a?",
	"https://github.com/a b", "https://github.com/a%20b", "https://github.com/a\tb", "https://github.com/a\nb", "https://github.com/a%0ab",
	"https://github.com/a%00b", "https://github.com/a\x00b", "https://github.com/a\x7fb", "https://github.com/a\u0085b", "https://github.com/a%C2%85b",
	"https://github.com/a\u202eb", "https://github.com/a\u200bb", "https://github.com/a\u00a0b", " https://github.com/a", "https://github.com/a\n",
	`https://github.com/a"b`, "https://github.com/a'b", "https://github.com/a%27b", "https://github.com/a<b", `https://github.com/a\b`,
	"https://github.com/a%", "https://github.com/a%2", "https://github.com/%zz", "https://github.com/%ff", "https://github.com/\xff",
	"https://github.com/../a", "https://github.com/a/..", "https://github.com/a/./b", "https://github.com/%2e%2e/a", "https://github.com/a%2f..%2fb",
	"https://github.com/a/%2E./b", "https://github.com//a", "https://github.com/a//b", "https://github.com/a//", "https://github.com/.",
	"https://github.com/-a", "https://github.com/%2da", "https://-github.com/a", "https://github-.com/a", "https://-oProxyCommand=id/a",
	"-https://github.com/a", "--upload-pack=id", "--upload-pack=id https://github.com/a",
	"https://github..com/a", "https://.github.com/a", "https://github.com./a", "https://gïthub.com/a", "https://github。com/a",
	"https://１２７.0.0.1/a", "https://①②⑦.0.0.1/a", "https://git%68ub.com/a", "https://github.com:443:443/a", "https://a,b/c", "https://a;b/c", "https://$(id)/a", "https://`id`/a",
	"https://[::1/a", "https://::1/a", "https://[::1]x/a", "https://[::1%25lo]/a", "https://[::1%lo]/a", "https://[127.0.0.1]/a", "https://[]/a", "https://[github.com]/a", "https://[v1.x]/a",
	"ssh://github.com/a", "ssh://root@github.com/a", "ssh://git:secret@github.com/a", "ssh://git@@github.com/a", "ssh://git@-oProxyCommand=id/a",
	"ssh://git@github.com", "ssh://git@github.com/", "ssh://git@github.com/-a", "ssh://git@github.com/%2Da", "ssh://git@github.com/a%0Ab", "ssh://-git@github.com/a",
	"root@github.com:a", "git@github.com", "git@github.com:", "git@github.com:/", "git@github.com:-a", "git@github.com:../a", "git@github.com:a b",
	"git@-oProxyCommand=id:a", "git@@github.com:a", "git@[::1]:a", "git@github.com::a/../b", "git@:a", "git@127.1:a", "-git@github.com:a",
	"file://", "file:///", "file://host/a", "file:///a/../b", "file:///%2e%2e/b", "file:///-a", "file://localhost/a", "file:a", "file:/a",
	"https://" + strings.Repeat("a", 64) + ".com/a", "https://" + strings.Repeat("a.", 130) + "com/a", "https://github.com/" + strings.Repeat("a", 2048),
}

// ipv4Numbers are what some resolver takes for an IPv4 address, and another not.
var ipv4Numbers = []string{
	"127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0.0.1", "0X7F.0x0.0x0.0x1", "017700000001", "0177.0.0.1", "0177.1",
	"127.0.0.01", "127.0.0.001", "127.0.0.0x1", "127.0.0.1.", "127.0.0.1..", "0", "0x0", "0.0", "00.0.0.0", "0x", "10.1", "0xa9fea9fe",
	"2852039166", "169.254.43518", "0251.0376.0251.0376", "0xA9.0xFE.0xA9.0xFE", "1.2.3.4.5", "256.0.0.1", "127.0.0.256", "4294967296", "99999999999", "1.2.3.0x", "a.b.1",
}

func TestRefusedURLs(t *testing.T) {
	t.Parallel()
	urls := refusedURLs
	for _, host := range ipv4Numbers {
		urls = append(urls, "https://"+host+"/a", "https://"+host+":443/a", "ssh://git@"+host+"/a", "git@"+host+":a", "http://"+host+"/a")
	}
	for _, raw := range urls {
		if r, err := parseURL(raw); err == nil {
			t.Errorf("%q: accepted as %+v", raw, r)
		}
	}
}

// Which schemes are read depends on the operator.
func TestCheckURL(t *testing.T) {
	t.Parallel()
	public := newSource(t, nil)
	dev := newSource(t, nil, func(o *Options) { o.AllowLoopbackHTTPAndFile = true })
	for _, c := range []struct {
		url         string
		public, dev bool
	}{
		{"https://github.com/acme/shop", true, true},
		{"git@github.com:acme/shop", true, true},
		{"ssh://git@github.com/acme/shop", true, true},
		{"https://127.0.0.1/acme/shop", true, true}, // its address is not looked at
		{"http://github.com/acme/shop", false, false},
		{"http://10.0.0.1/acme/shop", false, false},
		{"http://localhost.example.com/acme/shop", false, false},
		{"http://localhost:8080/acme/shop", false, true},
		{"http://git.localhost/acme/shop", false, true},
		{"http://127.0.0.1:8080/acme/shop", false, true},
		{"http://[::1]:8080/acme/shop", false, true},
		{"http://127.1/acme/shop", false, false},
		{"file:///srv/git/shop", false, true},
		{"file:///srv/../etc", false, false},
		{"/srv/git/shop", false, false},
		{"ext::id", false, false},
	} {
		if err := public.CheckURL(c.url); (err == nil) != c.public {
			t.Errorf("%s: %v", c.url, err)
		}
		if err := dev.CheckURL(c.url); (err == nil) != c.dev {
			t.Errorf("%s, in development: %v", c.url, err)
		}
	}
}

func FuzzParseURL(f *testing.F) {
	for _, raw := range refusedURLs {
		f.Add(raw)
	}
	for _, raw := range []string{"https://github.com/acme/shop", "https://[::1]:8443/a", "ssh://git@h:22/a", "git@github.com:a/b", "file:///a", "http://localhost/x%2fy"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		r, err := parseURL(raw)
		if err != nil {
			if len(err.Error()) > 200 {
				t.Errorf("%q: long error %v", raw, err)
			}
			return
		}
		again, err := parseURL(r.url)
		if err != nil || again != r {
			t.Errorf("%q: %+v is read as %+v, %v", raw, r, again, err)
		}
		if r.url[0] == '-' || strings.ContainsAny(r.url, " \t\r\n\x00'\"\\?#") || strings.Contains(r.url, "/../") {
			t.Errorf("%q: unsafe %+v", raw, r)
		}
		if (r.scheme == "file") != (r.host == "") {
			t.Errorf("%q: %+v", raw, r)
		}
		if _, err := netip.ParseAddr(r.host); err != nil && isNumber(r.host[strings.LastIndexByte(r.host, '.')+1:]) && r.host != "" {
			t.Errorf("%q: the host of %+v is a number", raw, r)
		}
	})
}
