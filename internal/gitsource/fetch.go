package gitsource

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

const (
	// maxFileSize is the size of the largest file that File returns.
	maxFileSize = 256 << 10
	// smallBlobsOnly leaves out what File would not return: git includes the
	// blobs that are smaller than the limit.
	smallBlobsOnly = "--filter=blob:limit=262145"
	// fetchedTag is where the tag is kept, under a name of our own: the tag's may
	// be too long for a file.
	fetchedTag = "refs/fetched/tag"
	// watchInterval is how often a fetch is measured.
	watchInterval = 50 * time.Millisecond
	// maxOutput bounds what is kept of the output of a conversation, in bytes.
	maxOutput = 64 << 10
)

var errTagMissing = &unreachable{reason: "the tag is missing"}

// lsRemote asks for the commit of the tag.
func (s *Source) lsRemote(ctx context.Context, sc *scratch, t *target, tag string) (string, error) {
	ref := "refs/tags/" + tag
	peeled := ref + "^{}"
	out, err := s.converse(ctx, sc, t, invocation{
		command: "ls-remote",
		flags:   []string{"--quiet", "--tags"},
		refs:    []string{ref, peeled},
	})
	if err != nil {
		return "", err
	}
	// The server matches by the end of a name: x/refs/tags/v1 comes with v1.
	named := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		commit, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if isObjectID(commit) {
			named[name] = commit
		}
	}
	if commit, ok := named[peeled]; ok {
		return commit, nil
	}
	if commit, ok := named[ref]; ok {
		return commit, nil
	}
	return "", errTagMissing
}

var objectID = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

func isObjectID(text string) bool { return objectID.MatchString(text) }

// fetch brings the tag's commit, without its history, into the scratch repository.
func (s *Source) fetch(ctx context.Context, sc *scratch, t *target, tag string, filter ...string) error {
	flags := []string{"--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"}
	_, err := s.converse(ctx, sc, t, invocation{
		command: "fetch",
		flags:   append(flags, filter...),
		refs:    []string{"refs/tags/" + tag + ":" + fetchedTag},
	})
	if err != nil {
		return err
	}
	return sc.forgetRemote()
}

// converse runs a command that talks to the target, while the size of what it
// receives is watched. It returns ErrTooLarge, ErrNotReachable and what goes wrong
// on this side.
func (s *Source) converse(ctx context.Context, sc *scratch, t *target, do invocation) ([]byte, error) {
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var stdout, stderr boundedBuffer
	cmd := s.gitCommand(running, sc, t, do)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := start(cmd); err != nil {
		return nil, fmt.Errorf("start git %s: %w", do.command, err)
	}
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		s.watch(running, sc, stop)
	}()
	failed := cmd.Wait()
	stop(nil)
	<-watched

	switch {
	case errors.Is(context.Cause(running), ErrTooLarge):
		return nil, context.Cause(running)
	case ctx.Err() != nil:
		return nil, interrupted(ctx)
	case failed != nil:
		return nil, explain(do.command, stderr.String(), failed)
	}
	if err := s.checkSize(sc); err != nil {
		return nil, err
	}
	return stdout.Bytes(), nil
}

// watch stops the command when it takes more room than is allowed.
func (s *Source) watch(running context.Context, sc *scratch, stop context.CancelCauseFunc) {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	for {
		select {
		case <-running.Done():
			return
		case <-ticker.C:
			if err := s.checkSize(sc); err != nil {
				stop(err)
				return
			}
		}
	}
}

func (s *Source) checkSize(sc *scratch) error {
	packs, all := sc.size()
	if packs > s.maxReceived || all > s.maxDisk {
		return fmt.Errorf("the repository takes more than %d bytes to fetch or %d to store: %w", s.maxReceived, s.maxDisk, ErrTooLarge)
	}
	return nil
}

// boundedBuffer keeps the first bytes that are written to it.
type boundedBuffer struct{ bytes.Buffer }

func (b *boundedBuffer) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), maxOutput-b.Len())])
	return len(p), nil
}
