package forwarded_test

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/internal/forwarded"
)

func proxies(t *testing.T, networks ...string) forwarded.Proxies {
	t.Helper()
	p, err := forwarded.Parse(networks)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestClient(t *testing.T) {
	t.Parallel()
	const proxy, stranger = "10.0.0.1:4711", "203.0.113.9:4711"
	for name, c := range map[string]struct {
		peer   string
		header http.Header
		want   string
	}{
		"no header":               {proxy, nil, "10.0.0.1"},
		"stranger's header":       {stranger, http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "203.0.113.9"},
		"one proxy":               {proxy, http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "192.0.2.1"},
		"made up on the left":     {proxy, http.Header{"X-Forwarded-For": {"127.0.0.1, 192.0.2.1"}}, "192.0.2.1"},
		"two proxies":             {proxy, http.Header{"X-Forwarded-For": {"198.51.100.1, 192.0.2.1, 10.2.3.4"}}, "192.0.2.1"},
		"two lines":               {proxy, http.Header{"X-Forwarded-For": {"198.51.100.1", "192.0.2.1, 10.2.3.4"}}, "192.0.2.1"},
		"only proxies":            {proxy, http.Header{"X-Forwarded-For": {"10.0.0.3, 10.0.0.2"}}, "10.0.0.3"},
		"unknown":                 {proxy, http.Header{"X-Forwarded-For": {"192.0.2.1, unknown"}}, "10.0.0.1"},
		"empty":                   {proxy, http.Header{"X-Forwarded-For": {""}}, "10.0.0.1"},
		"with a port":             {proxy, http.Header{"X-Forwarded-For": {"192.0.2.1:80"}}, "192.0.2.1"},
		"IPv6":                    {"[2001:db8::1]:1", http.Header{"X-Forwarded-For": {"2001:db8:1::2"}}, "2001:db8:1::2"},
		"IPv6 in brackets":        {proxy, http.Header{"X-Forwarded-For": {"[2001:db8:1::2]:80"}}, "2001:db8:1::2"},
		"IPv4 in IPv6":            {"[::ffff:10.0.0.1]:1", http.Header{"X-Forwarded-For": {"::ffff:192.0.2.1"}}, "192.0.2.1"},
		"zone":                    {"[fe80::1%eth0]:1", nil, "fe80::1"},
		"standard":                {proxy, http.Header{"Forwarded": {`for=192.0.2.1;proto=https;by=10.0.0.1`}}, "192.0.2.1"},
		"standard, made up":       {proxy, http.Header{"Forwarded": {`for=127.0.0.1, FOR="192.0.2.1:80"`, `proto=https; for="[::ffff:10.9.9.9]"`}}, "192.0.2.1"},
		"standard, IPv6":          {proxy, http.Header{"Forwarded": {`for="[2001:db8:1::2]:80"`}}, "2001:db8:1::2"},
		"standard, hidden":        {proxy, http.Header{"Forwarded": {`for=192.0.2.1, for=_hidden`}}, "10.0.0.1"},
		"standard, nobody":        {proxy, http.Header{"Forwarded": {`proto=https`}}, "10.0.0.1"},
		"both, the same":          {proxy, http.Header{"Forwarded": {"for=192.0.2.1"}, "X-Forwarded-For": {"192.0.2.1"}}, "192.0.2.1"},
		"both, one of them wrong": {proxy, http.Header{"Forwarded": {"for=127.0.0.1"}, "X-Forwarded-For": {"192.0.2.1"}}, "10.0.0.1"},
		"no address":              {"@", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "invalid IP"},
	} {
		r := &http.Request{RemoteAddr: c.peer, Header: c.header}
		if got := proxies(t, "10.0.0.0/8", "2001:db8::1").Client(r).String(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if got := (forwarded.Proxies{}).Client(&http.Request{RemoteAddr: proxy, Header: http.Header{"X-Forwarded-For": {"192.0.2.1"}}}); got.String() != "10.0.0.1" {
		t.Errorf("nobody is trusted, and the client is %s", got)
	}
}

func TestBadNetworks(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "10.0.0.0/33", "proxy.example", "10.0.0", "fe80::1%eth0"} {
		if _, err := forwarded.Parse([]string{"10.0.0.0/8", bad}); err == nil || !strings.Contains(err.Error(), "write a network") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Whatever a client sends, trusted proxies that each add the address they see
// lead back to that client and nobody else.
func TestNobodyHides(t *testing.T) {
	t.Parallel()
	trusted := proxies(t, "10.0.0.0/8", "fd00::/8")
	rapid.Check(t, func(t *rapid.T) {
		client := rapid.Map(rapid.SliceOfN(rapid.Byte(), 4, 4), func(b []byte) netip.Addr {
			return netip.AddrFrom4([4]byte(b))
		}).Filter(func(a netip.Addr) bool { return a.As4()[0] != 10 }).Draw(t, "client")
		madeUp := rapid.SliceOfN(rapid.OneOf(
			rapid.SampledFrom([]string{"127.0.0.1", "10.0.0.1", "fd00::1", "unknown", "", "[", `"`, "for=10.0.0.1", `for="`}),
			rapid.StringMatching(`[ -~]{0,30}`),
		), 0, 5).Draw(t, "made up")
		hops := rapid.SliceOfN(rapid.SampledFrom([]string{"10.0.0.1", "10.255.0.1", "fd00::17"}), 1, 5).Draw(t, "proxies")
		standard := rapid.Bool().Draw(t, "standard")

		// The first proxy adds the client, each other one the proxy before it.
		added := append([]string{client.String()}, hops[:len(hops)-1]...)
		name := "X-Forwarded-For"
		if standard {
			name = "Forwarded"
			for i, a := range added {
				added[i] = `for="` + bracketed(a) + `"`
			}
		}
		r := &http.Request{
			RemoteAddr: bracketed(hops[len(hops)-1]) + ":1",
			Header:     http.Header{name: {strings.Join(slices.Concat(madeUp, added), ", ")}},
		}
		if got := trusted.Client(r); got != client {
			t.Fatalf("%s %q from %s: %s, want %s", name, r.Header[name], r.RemoteAddr, got, client)
		}
	})
}

func bracketed(addr string) string {
	if strings.Contains(addr, ":") {
		return "[" + addr + "]"
	}
	return addr
}
