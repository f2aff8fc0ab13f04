package credential

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// maxKnownHosts is how many bytes of known hosts are taken at once.
const maxKnownHosts = 1 << 20

// ReadKnownHosts reads lines of a known_hosts file, as ssh-keyscan prints them. It
// takes no markers and no patterns: each line is a key of hosts that it names.
func ReadKnownHosts(text []byte) ([]store.KnownHost, error) {
	if len(text) > maxKnownHosts {
		return nil, fmt.Errorf("the known hosts have more than %d bytes", maxKnownHosts)
	}
	var found []store.KnownHost
	for rest := text; ; {
		marker, hosts, key, _, next, err := ssh.ParseKnownHosts(rest)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("no line of a known_hosts file, such as ssh-keyscan prints: %w", err)
		}
		if marker != "" {
			return nil, fmt.Errorf("@%s is not supported: give the key of a host", marker)
		}
		line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
		for _, host := range hosts {
			if strings.ContainsAny(host, "*?!") {
				return nil, fmt.Errorf("%q is a pattern: name each host", host)
			}
			if !strings.HasPrefix(host, "|") {
				host = strings.ToLower(host)
			}
			found = append(found, store.KnownHost{Host: host, Key: line})
		}
		rest = next
	}
	if len(found) == 0 {
		return nil, errors.New("there is no host key; ssh-keyscan prints those of a host, to be compared with what its operator says")
	}
	return found, nil
}

// AddKnownHosts keeps host keys.
func (s *Service) AddKnownHosts(ctx context.Context, hosts []store.KnownHost) error {
	for _, h := range hosts {
		h.CreatedAt = s.now()
		if err := s.rows.AddKnownHost(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

// KnownHosts returns the lines of a known_hosts file.
func (s *Service) KnownHosts(ctx context.Context) ([]byte, error) {
	hosts, err := s.rows.KnownHosts(ctx)
	if err != nil {
		return nil, err
	}
	var lines bytes.Buffer
	for _, h := range hosts {
		lines.WriteString(h.Host + " " + h.Key + "\n")
	}
	return lines.Bytes(), nil
}
