package server

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificate is a pair of files that can be replaced while the server runs: each
// handshake looks whether they were. Files that cannot be used, such as a new
// certificate beside the old key, leave the last good pair in place.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu   sync.Mutex
	pair *tls.Certificate
	// seen is what the files were when they were last read, for better or worse.
	seen [2]stamp
}

// stamp tells one content of a file from the next.
type stamp struct {
	modified time.Time
	size     int64
}

// openCertificate reads the pair. It returns an error when it cannot be used.
func openCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log, seen: stamps(certFile, keyFile)}
	var err error
	if c.pair, err = ReadCertificate(certFile, keyFile); err != nil {
		return nil, err
	}
	return c, nil
}

// ReadCertificate returns the pair of the files, in PEM. It returns an error when
// they cannot be read or do not belong together.
func ReadCertificate(certFile, keyFile string) (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("read the certificate %s and its key %s: %w", certFile, keyFile, err)
	}
	return &pair, nil
}

// config is that of a listener with this certificate.
func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current(), nil },
	}
}

func (c *certificate) current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := stamps(c.certFile, c.keyFile)
	if now == c.seen {
		return c.pair
	}
	c.seen = now
	pair, err := ReadCertificate(c.certFile, c.keyFile)
	if err != nil {
		c.log.Error("the new certificate cannot be used; the old one stays", "error", err.Error())
		return c.pair
	}
	c.pair = pair
	c.log.Info("the certificate was replaced", "file", c.certFile)
	return c.pair
}

// stamps is the zero stamp for a file that is not there.
func stamps(certFile, keyFile string) (s [2]stamp) {
	for i, file := range []string{certFile, keyFile} {
		if info, err := os.Stat(file); err == nil {
			s[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return s
}
