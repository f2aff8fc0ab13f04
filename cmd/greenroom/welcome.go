package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
)

// closing gives up what a command holds because of an error.
func closing(c io.Closer, err error) error { return errors.Join(err, c.Close()) }

// onlyLoopback refuses to show a server that everybody knows the secret of to
// other machines.
func onlyLoopback(listen string) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("--listen %s: write HOST:PORT", listen)
	}
	addr, err := netip.ParseAddr(host)
	if host != "localhost" && (err != nil || !addr.IsLoopback()) {
		return fmt.Errorf("--listen %s: a development server listens on this machine alone; use greenroom serve for others", listen)
	}
	return nil
}

// welcome says how to use a development server.
func welcome(url, data, project string) string {
	return fmt.Sprintf(`Greenroom for development
  API            %[1]s
  database       %[2]s
  client         %[3]s / %[4]s for project %[5]s, scope manage_project:%[6]s

Get a token:
  curl -u %[3]s:%[4]s -d grant_type=client_credentials %[1]s/oauth/token

Point the official CLI here:
  export CTP_CLI_CONNECT_API_URL=%[1]s
Its login asks a fixed host: docs/howto/official-clients.md has two ways around that.

Repositories may also be file:///path/to/repository and http://127.0.0.1/… here.
Stop with Ctrl-C.
`, url, data, devClient, devSecret, project, devProject)
}
