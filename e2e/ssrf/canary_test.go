package ssrf_test

import (
	"context"
	"net"
	"testing"
	"time"
)

// loopbacks are where a canary listens: what 127.0.0.1, another of 127.0.0.0/8
// and ::1 lead to.
var loopbacks = []string{"127.0.0.1", "127.0.0.2", "127.255.255.254", "::1"}

// canary listens where no stranger's URL may lead, and counts who connects.
type canary struct {
	port      string
	ipv6      bool // whether this machine has it
	listeners []listener
	hits      int
}

type listener struct {
	net.Listener
	accepted chan string // the addresses of those who connected
}

// newCanary listens on the port of all addresses; "0" is a free one. Only ::1 may
// not be there.
func newCanary(t *testing.T, port string, addresses ...string) *canary {
	t.Helper()
	c := &canary{port: port}
	for _, address := range addresses {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(address, c.port))
		if err != nil && address == "::1" {
			t.Logf("there is no IPv6 here: %v", err)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		c.ipv6 = c.ipv6 || address == "::1"
		_, c.port, _ = net.SplitHostPort(l.Addr().String())
		counted := listener{l, make(chan string, 1000)}
		c.listeners = append(c.listeners, counted)
		go counted.accept()
	}
	return c
}

func (l listener) accept() {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		_ = conn.Close()
		l.accepted <- conn.RemoteAddr().String()
	}
}

// count returns how many have connected so far. Connections are accepted in their
// order: who connected before this call has been counted when its own is.
func (c *canary) count(t *testing.T) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, l := range c.listeners {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		own := conn.LocalAddr().String()
		_ = conn.Close()
		for found := false; !found; {
			select {
			case from := <-l.accepted:
				if found = from == own; !found {
					c.hits++
				}
			case <-ctx.Done():
				t.Fatalf("the canary on %s does not answer", l.Addr())
			}
		}
	}
	return c.hits
}

const patience = 30 * time.Second
