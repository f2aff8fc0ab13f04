package connector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/panics"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

const (
	// rememberTags bounds the tags that are remembered.
	rememberTags = 4096
	// rememberBytes bounds what is remembered of commits: what most of them
	// declare takes a few kilobytes.
	rememberBytes = 16 << 20
)

// specifications reads what the connect.yaml of a release says. What a commit
// says never changes and is kept; which commit a tag names is believed for a
// while. Requests for the same release at the same time share one read.
//
// Only what is valid is remembered: whoever is told otherwise will move the tag.
type specifications struct {
	repositories Repositories
	ttl          time.Duration
	now          func() time.Time
	reads        singleflight.Group

	mu      sync.Mutex
	tags    map[gitsource.Request]seenTag
	commits map[commit]*connectyaml.Spec
	weight  int // of the commits, in bytes
}

type seenTag struct {
	commit string
	at     time.Time
}

// commit names a commit of a repository. The id alone would do if it came from
// the repository itself: but a server can claim that its tag names a commit of
// another's private one.
type commit struct{ project, url, id string }

func newSpecifications(r Repositories, ttl time.Duration, now func() time.Time) *specifications {
	return &specifications{
		repositories: r,
		ttl:          ttl,
		now:          now,
		tags:         make(map[gitsource.Request]seenTag),
		commits:      make(map[commit]*connectyaml.Spec),
	}
}

// read returns what the repository's connect.yaml declares. It returns a
// *problem.Error with status 422 when there is no valid one to be had, or 503
// when the server has too much to read at once.
func (s *specifications) read(ctx context.Context, project string, r api.Repository) (*connectyaml.Spec, error) {
	req := gitsource.Request{Project: project, URL: r.URL, Tag: r.Tag}
	var err error
	if req.Credential, err = s.repositories.CredentialID(ctx, req); err != nil {
		return nil, fmt.Errorf("read %s: %w", req, err)
	}
	if spec := s.believed(req); spec != nil {
		return spec, nil
	}
	spec, err := s.shared(ctx, req)
	if err != nil {
		return nil, explain(err, r)
	}
	return spec, nil
}

// believed returns what the tag was seen to name a short while ago, or nil.
func (s *specifications) believed(req gitsource.Request) *connectyaml.Spec {
	s.mu.Lock()
	defer s.mu.Unlock()
	tag, ok := s.tags[req]
	if !ok || s.now().Sub(tag.at) >= s.ttl {
		return nil
	}
	return s.commits[commit{req.Project, req.URL, tag.commit}]
}

// shared reads with whoever else asks for the same. The read outlives a caller
// that gives up, since others may wait for it; it has a deadline of its own.
func (s *specifications) shared(ctx context.Context, req gitsource.Request) (*connectyaml.Spec, error) {
	key := req.Project + "\x00" + req.Credential + "\x00" + req.URL + "\x00" + req.Tag
	result := s.reads.DoChan(key, func() (any, error) {
		return s.fetch(context.WithoutCancel(ctx), req)
	})
	select {
	case r := <-result:
		spec, _ := r.Val.(*connectyaml.Spec)
		return spec, r.Err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fetch asks only for the commit when the tag is known, in the hope that the
// commit is: that is far cheaper than to fetch the file. It runs in no
// request's goroutine, so a panic over a stranger's file must end here.
func (s *specifications) fetch(ctx context.Context, req gitsource.Request) (_ *connectyaml.Spec, err error) {
	defer panics.Recover(&err)
	asked := s.now()
	if s.seen(req) {
		id, err := s.repositories.Resolve(ctx, req)
		if err != nil {
			return nil, err
		}
		if spec := s.recall(req, seenTag{id, asked}); spec != nil {
			return spec, nil
		}
	}
	file, err := s.repositories.File(ctx, req, connectyaml.FileName)
	if err != nil {
		return nil, err
	}
	spec, findings, err := check.Specification(file.Data)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", connectyaml.FileName, err)
	}
	if spec == nil {
		return nil, invalid(findings)
	}
	s.remember(req, seenTag{file.Commit, asked}, spec, weight(file.Data, spec))
	return spec, nil
}

func (s *specifications) seen(req gitsource.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.tags[req]
	return ok
}

// recall returns what is known of the commit that a known tag names now, or nil.
func (s *specifications) recall(req gitsource.Request, tag seenTag) *connectyaml.Spec {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tags[req] = tag
	return s.commits[commit{req.Project, req.URL, tag.commit}]
}

func (s *specifications) remember(req gitsource.Request, tag seenTag, spec *connectyaml.Spec, weight int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.tags) >= rememberTags {
		clear(s.tags) // all can be asked for again
	}
	s.tags[req] = tag
	known := commit{req.Project, req.URL, tag.commit}
	if s.commits[known] != nil || weight > rememberBytes {
		return
	}
	if s.weight += weight; s.weight > rememberBytes {
		clear(s.commits)
		s.weight = weight
	}
	s.commits[known] = spec
}

// weight is about how many bytes a specification takes: its texts are at most
// those of the file, but aliases can repeat its lists. A key counts with its
// place in the file.
func weight(data []byte, spec *connectyaml.Spec) int {
	const key = 128
	bytes := len(data)
	for _, a := range spec.Applications {
		bytes += key * (len(a.Configuration.StandardConfiguration) + len(a.Configuration.SecuredConfiguration))
	}
	return bytes
}

// explain maps what reading a repository can end with to what the caller is
// told. One message covers refused, timed out, missing and forbidden: it must
// not be a port scanner.
func explain(err error, r api.Repository) error {
	var missing *gitsource.FileNotFoundError
	switch {
	case errors.Is(err, gitsource.ErrBusy):
		return problem.Busy("Too many repositories are being read. Repeat the request in a moment.", 2*time.Second, err)
	case errors.As(err, &missing):
		return problem.Unprocessable(api.CodeSpecificationFileNotFound, "Connector specification file not found",
			missingSpecification(missing), nil, err)
	case errors.Is(err, gitsource.ErrTooLarge), errors.Is(err, gitsource.ErrNotRegular):
		return problem.Unprocessable(api.CodeSpecificationFileNotValid, "Connector specification file is not valid",
			"connect.yaml must be a regular file of at most 256 KiB.", nil, err)
	case errors.Is(err, gitsource.ErrNotReachable):
		return problem.Unprocessable(api.CodeGitRepositoryNotReachable, "Repository with the tag is not reachable",
			fmt.Sprintf("%s with tag %s. Check the URL, that the tag is pushed, and that this server may read the repository.", r.URL, r.Tag),
			nil, err)
	default:
		return err
	}
}

func missingSpecification(e *gitsource.FileNotFoundError) string {
	if name := connectyaml.Misnamed(e.Siblings); name != "" {
		return fmt.Sprintf("There is no connect.yaml at the root of the repository, but a %s: rename it to connect.yaml.", name)
	}
	return "There is no connect.yaml at the root of the repository. Add one that lists the applications under deployAs."
}

func invalid(findings []api.Finding) error {
	var detail strings.Builder
	for i, f := range findings {
		if i > 0 {
			detail.WriteByte('\n')
		}
		fmt.Fprintf(&detail, "%s:%d:%d: %s", f.File, f.Line, f.Column, f.Message)
		if f.Help != "" {
			detail.WriteString(". " + f.Help)
		}
	}
	return problem.Unprocessable(api.CodeSpecificationFileNotValid, "Connector specification file is not valid",
		detail.String(), findings, nil)
}

// apply writes to the draft what a connect.yaml declares.
func (r *record) apply(spec *connectyaml.Spec) {
	r.doc.Configurations = spec.Configurations()
	r.doc.GlobalConfiguration = spec.GlobalConfiguration
	r.doc.APIClient = spec.APIClient
}
