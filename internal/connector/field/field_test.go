package field_test

import (
	"errors"
	"net/mail"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
)

func TestRules(t *testing.T) {
	t.Parallel()
	rules := field.Rules{
		Regions:       []string{"europe-west1.gcp", "mars.one"},
		RepositoryURL: refuse("bad", "must be good"),
		RepositoryTag: refuse("-x", "must not begin with a dash"),
	}
	wide := func(n int) string { return strings.Repeat("😀", n) }
	link := func(n int) string { return "https://a.example/" + strings.Repeat("ü", n-len("https://a.example/")) }
	for _, tc := range []struct {
		name string
		rule jsonbody.Rule
		good []string
		bad  []string
	}{
		{"Name", field.Name, []string{"a", wide(256), "Ä name, with 'quotes' <&>", " "},
			[]string{"", wide(257), "two\nlines", "tab\t", "\u007f", "\u0085", "\u202e", "\u2066", "\u200f"}},
		{"Person", field.Person, []string{"", "Jane", wide(256)}, []string{wide(257), "a\u0000", "a\r", "\u202a"}},
		{"Description", field.Description, []string{"", "two\nlines\tand a tab", wide(10_000)}, []string{wide(10_001)}},
		{"Key", field.Key, []string{"ab", "A-_9", strings.Repeat("k", 256)},
			[]string{"", "a", strings.Repeat("k", 257), "a b", "ä-key", "a.b", "ab\n", "a/b", "key="}},
		{"Project", field.Project, []string{"europe-west1.gcp:ab", "r:a-_", "A.b-c_1:" + strings.Repeat("p", 36), strings.Repeat("r", 263) + ":" + strings.Repeat("p", 36)},
			[]string{"", "project", ":ab", "r:", "r:a", "r:" + strings.Repeat("p", 37), "r:a.b", "r r:ab", "r:ab:cd", "r:ab\n", strings.Repeat("r", 264) + ":" + strings.Repeat("p", 36)}},
		{"IntegrationType", field.IntegrationType, names(api.IntegrationTypes), []string{"", "Tax", "tax ", "payment"}},
		{"Email", field.Email, []string{"a@b", "jane.doe+x@example.com", "ü@exämple.de", strings.Repeat("a", 242) + "@example.com", wide(1) + "@b"},
			[]string{"", "a", "@b", "a@", "ab", "a@b@c", "Jane <jane@example.com>", "<jane@example.com>", "jane@example.com, joe@example.com",
				"jane @example.com", "jane@example.com\n", "(x)a@b.c", `"a b"@c.d`, `"a"@c.d`, "a\u202e@b.c", strings.Repeat("a", 243) + "@example.com", "a@b\x00", "a@b..c"}},
		{"Link", field.Link, []string{"", "http://a.example", "HTTPS://a.example:8443/x?y=%20#z", "https://[::1]/", "https://xn--bcher-kva.example/ü", link(2048)},
			[]string{"a.example", "/x", "//a.example", "ftp://a.example", "javascript:alert(1)", "https://", "https:///x", "https://:80", "mailto:a@b",
				"https://a.example/ x", `https://a.example/"x`, "https://a.example/'x", `https://a.example/\x`, "https://a.example/<x>", "https://a.example/\n",
				"https://a.example/\u00a0", "https://a.example/\u2028", "https://a.example/\u202e", "https://a.example/\u0085", "https://a.example/%zz",
				"https://a.example:port/", " https://a.example", link(2049)}},
		{"Region", rules.Region, []string{"europe-west1.gcp", "mars.one"}, []string{"", "us-central1.gcp", "Mars.one"}},
		{"URL", rules.URL, []string{"good"}, []string{"bad"}},
		{"Tag", rules.Tag, []string{"v1"}, []string{"-x"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, v := range tc.good {
				if message := tc.rule(v); message != "" {
					t.Errorf("%.60q: %s", v, message)
				}
			}
			for _, v := range tc.bad {
				message := tc.rule(v)
				if !strings.HasPrefix(message, "must ") || !strings.HasSuffix(message, ".") {
					t.Errorf("%.60q: message %q, want the rest of a sentence", v, message)
				}
			}
		})
	}
}

func refuse(bad, message string) func(string) error {
	return func(v string) error {
		if v == bad {
			return errors.New(message)
		}
		return nil
	}
}

func names(types []api.IntegrationType) []string {
	var out []string
	for _, t := range types {
		out = append(out, string(t))
	}
	return out
}

// What is wrong is said so that it can be mended.
func TestMessages(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ got, want string }{
		{field.Name("a\u202eb"), "must not contain the control character U+202E."},
		{field.Name(strings.Repeat("ä", 300)), "must have at most 256 characters, but has 300."},
		{field.Rules{Regions: []string{"a", "b"}}.Region("c"), "must be one of a, b."},
		{field.Rules{RepositoryURL: refuse("x", "must be good")}.URL("x"), "must be good."},
	} {
		if tc.got != tc.want {
			t.Errorf("%q, want %q", tc.got, tc.want)
		}
	}
}

// FuzzEmail: what is accepted is one bare address that cannot be taken for
// anything else when it is written into a page, a header or a log.
func FuzzEmail(f *testing.F) {
	for _, seed := range []string{"jane@example.com", "a@b", "Jane <j@x.y>", "a@b, c@d", "\"a\"@b", "ü@ä.de", "a@b\r\nBcc: c@d", "a@[127.0.0.1]", "\xff@b", "a\u202e@b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, v string) {
		if field.Email(v) != "" {
			return
		}
		if n := utf8.RuneCountInString(v); n < 3 || n > 254 || !utf8.ValidString(v) {
			t.Errorf("%q has %d characters", v, n)
		}
		requireSeen(t, v)
		if strings.ContainsAny(v, `<>()",;:\`+" ") && !strings.Contains(v, "@[") {
			t.Errorf("%q is no bare address", v)
		}
		list, err := mail.ParseAddressList(v)
		if err != nil || len(list) != 1 || list[0].Address != v {
			t.Errorf("%q is not one address: %v, %v", v, list, err)
		}
	})
}

// FuzzLink: what is accepted can be put between quotes into a page and leads to
// a web server.
func FuzzLink(f *testing.F) {
	for _, seed := range []string{"", "https://a.example/x?y#z", "HTTP://a", "javascript:alert(1)", "https://a\" onclick=\"x", "https://a:b@c", "https://[::1]:8/", "http:a", "https://a/\u202e", "http://\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, v string) {
		if field.Link(v) != "" || v == "" {
			return
		}
		if n := utf8.RuneCountInString(v); n > 2048 {
			t.Errorf("%q has %d characters", v, n)
		}
		requireSeen(t, v)
		if strings.ContainsAny(v, `"'\<> `) {
			t.Errorf("%q cannot be quoted", v)
		}
		u, err := url.Parse(v)
		if err != nil || !u.IsAbs() || u.Host == "" || u.Opaque != "" || (u.Scheme != "http" && u.Scheme != "https") {
			t.Errorf("%q is no link: %+v, %v", v, u, err)
		}
	})
}

func requireSeen(t *testing.T, v string) {
	t.Helper()
	for _, r := range v {
		if unicode.IsControl(r) || unicode.IsSpace(r) || unicode.Is(unicode.Bidi_Control, r) {
			t.Errorf("%q holds U+%04X", v, r)
		}
	}
}

func TestID(t *testing.T) {
	t.Parallel()
	const id = "5ab3edcd-9d23-4934-8f48-256805253119"
	for v, want := range map[string]string{
		id: id, strings.ToUpper(id): id, "": "", "x": "", "{" + id + "}": "", "urn:uuid:" + id: "", strings.ReplaceAll(id, "-", ""): "",
		id + " ": "", strings.Replace(id, "5", "g", 1): "",
	} {
		if got, ok := field.ID(v); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %t; want %q", v, got, ok, want)
		}
	}
}
