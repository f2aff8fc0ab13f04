package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"time"
)

// patience bounds every wait of a script; stopWithin is what is promised.
const (
	patience   = 40 * time.Second
	stopWithin = 10 * time.Second
)

// process is a greenroom that runs.
type process struct {
	url   string
	cmd   *exec.Cmd
	ended chan error

	mu        sync.Mutex
	output    bytes.Buffer
	announced chan string
}

// startProcess runs the command on a free port until it prints its address.
func startProcess(dir string, args []string) (*process, error) {
	p := &process{ended: make(chan error, 1), announced: make(chan string, 1)}
	p.cmd = exec.Command("greenroom", append(args, "--listen=127.0.0.1:0")...) //nolint:noctx // stop ends it
	p.cmd.Dir = dir
	p.cmd.Stdout, p.cmd.Stderr = p, p
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { p.ended <- p.cmd.Wait() }()
	select {
	case p.url = <-p.announced:
		return p, nil
	case err := <-p.ended:
		return nil, errors.Join(fmt.Errorf("the server ended early:\n%s", p), err)
	case <-time.After(patience):
		return nil, errors.Join(fmt.Errorf("the server printed no address:\n%s", p), p.cmd.Process.Kill())
	}
}

// stop tells the server to stop, and waits until it has.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // fails when it has ended, and then ended says how
	select {
	case err := <-p.ended:
		if err != nil {
			return fmt.Errorf("the server ended with %w:\n%s", err, p)
		}
		return nil
	case <-time.After(stopWithin):
		return errors.Join(fmt.Errorf("the server did not end within %s:\n%s", stopWithin, p), p.cmd.Process.Kill())
	}
}

// printedURL ends where something follows the port, so that half a number is none.
var printedURL = regexp.MustCompile(`(http://127\.0\.0\.1:\d+)\D`)

// Write takes what the server prints, and announces the first address in it.
func (p *process) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.output.Write(text)
	if found := printedURL.FindSubmatch(p.output.Bytes()); found != nil {
		select {
		case p.announced <- string(found[1]):
		default:
		}
	}
	return len(text), nil
}

func (p *process) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String()
}
