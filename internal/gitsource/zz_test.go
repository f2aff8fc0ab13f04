package gitsource
import ("testing";"net/http";"fmt";"time";"net";"io";"crypto/tls";"net/http/httptest";"encoding/pem";"os";"path/filepath";"github.com/greenroom-registry/greenroom/internal/testkit/gitserver")
func TestZZLeft(t *testing.T){
	srv := gitserver.New(t)
	repo := srv.Repo(t, "acme/shop"); repo.Commit(t, map[string]string{"a":"b"}); repo.Tag(t,"v1")
	n := 0
	srv.Intercept(gitserver.On("/git-upload-pack", func(next http.Handler) http.Handler { return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request){
		n++
		if n == 1 { next.ServeHTTP(w, r); return }
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type","application/x-git-upload-pack-result")
		pkt := func(s string) { fmt.Fprintf(w, "%04x%s", len(s)+4, s) }
		pkt("packfile\n"); pkt("\x01PACKgarbage garbage garbage garbage")
		for { pkt("\x02 progress "); w.(http.Flusher).Flush(); select { case <-r.Context().Done(): return; case <-time.After(100*time.Millisecond): } }
	})}))
	s := newSource(t, srv)
	start := time.Now()
	_, err := s.Tree(t.Context(), Request{URL: repo.URL, Tag:"v1"})
	t.Log(err, time.Since(start)); t.Log(processesIn(t, s.scratchDir))
}
func TestZZIPv6(t *testing.T){
	l, err := net.Listen("tcp", "[::1]:0"); if err != nil { t.Skip(err) }
	srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request){ t.Log(r.Method, r.URL.Path); w.WriteHeader(429) })}, TLS: &tls.Config{}}
	srv.StartTLS(); defer srv.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem"); os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type:"CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600)
	s := newSource(t, nil, func(o *Options){ o.CABundle = ca; o.AllowHosts = []string{"::1"} })
	_, err = s.Resolve(t.Context(), Request{URL: srv.URL+"/a", Tag:"v1"})
	t.Log(srv.URL, err)
	s.resolver = resolvesTo("::1", "127.0.0.1")
	s.addresses.networks = append(s.addresses.networks, prefixes("127.0.0.1/32")...)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_, err = s.Resolve(t.Context(), Request{URL: "https://example.com:"+port+"/a", Tag:"v1"})
	t.Log(err)
}
