// Package sshserver serves Git repositories over SSH to tests: each key opens the
// repository that it was given to, as deploy keys do, with a real git behind it.
package sshserver

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
)

// Server is an SSH server on 127.0.0.1.
type Server struct {
	// Port is what it listens on.
	Port string
	// HostKey is its public host key, as authorized_keys has it.
	HostKey string

	root string
	mu   sync.Mutex
	keys map[string]string // authorized key → repository
	// During, when set before a conversation, runs while its client is connected.
	During func()
}

// New starts a server of the repositories below root, which ends with the test.
func New(tb testing.TB, root string) *Server {
	tb.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		tb.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s := &Server{HostKey: line(signer.PublicKey()), root: root, keys: map[string]string{}}
	_, s.Port, _ = net.SplitHostPort(l.Addr().String())
	config := &ssh.ServerConfig{PublicKeyCallback: s.login}
	config.AddHostKey(signer)
	tb.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.converse(conn, config)
		}
	}()
	return s
}

func line(key ssh.PublicKey) string { return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))) }

// Deploy lets the key, a line of authorized_keys, read the repository of the name.
func (s *Server) Deploy(publicKey, repository string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fields := strings.Fields(publicKey)
	s.keys[strings.Join(fields[:2], " ")] = repository
}

func (s *Server) login(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	repository, ok := s.keys[line(key)]
	if !ok {
		return nil, errors.New("no such key")
	}
	return &ssh.Permissions{Extensions: map[string]string{"repository": repository}}, nil
}

func (s *Server) converse(conn net.Conn, config *ssh.ServerConfig) {
	defer func() { _ = conn.Close() }()
	connected, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		go s.serve(channel, requests, connected.Permissions.Extensions["repository"])
	}
}

// serve runs the one command that there is.
func (s *Server) serve(channel ssh.Channel, requests <-chan *ssh.Request, repository string) {
	defer func() { _ = channel.Close() }()
	for req := range requests {
		if req.Type != "exec" {
			_ = req.Reply(req.Type == "env", nil)
			continue
		}
		_ = req.Reply(true, nil)
		var asked struct{ Command string }
		status := uint32(128)
		if ssh.Unmarshal(req.Payload, &asked) == nil && asked.Command == "git-upload-pack '/"+repository+"'" {
			status = s.uploadPack(channel, repository)
		} else {
			_, _ = io.WriteString(channel.Stderr(), "ERROR: Repository not found.\n")
		}
		_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{status}))
		return
	}
}

func (s *Server) uploadPack(channel ssh.Channel, repository string) uint32 {
	if s.During != nil {
		s.During()
	}
	cmd := exec.Command("git", "upload-pack", filepath.Join(s.root, repository)) //nolint:noctx // ends with its client
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.root, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_PROTOCOL=version=2"}
	cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
	in, err := cmd.StdinPipe()
	if err != nil || cmd.Start() != nil {
		return 1
	}
	go func() {
		_, _ = io.Copy(in, channel)
		_ = in.Close()
	}()
	if cmd.Wait() != nil {
		return 1
	}
	return 0
}
