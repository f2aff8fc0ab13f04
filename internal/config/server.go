package config

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/forwarded"
)

// Listener says how a server is reached, beside its address.
type Listener struct {
	TLSCert        string   `name:"tls-cert" placeholder:"FILE" help:"Certificate in PEM, with those between it and its root: serve https. Both files are read again when they change."`
	TLSKey         string   `name:"tls-key" placeholder:"FILE" help:"Private key of the certificate, in PEM."`
	TrustedProxies []string `placeholder:"CIDR" help:"Network of proxies that are believed when they say whom a request comes from. Repeatable. Default: none."`
	AdminListen    string   `placeholder:"HOST:PORT" help:"Address for metrics, health and profiling: anyone who reaches it may use it. Default: none."`
}

// Proxies returns the proxies that are trusted. It returns an error for a network
// that is none.
func (l Listener) Proxies() (forwarded.Proxies, error) {
	p, err := forwarded.Parse(l.TrustedProxies)
	if err != nil {
		return p, fmt.Errorf("--trusted-proxies %w", err)
	}
	return p, nil
}

// maxWorkers bounds --workers: each may hold a fetched repository on disk.
const maxWorkers = 256

// Validate returns an error that names each flag that is wrong, and what it may
// be. Whether flags go together is the question of Conflicts.
func (s *Server) Validate() error {
	var errs []error
	if s.Workers < 0 || s.Workers > maxWorkers {
		errs = append(errs, fmt.Errorf("--workers must be between 0 and %d", maxWorkers))
	}
	if s.ResolveTTL < 0 {
		errs = append(errs, errors.New("--resolve-ttl must not be negative"))
	}
	if !isBase(s.PublicURL) {
		errs = append(errs, errors.New("--public-url must be an absolute http or https address without user, query or fragment"))
	}
	s.PublicURL = strings.TrimSuffix(s.PublicURL, "/")
	_, aliases := s.Options()
	_, proxies := s.Proxies()
	return errors.Join(append(errs, aliases, proxies)...)
}

// isBase says whether paths can be put behind the address; they can behind none.
func isBase(address string) bool {
	if address == "" {
		return true
	}
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" &&
		u.User == nil && !strings.ContainsAny(address, "?#")
}

// Conflicts returns an error that names the flags that do not go together.
func (s *Server) Conflicts() error {
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key belong together: give both, or none for http")
	}
	return nil
}
