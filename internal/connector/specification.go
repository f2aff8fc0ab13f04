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
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

// rememberAtMost bounds the tags and the commits that are remembered, each.
const rememberAtMost = 4096

// specifications reads what the connect.yaml of a release says. What a commit
// says never changes and is kept by commit; which commit a tag names is believed
// for a while. Requests for the same tag at the same time share one read.
type specifications struct {
	repositories Repositories
	ttl          time.Duration
	now          func() time.Time
	reads        singleflight.Group

	mu      sync.Mutex
	tags    map[gitsource.Request]seenTag
	commits map[string]specification // by commit
}

type seenTag struct {
	commit string
	at     time.Time
}

// specification is what the connect.yaml of one commit says.
type specification struct {
	spec     *connectyaml.Spec // nil when it is not valid
	findings []api.Finding
}

func newSpecifications(r Repositories, ttl time.Duration, now func() time.Time) *specifications {
	return &specifications{
		repositories: r,
		ttl:          ttl,
		now:          now,
		tags:         make(map[gitsource.Request]seenTag),
		commits:      make(map[string]specification),
	}
}

// read returns what the repository's connect.yaml declares. It returns a
// *problem.Error with status 422 when there is no valid one to be had, or 503
// when the server has too much to read at once.
func (s *specifications) read(ctx context.Context, project string, r api.Repository) (*connectyaml.Spec, error) {
	req := gitsource.Request{Project: project, URL: r.URL, Tag: r.Tag}
	known, ok := s.remembered(req)
	if !ok {
		var err error
		if known, err = s.shared(ctx, req); err != nil {
			return nil, explain(err, r)
		}
	}
	if known.spec == nil {
		return nil, invalid(known.findings)
	}
	return known.spec, nil
}

func (s *specifications) remembered(req gitsource.Request) (specification, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tag, ok := s.tags[req]
	if !ok || s.now().Sub(tag.at) >= s.ttl {
		return specification{}, false
	}
	known, ok := s.commits[tag.commit]
	return known, ok
}

// shared reads with whoever else asks for the same. The read outlives a caller
// that gives up, since others may wait for it; it has a deadline of its own.
func (s *specifications) shared(ctx context.Context, req gitsource.Request) (specification, error) {
	key := req.Project + "\x00" + req.URL + "\x00" + req.Tag
	result := s.reads.DoChan(key, func() (any, error) {
		return s.fetch(context.WithoutCancel(ctx), req)
	})
	select {
	case r := <-result:
		if r.Err != nil {
			return specification{}, r.Err
		}
		return r.Val.(specification), nil
	case <-ctx.Done():
		return specification{}, ctx.Err()
	}
}

// fetch asks only for the commit when the repository is known, in the hope that
// the commit is: that is far cheaper than to fetch the file.
func (s *specifications) fetch(ctx context.Context, req gitsource.Request) (specification, error) {
	if s.seen(req) {
		commit, err := s.repositories.Resolve(ctx, req)
		if err != nil {
			return specification{}, err
		}
		if known, ok := s.remember(req, commit, nil); ok {
			return known, nil
		}
	}
	file, err := s.repositories.File(ctx, req, connectyaml.FileName)
	if err != nil {
		return specification{}, err
	}
	spec, findings := connectyaml.Parse(file.Data)
	known, _ := s.remember(req, file.Commit, &specification{spec: spec, findings: findings})
	return known, nil
}

func (s *specifications) seen(req gitsource.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.tags[req]
	return ok
}

// remember notes what the tag names and, when it is given, what the commit says.
// It returns what is known of the commit then.
func (s *specifications) remember(req gitsource.Request, commit string, says *specification) (specification, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.tags) >= rememberAtMost {
		clear(s.tags)
	}
	if len(s.commits) >= rememberAtMost {
		clear(s.commits)
	}
	s.tags[req] = seenTag{commit: commit, at: s.now()}
	if says != nil {
		s.commits[commit] = *says
	}
	known, ok := s.commits[commit]
	return known, ok
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
			MissingSpecification(missing), nil, err)
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

// MissingSpecification says that there is no connect.yaml, and which file may
// have been meant.
func MissingSpecification(e *gitsource.FileNotFoundError) string {
	for _, name := range e.Siblings {
		if name != connectyaml.FileName && (strings.EqualFold(name, connectyaml.FileName) || strings.EqualFold(name, "connect.yml")) {
			return fmt.Sprintf("There is no connect.yaml at the root of the repository, but a %s: rename it to connect.yaml.", name)
		}
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
			detail.WriteString(" " + f.Help)
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
