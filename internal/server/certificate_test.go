package server_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/server"
)

// pair is a certificate of 127.0.0.1, and its key.
type pair struct{ cert, key []byte }

func newPair(t *testing.T, name string) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pair{
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}),
	}
}

// put replaces a file as a program that renews certificates does: at once.
func put(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// secured is a server with a certificate, which has not begun to serve.
func secured(t *testing.T, p pair) (s *server.Server, certFile, keyFile string) {
	t.Helper()
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	put(t, certFile, p.cert)
	put(t, keyFile, p.key)
	o := options(t, nil)
	o.TLSCert, o.TLSKey = certFile, keyFile
	s, err := server.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s, certFile, keyFile
}

// handshake makes a fresh connection and returns whom it reached, in which
// version of HTTP and how it was answered.
func handshake(t *testing.T, url string, version uint16) (name, proto string, status int, err error) {
	t.Helper()
	transport := &http.Transport{
		ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{
			InsecureSkipVerify: true, //nolint:gosec // who is reached is what the test asks
			MaxVersion:         version,
		},
	}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/livez", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return "", "", 0, err
	}
	defer res.Body.Close() //nolint:errcheck // everything was read
	if _, err := io.ReadAll(res.Body); err != nil {
		return "", "", 0, err
	}
	return res.TLS.PeerCertificates[0].Subject.CommonName, res.Proto, res.StatusCode, nil
}

func serve(t *testing.T, s *server.Server) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	stopped := make(chan error, 1)
	go func() { stopped <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-stopped:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(stopWithin):
			t.Error("the server does not stop")
		}
	})
}

func TestTLS(t *testing.T) {
	t.Parallel()
	s, _, _ := secured(t, newPair(t, "first"))
	if !strings.HasPrefix(s.URL(), "https://127.0.0.1:") {
		t.Errorf("the URL is %s", s.URL())
	}
	serve(t, s)
	for version, works := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		name, proto, status, err := handshake(t, s.URL(), version)
		if !works {
			if err == nil {
				t.Errorf("%s is spoken", tls.VersionName(version))
			}
			continue
		}
		if err != nil || name != "first" || proto != "HTTP/2.0" || status != http.StatusOK {
			t.Errorf("%s: %s, %s, %d, %v", tls.VersionName(version), name, proto, status, err)
		}
	}
	// Someone who takes it for http is told so, in http.
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.Replace(s.URL(), "https", "http", 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := exchange(&http.Transport{}, req); !strings.HasPrefix(got, "400 ") {
		t.Errorf("http got %s", got)
	}
}

// A renewed pair is served from the next connection on; half of one is not.
func TestRenewedCertificate(t *testing.T) {
	t.Parallel()
	s, certFile, keyFile := secured(t, newPair(t, "first"))
	serve(t, s)
	second := newPair(t, "second")
	for _, step := range []struct {
		change func()
		want   string
	}{
		{func() {}, "first"},
		{func() { put(t, certFile, second.cert) }, "first"},
		{func() { put(t, keyFile, second.key) }, "second"},
		{func() { put(t, certFile, []byte("nonsense")) }, "second"},
		{func() {
			if err := os.Remove(keyFile); err != nil {
				t.Fatal(err)
			}
		}, "second"},
	} {
		step.change()
		if name, _, _, err := handshake(t, s.URL(), tls.VersionTLS13); err != nil || name != step.want {
			t.Fatalf("reached %q, %v; want %s", name, err, step.want)
		}
	}
}

func TestBadCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good, other := newPair(t, "good"), newPair(t, "other")
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		put(t, path, content)
		return path
	}
	cert, key := file("cert.pem", good.cert), file("key.pem", good.key)
	for name, files := range map[string][2]string{
		"no certificate": {filepath.Join(dir, "nowhere.pem"), key},
		"no key":         {cert, ""},
		"another's key":  {cert, file("other.pem", other.key)},
		"no PEM":         {file("nonsense.pem", []byte("nonsense")), key},
	} {
		o := options(t, nil)
		o.TLSCert, o.TLSKey = files[0], files[1]
		if _, err := server.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "read the certificate "+files[0]) {
			t.Errorf("%s: opened with %v", name, err)
		}
	}
}
