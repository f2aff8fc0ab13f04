package gitsource

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

const connectYAML = "deployAs: []\n"

// newSource returns a Source that may read the server, configured further by
// change.
func newSource(t *testing.T, srv *gitserver.Server, change ...func(*Options)) *Source {
	t.Helper()
	o := Options{ScratchDir: t.TempDir(), AllowHosts: []string{"127.0.0.1"}}
	if srv != nil {
		o.CABundle = srv.CAFile
	}
	for _, c := range change {
		c(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { requireEmpty(t, s.scratchDir) })
	return s
}

// requireEmpty fails when a read has left something on disk.
func requireEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Error(err)
	}
	for _, e := range entries {
		t.Errorf("left in the folder for scratch files: %s", e.Name())
	}
}

func requireError(t *testing.T, err, want error, transient bool) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
	if Transient(err) != transient {
		t.Errorf("Transient(%v) = %t, want %t", err, !transient, transient)
	}
}

// resolverFunc answers look-ups and counts them.
type fakeResolver struct {
	mu      sync.Mutex
	lookups int
	answer  func(n int) ([]netip.Addr, error)
}

func (r *fakeResolver) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lookups++
	return r.answer(r.lookups)
}

func resolvesTo(addresses ...string) *fakeResolver {
	return &fakeResolver{answer: func(int) ([]netip.Addr, error) {
		list := make([]netip.Addr, len(addresses))
		for i, a := range addresses {
			list[i] = netip.MustParseAddr(a)
		}
		return list, nil
	}}
}

// canary is a listener on loopback that counts who connects to it.
type canary struct {
	net.Listener
	mu   sync.Mutex
	hits int
	hit  chan struct{} // closed at the first
}

func newCanary(t *testing.T, address string) *canary {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	c := &canary{Listener: l, hit: make(chan struct{})}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.mu.Lock()
			if c.hits++; c.hits == 1 {
				close(c.hit)
			}
			c.mu.Unlock()
			_ = conn.Close()
		}
	}()
	return c
}

func (c *canary) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hits
}
