package httpapi

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/connector"
	"github.com/greenroom-registry/greenroom/internal/credential"
	"github.com/greenroom-registry/greenroom/internal/forwarded"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/report"
)

// requestDeadline bounds the work on one request, reading a repository included.
const requestDeadline = 30 * time.Second

// Options configure an API. All are required but Proxies, Stopping
// and Observer.
type Options struct {
	Drafts *connector.Service
	Tokens *auth.Service
	// Credentials are what opens private repositories.
	Credentials *credential.Service
	// Validate judges a release for a project: publish.Worker.Validate is one.
	Validate func(ctx context.Context, project string, r api.Repository) (api.Report, error)
	// ValidateTree judges the tree of that id, which the pack has.
	ValidateTree func(ctx context.Context, project string, pack io.Reader, tree string) (api.Report, error)
	// Tool is named by reports in SARIF.
	Tool report.Tool
	// Ready returns nil while requests can be served.
	Ready func(context.Context) error
	// Proxies are believed when they say whom a request comes from.
	Proxies forwarded.Proxies
	// Stopping is closed when the server begins to stop, which ends all streams;
	// nil: they end with their requests.
	Stopping <-chan struct{}
	// Observer is told of every request; nil: nobody is.
	Observer Observer
	Log      *slog.Logger
}

// Observer counts requests.
type Observer interface {
	// RequestBegan tells of a request whose header was read; the function that it
	// returns is called once, when the answer is written.
	RequestBegan() (ended func(Answered))
	// StreamBegan tells of a stream of events that was opened; the function that it
	// returns is called once, when the stream has ended.
	StreamBegan() (ended func())
}

// Answered is a request that was answered.
type Answered struct {
	// Route is the path of the route table, "" when none matched. Method is the
	// caller's, who may have made it up.
	Route, Method string
	Status        int
	Took          time.Duration
	// Stream says that the answer was a stream of events: it took as long as its
	// caller listened.
	Stream bool
}

// elsewhere is the mux's pattern for what no route matches.
const elsewhere = "/"

// API serves the endpoints of the route table.
type API struct {
	Options
	streams chan struct{} // has a value for each that is open
}

// New returns the handler of the whole API. Every answer that it gives has a
// body, of JSON but for reports and the API's own description in other forms.
func New(o Options) http.Handler {
	if o.Observer == nil {
		o.Observer = unobserved{}
	}
	a := &API{Options: o, streams: make(chan struct{}, maxStreams)}
	methods := map[string]map[string]route{}
	for _, r := range a.routes() {
		if methods[r.path] == nil {
			methods[r.path] = map[string]route{}
		}
		methods[r.path][r.method] = r
	}
	mux := http.NewServeMux()
	for pattern, byMethod := range methods {
		mux.Handle(pattern, a.resource(byMethod))
	}
	mux.Handle(elsewhere, a.answer(func(*http.Request) (*response, error) { return nil, noSuchPath() }))
	return a.accompany(onlyCleanPaths(a, mux))
}

// resource serves all methods of one path.
func (a *API) resource(byMethod map[string]route) http.Handler {
	allowed := slices.Sorted(maps.Keys(byMethod))
	if r, ok := byMethod[http.MethodGet]; ok {
		byMethod[http.MethodHead] = r
		allowed = append(allowed, http.MethodHead)
	}
	// Whether a path needs a token is asked before its methods: an answer to a
	// stranger does not depend on them.
	open := slices.ContainsFunc(slices.Collect(maps.Values(byMethod)), func(r route) bool { return r.scopes == nil })
	return a.answer(func(hr *http.Request) (*response, error) {
		req := &request{Request: hr}
		if !open {
			var err error
			if req.principal, err = a.authenticate(hr); err != nil {
				return nil, err
			}
		}
		r, ok := byMethod[hr.Method]
		if !ok {
			return nil, &methodError{allowed: strings.Join(allowed, ", ")}
		}
		return a.call(r, req)
	})
}

// call checks what does not depend on the endpoint, in the order of the
// contract, and serves the request.
func (a *API) call(r route, req *request) (*response, error) {
	if r.method == http.MethodPost && r.body == asJSON {
		if err := req.readBody(); err != nil {
			return nil, err
		}
	}
	if r.scopes != nil {
		if err := req.mustBe(r.body); err != nil {
			return nil, err
		}
		if !req.principal.Can(r.scopes...) {
			return nil, forbidden(r.scopes)
		}
		if err := req.readQuery(); err != nil {
			return nil, err
		}
	}
	return r.serve(req)
}

// onlyCleanPaths answers what the mux would redirect, or answer without a body: a
// path with a part that is empty or leads upwards, and what is no path, are
// nobody's.
func onlyCleanPaths(a *API, next http.Handler) http.Handler {
	missing := a.answer(func(*http.Request) (*response, error) { return nil, noSuchPath() })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := r.URL.Path; path.Clean(p) != p || !strings.HasPrefix(p, "/") || r.Method == http.MethodConnect {
			missing.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func noSuchPath() *problem.Error {
	return problem.NotFound("There is nothing at this path.")
}
