package ssrf_test

import (
	"net/http"
	"strings"
	"testing"
)

// badURLs are no addresses of repositories, whatever is at their end.
var badURLs = []string{
	"", "x", "/srv/git/shop", "../shop", "~/shop", "C:/shop", "github.com/acme/shop", "//github.com/acme/shop",
	"-x", "-", "--", "--upload-pack=touch /tmp/x", "--upload-pack=touch${IFS}/tmp/x", "-oProxyCommand=id", "--config=core.sshCommand=id",
	"ext::sh -c id", "ext::sh% -c% id", "ext::sh%20-c%20id", "fd::17", "https::https://github.com/acme/shop", "helper::address",
	"file:///etc/passwd", "file:///srv/git/shop", "file://localhost/srv/git/shop", "FILE:///srv/git/shop",
	"http://github.com/acme/shop", "HTTP://github.com/acme/shop", "http://127.0.0.1/acme/shop", "http://localhost:8080/acme/shop",
	"git://github.com/acme/shop", "git+ssh://git@github.com/acme/shop", "rsync://github.com/acme/shop", "ftp://github.com/acme/shop",
	"gopher://127.0.0.1:6379/_FLUSHALL", "dict://127.0.0.1:11211/stats", "ldap://127.0.0.1/", "javascript:alert(1)", "data:text/plain,x",
	"https://user@github.com/acme/shop", "https://user:secret@github.com/acme/shop", "https://:secret@github.com/acme/shop", "https://@github.com/acme/shop",
	"ssh://github.com/acme/shop", "ssh://root@github.com/acme/shop", "ssh://git:secret@github.com/acme/shop", "root@github.com:acme/shop", "git@github.com",
	"ssh://git@-oProxyCommand=id/acme/shop", "git@-oProxyCommand=id:acme/shop", "ssh://-oProxyCommand=id/acme/shop", "ssh://git@github.com/-acme/shop",
	"https://github.com/-acme/shop", "https://github.com/%2dacme/shop", "https://github.com/%2D-upload-pack=id", "git@github.com:-acme/shop",
	"https://github.com/acme/../shop", "https://github.com/acme/%2e%2e/shop", "https://github.com/..%2fshop", "https://github.com/acme/./shop", "git@github.com:../shop",
	"https://github.com/acme shop", "https://github.com/acme%20shop", " https://github.com/acme/shop", "https://github.com/acme/shop ",
	"https://github.com/acme\nshop", "https://github.com/acme%0ashop", "https://github.com/acme%0D%0AHost:%20x", "https://github.com/acme/shop\r\n",
	"https://github.com/acme\tshop", "https://github.com/acme%00shop", "https://github.com/acme\x7fshop", "https://github.com/acme\u0085shop", "https://github.com/acme%C2%85shop",
	"https://github.com/acme\u202eshop", "https://github.com/acme\u200bshop", "https://github.com/acme\u2028shop", "\ufeffhttps://github.com/acme/shop",
	"https://github.com/acme/shop?ref=main", "https://github.com/acme/shop#main", "https://github.com/acme//shop", "https://github.com//", "https://github.com", "https://",
	"https://github.com:0/acme/shop", "https://github.com:65536/acme/shop", "https://github.com:x/acme/shop", "https://github.com:/acme/shop", "https://github.com:443:443/acme/shop",
	`https://github.com/acme\shop`, `https:\\github.com\acme\shop`, `https://github.com/acme"shop`, "https://github.com/acme'shop", "https://github.com/<acme>", "https://github.com/%zz", "https://github.com/%ff",
	"https://github.com/" + strings.Repeat("a", 2048), "https://" + strings.Repeat("a.", 130) + "com/shop", "https://" + strings.Repeat("a", 64) + ".com/shop",
}

// wrongTags are no names of tags.
var wrongTags = []string{
	"", "-", "-x", "--", "--upload-pack=id", "--upload-pack=touch${IFS}/tmp/x", "-oProxyCommand=id", "..", "a..b", "../v1", "v1/../v2", ".", ".v1", "v1.", "v1/.a", "v1.lock", "v1.lock/a",
	"/v1", "v1/", "v1//a", "@{", "@{-1}", "v1@{0}", "v1@{upstream}", "v1^", "v1^{}", "v1^{commit}", "v1~1", "v1:connect.yaml", ":v1", "v1:refs/heads/main", "v1?", "v*", "[v1", `v1\x`,
	"v 1", " v1", "v1 ", "v1\n", "v1\r\nv2", "v1\tv2", "v1\x01", "v1\x1b[2J", "v1\x7f", strings.Repeat("v", 256), strings.Repeat("ü", 256),
}

// What can be no address or no tag is refused by its place in the body, and nothing
// is asked for or changed.
func TestBadRepositories(t *testing.T) {
	t.Parallel()
	linuxOnly(t)
	g := start(t, newInternet(t), newNames())
	stored, before := g.stored(t), g.conversations(t)
	for _, d := range g.doors() {
		for _, url := range badURLs {
			requireBadField(t, d, "url", url, g.knock(t, d, url, tag))
		}
		for _, wrong := range wrongTags {
			requireBadField(t, d, "tag", wrong, g.knock(t, d, "https://good.example.com/tax", wrong))
		}
	}
	g.requireStored(t, stored)
	g.requireConversations(t, before)
	t.Logf("%d URLs and %d tags refused in create, setRepository and validations", len(badURLs), len(wrongTags))
}

// requireBadField checks that the answer is 400, names the member of the body by
// its path, and does not repeat the value, which may hold a secret.
func requireBadField(t *testing.T, d door, member, value string, got answer) {
	t.Helper()
	path := d.at + "." + member + ":"
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, `"code":"InvalidJsonInput"`) || !strings.Contains(got.body, path) {
		t.Errorf("%s of %q: %d %s; want 400 that names %s", d.name, value, got.status, got.body, path)
	}
	if strings.Contains(got.body, "secret") {
		t.Errorf("%s of %q: the answer repeats it: %s", d.name, value, got.body)
	}
}
