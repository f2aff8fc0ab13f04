package server_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
	"github.com/greenroom-registry/greenroom/internal/testkit/sshserver"
)

// names is a name service that knows some hosts, and fails for others.
type names map[string]string

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	address, ok := n[host]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if address == "" {
		return nil, &net.DNSError{Err: "server misbehaving", Name: host, IsTemporary: true}
	}
	return []netip.Addr{netip.MustParseAddr(address)}, nil
}

// failing answers /status/… with that status, and stalls below /stall/.
func failing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(r.URL.Path, "/")
		status, _ := strconv.Atoi(parts[1])
		switch {
		case parts[1] == "stall":
			gitserver.Stall(nil)(next).ServeHTTP(w, r)
		case status == http.StatusFound:
			gitserver.Redirect("https://169.254.169.254")(next).ServeHTTP(w, r)
		case status == http.StatusUnauthorized:
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			gitserver.Fail(status)(next).ServeHTTP(w, r)
		case status != 0:
			gitserver.Fail(status)(next).ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// listening is the address of a listener that does that with each connection.
func listening(t *testing.T, do func(net.Conn)) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			do(conn)
			_ = conn.Close()
		}
	}()
	return l.Addr().String()
}

// outOfReach are releases that cannot be read, each for another reason.
func outOfReach(t *testing.T, git *gitserver.Server, known, unknown *sshserver.Server) map[string]api.Repository {
	t.Helper()
	closed := httptest.NewServer(nil)
	closed.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	at := func(url string) api.Repository { return api.Repository{URL: url, Tag: "v1"} }
	all := map[string]api.Repository{
		"refused connection":    at("https://" + closed.Listener.Addr().String() + "/tax.git"),
		"connection cut":        at("https://" + listening(t, func(net.Conn) {}) + "/tax.git"),
		"no HTTP":               at("https://" + listening(t, func(c net.Conn) { _, _ = io.WriteString(c, "220 mail.example ESMTP\r\n") }) + "/tax.git"),
		"no TLS":                at("https://" + plain.Listener.Addr().String() + "/tax.git"),
		"certificate of others": at("https://localhost.test:" + git.Port() + "/tax.git"),
		"missing repository":    at(git.URL + "/none.git"),
		"missing tag":           {URL: git.URL + "/tax.git", Tag: "v9"},
		"private address":       at("https://10.255.255.1/tax.git"),
		"metadata address":      at("https://169.254.169.254/tax.git"),
		"name of loopback":      at("https://loopback.test:" + git.Port() + "/tax.git"),
		"unknown name":          at("https://none.test/tax.git"),
		"broken name service":   at("https://servfail.test/tax.git"),
		"no credential":         at("ssh://git@127.0.0.1:" + known.Port + "/tax.git"),
		"unknown host key":      at("ssh://git@127.0.0.1:" + unknown.Port + "/tax.git"),
		"refused ssh":           at("ssh://git@" + closed.Listener.Addr().String() + "/tax.git"),
		"no ssh":                at("ssh://git@" + plain.Listener.Addr().String() + "/tax.git"),
	}
	for _, status := range []int{302, 401, 403, 404, 410, 429, 500, 502, 503} {
		all[fmt.Sprint("status ", status)] = at(fmt.Sprintf("%s/%d/tax.git", git.URL, status))
	}
	return all
}

// answer posts a body, and returns what is answered with the release's names taken
// out of it.
func (r *running) answer(t *testing.T, path, body string, release api.Repository) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	got := exchange(&http.Transport{}, req)
	got = strings.ReplaceAll(got, release.URL, "URL")
	return strings.NewReplacer("tag "+release.Tag, "tag TAG").Replace(got)
}

// TestUnreachableIsOneAnswer: or the server would be a port scanner. The answers
// to a create, an update and a validation are the same, byte for byte but for the
// release's own names, whatever keeps the release from being read.
func TestUnreachableIsOneAnswer(t *testing.T) {
	t.Parallel()
	git := gitserver.New(t)
	git.Intercept(failing)
	known, unknown := sshserver.New(t, git.Root), sshserver.New(t, git.Root)
	o := options(t, git)
	o.Repositories.KnownHosts = filepath.Join(t.TempDir(), "known_hosts")
	line := fmt.Sprintf("[127.0.0.1]:%s %s\n", known.Port, known.HostKey)
	if err := os.WriteFile(o.Repositories.KnownHosts, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Repositories.AllowHosts = append(o.Repositories.AllowHosts, "localhost.test")
	o.Repositories.Resolver = names{"localhost.test": "127.0.0.1", "loopback.test": "127.0.0.1", "servfail.test": ""}
	r := start(t, o)
	draft := r.createdDraft(t, repository(t, git))
	all := outOfReach(t, git, known, unknown)
	for _, reason := range slices.Sorted(maps.Keys(all)) {
		r.requireUnreachable(t, draft, reason, all[reason])
	}
	t.Logf("%d reasons, one answer each to create, update and validation", len(all))

	// What takes longer than the server waits is no other answer.
	r.end(t)
	o.Repositories.FileDeadline, o.Repositories.TreeDeadline = time.Second, time.Second
	stalled := api.Repository{URL: git.URL + "/stall/tax.git", Tag: "v1"}
	start(t, o).requireUnreachable(t, draft, "stalled", stalled)
}

func (r *running) requireUnreachable(t *testing.T, draft api.ConnectorStaged, reason string, release api.Repository) {
	t.Helper()
	const (
		detail  = "URL with tag TAG. Check the URL, that the tag is pushed, and that this server may read the repository."
		problem = `422 {"statusCode":422,"message":"Repository with the tag is not reachable","errors":[{"code":"GitRepositoryNotReachable",` +
			`"message":"Repository with the tag is not reachable","detailedErrorMessage":"` + detail + `"}]}`
		finding = `"findings":[{"rule":"repository/reachable","type":"Error","message":"Repository with the tag is not reachable: URL at tag TAG.",` +
			`"file":"","line":0,"column":0,"help":"Check the URL, that the tag is pushed, and that this server may read the repository."}]}`
	)
	for path, body := range map[string]string{
		"/connectors/drafts": fmt.Sprintf(`{"name":"x","creator":{"email":"jane@example.com"},"repository":{"url":%q,"tag":%q}}`, release.URL, release.Tag),
		"/connectors/drafts/" + draft.ID: fmt.Sprintf(`{"version":%d,"actions":[{"action":"setRepository","url":%q,"tag":%q}]}`,
			draft.Version, release.URL, release.Tag),
	} {
		if got := r.answer(t, path, body, release); got != problem {
			t.Errorf("%s: %s answered\n%s\nwant\n%s", reason, path, got, problem)
		}
	}
	body := fmt.Sprintf(`{"url":%q,"tag":%q}`, release.URL, release.Tag)
	if got := r.answer(t, "/x/v1/validations", body, release); !strings.HasPrefix(got, `200 {"valid":false,"engine":`) || !strings.HasSuffix(got, finding) {
		t.Errorf("%s: the validation answered\n%s\nwant\n%s", reason, got, finding)
	}
}
