package connector

import (
	"context"
	"errors"
	"sync"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
)

const shop = "https://git.example/acme/shop.git"

// The releases that every world begins with.
var (
	v1 = api.Repository{URL: shop, Tag: "v1"}
	v2 = api.Repository{URL: shop, Tag: "v2"} // declares the same as v1
	v3 = api.Repository{URL: shop, Tag: "v3"}
)

const (
	specification = `inheritAs:
  apiClient:
    scopes: [view_products]
  configuration:
    securedConfiguration:
      - key: TOKEN
        description: The token
deployAs:
  - name: tax
    applicationType: service
    endpoint: /tax
    configuration:
      standardConfiguration:
        - key: RATE
          description: The rate
          default: "7"
          required: true
  - name: clean
    applicationType: job
    endpoint: /clean
    properties:
      schedule: "@daily"
`
	otherSpecification = "deployAs:\n  - name: other\n    applicationType: event\n    endpoint: /other\n"
)

// repositories are the outside world.
type repositories struct {
	mu       sync.Mutex
	releases map[api.Repository]release
	err      error  // of every read
	during   func() // runs while a repository is read, if set
	log      []string

	credential string // that the project has
}

// release is what a tag names. One without a text has no connect.yaml.
type release struct {
	commit, text string
	siblings     []string
}

func newRepositories() *repositories {
	return &repositories{releases: map[api.Repository]release{
		v1: {commit: "c1", text: specification},
		v2: {commit: "c2", text: specification},
		v3: {commit: "c3", text: otherSpecification},
	}}
}

func (r *repositories) put(at api.Repository, what release) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.releases[at] = what
}

// read notes what was asked for, and answers it.
func (r *repositories) read(ctx context.Context, what string, req gitsource.Request) (release, error) {
	r.mu.Lock()
	r.log = append(r.log, what+" "+req.Tag)
	during, err := r.during, r.err
	r.during = nil
	found, ok := r.releases[api.Repository{URL: req.URL, Tag: req.Tag}]
	r.mu.Unlock()
	if during != nil {
		during()
	}
	if err == nil && !ok {
		err = gitsource.ErrNotReachable
	}
	return found, errors.Join(err, ctx.Err())
}

func (r *repositories) Resolve(ctx context.Context, req gitsource.Request) (string, error) {
	found, err := r.read(ctx, "resolve", req)
	return found.commit, err
}

func (r *repositories) CredentialID(context.Context, gitsource.Request) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.credential, nil
}

func (r *repositories) File(ctx context.Context, req gitsource.Request, path string) (gitsource.File, error) {
	found, err := r.read(ctx, "file", req)
	if err == nil && found.text == "" {
		err = &gitsource.FileNotFoundError{Path: path, Commit: found.commit, Siblings: found.siblings}
	}
	return gitsource.File{Commit: found.commit, Data: []byte(found.text)}, err
}

// nothing is what reads returns when nothing was asked for.
var nothing []string

// reads returns what was asked for since it was called last.
func (r *repositories) reads() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	log := r.log
	r.log = nil
	return log
}
