// Package server puts the parts together into a running Greenroom. Apart from
// tests it is the only package that knows them all, and it does nothing else.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
	"github.com/greenroom-registry/greenroom/internal/connector"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/credential"
	"github.com/greenroom-registry/greenroom/internal/datadir"
	"github.com/greenroom-registry/greenroom/internal/forwarded"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/httpapi"
	"github.com/greenroom-registry/greenroom/internal/jobs"
	"github.com/greenroom-registry/greenroom/internal/metrics"
	"github.com/greenroom-registry/greenroom/internal/publish"
	"github.com/greenroom-registry/greenroom/internal/report"
	"github.com/greenroom-registry/greenroom/internal/retention"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

const (
	// part is how long a server that stops still answers on the connections that it
	// has, and says on each that it ends: a request that is sent just before its
	// connection is closed would get no answer.
	part = 250 * time.Millisecond
	// drain bounds how long requests under way are waited for at the end, lastWords
	// how long their answers are once they are told to give up, and handBack how
	// long workers are; together they stay below 10 s.
	drain     = 4 * time.Second
	lastWords = time.Second
	handBack  = 4 * time.Second

	readHeader = 10 * time.Second
	readBody   = 30 * time.Second
	// writeAnswer holds the work on a request too, which has 30 s.
	writeAnswer = 60 * time.Second
	idle        = 2 * time.Minute
	maxHeader   = 64 << 10

	forgetTokensEvery = time.Hour
)

// Options configure a Server. DataDir, Listen, Regions and Log are required.
type Options struct {
	// Listen is the address to listen on; port 0: a free one.
	Listen string
	// DataDir is where the database is; it is made when it is not there.
	DataDir string
	// Regions are the regions that connectors can support.
	Regions []string
	// Repositories says what is read from where.
	Repositories gitsource.Options
	// ResolveTTL is how long a tag's commit is believed; 0: not at all.
	ResolveTTL time.Duration
	// Workers is how many runs are worked at once; 0: none in this process.
	Workers int
	// KeepRuns is how long runs are kept after they ended; 0: for ever.
	KeepRuns time.Duration
	// PublicURL is put before addresses in reports; "": they are given as paths or,
	// with ReportOwnURL, at the address that the server listens on.
	PublicURL    string
	ReportOwnURL bool
	// TLSCert and TLSKey are files in PEM; "": the server speaks http.
	TLSCert, TLSKey string
	// Proxies are believed when they say whom a request comes from.
	Proxies forwarded.Proxies
	// AdminListen is the address of the operator's own listener; "": there is none.
	AdminListen string
	// Version is what the metrics and reports in SARIF say that runs.
	Version string
	Log     *slog.Logger
}

// Server is a Greenroom that listens.
type Server struct {
	store    *sqlstore.Store
	lock     *datadir.Lock
	queue    *jobs.Queue
	http     *http.Server
	listener net.Listener
	tls      *certificate // nil: http
	admin    *admin       // nil: none
	log      *slog.Logger
	stopping chan struct{} // closed when the server begins to stop

	retention retention.Options
}

// Open prepares everything and begins to listen; requests are answered from Run
// on. Whoever opens a server must Run or Close it.
func Open(ctx context.Context, o Options) (_ *Server, err error) {
	s := &Server{log: o.Log, stopping: make(chan struct{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	counted := metrics.New(o.Version)
	if err := s.openStore(ctx, o.DataDir, sqlstore.Options{Observe: counted.Write}); err != nil {
		return nil, err
	}
	o.Repositories.Observe = counted.Fetch
	source, credentials, err := s.openSource(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := s.listen(ctx, o); err != nil {
		return nil, err
	}
	engine := check.New(checks.All()...)
	var worker *publish.Worker // each of the two asks the other
	drafts := connector.New(connector.Options{
		Store:        s.store,
		Repositories: source,
		Rules: field.Rules{
			Regions:       o.Regions,
			RepositoryURL: source.CheckURL,
			RepositoryTag: gitsource.CheckTag,
		},
		Now:        time.Now,
		ResolveTTL: o.ResolveTTL,
		Progress:   func(run string) []api.RunStep { return worker.Progress(run) },
	})
	worker = publish.New(publish.Options{
		Runs:      s.store,
		Drafts:    drafts,
		Trees:     source,
		Engine:    engine,
		Now:       time.Now,
		Log:       o.Log,
		PublicURL: s.publicURL(o),
		Observe:   counted.Attempt,
	})
	if err := s.openQueue(ctx, o, worker); err != nil {
		return nil, err
	}
	s.http = s.httpServer(httpapi.New(httpapi.Options{
		Drafts:       drafts,
		Credentials:  credentials,
		Tokens:       auth.New(s.store, time.Now),
		Validate:     worker.Validate,
		ValidateTree: worker.ValidateTree,
		Tool:         report.Tool{Version: o.Version, Rules: engine.Rules()},
		Ready:        s.ready,
		Proxies:      o.Proxies,
		Stopping:     s.stopping,
		Observer:     counted,
		Log:          o.Log,
	}))
	s.retention = retention.Options{Runs: s.store, Keep: o.KeepRuns, Now: time.Now, Log: o.Log, Observe: counted.RunsRemoved}
	counted.Watch(metrics.Watched{Load: source.Load, Backlog: s.store.Backlog, Writable: s.store.Writable, Now: time.Now})
	return s, s.openAdmin(ctx, o, counted.Handler())
}

// publicURL is what is put before addresses in reports.
func (s *Server) publicURL(o Options) string {
	if o.PublicURL == "" && o.ReportOwnURL {
		return s.URL()
	}
	return o.PublicURL
}

func (s *Server) openAdmin(ctx context.Context, o Options, metrics http.Handler) (err error) {
	if o.AdminListen != "" {
		s.admin, err = openAdmin(ctx, o.AdminListen, metrics, s.http.Handler, o.Log)
	}
	return err
}

func (s *Server) openStore(ctx context.Context, dir string, o sqlstore.Options) (err error) {
	if s.lock, err = datadir.TakeLock(dir); err != nil {
		return err
	}
	if s.store, err = sqlstore.OpenSQLite(ctx, dir, o); err != nil {
		return fmt.Errorf("open the database in %s: %w", dir, err)
	}
	return nil
}

// openSource sets up the reading of repositories, private ones too.
func (s *Server) openSource(ctx context.Context, o Options) (*gitsource.Source, *credential.Service, error) {
	credentials := credential.New(s.store, o.DataDir, time.Now)
	if err := credentials.Check(ctx); err != nil {
		return nil, nil, err
	}
	o.Repositories.Credentials = credentials
	source, err := gitsource.New(o.Repositories)
	if err != nil {
		return nil, nil, fmt.Errorf("set up the reading of repositories: %w", err)
	}
	return source, credentials, nil
}

func (s *Server) listen(ctx context.Context, o Options) (err error) {
	if o.TLSCert != "" || o.TLSKey != "" {
		if s.tls, err = openCertificate(o.TLSCert, o.TLSKey, o.Log); err != nil {
			return err
		}
	}
	if s.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", o.Listen); err != nil {
		return fmt.Errorf("listen on %s: %w; choose another address with --listen", o.Listen, err)
	}
	return nil
}

func (s *Server) openQueue(ctx context.Context, o Options, worker *publish.Worker) error {
	queue, err := jobs.New(ctx, jobs.Options{
		DB:      s.store.Queue(),
		Runs:    s.store,
		Workers: o.Workers,
		Work:    worker.Work,
		Now:     time.Now,
		Log:     o.Log,
	})
	if err != nil {
		return fmt.Errorf("open the job queue: %w", err)
	}
	s.queue = queue
	s.store.SetDoorbell(queue)
	return nil
}

func (s *Server) httpServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           s.parting(handler),
		ReadHeaderTimeout: readHeader,
		ReadTimeout:       readBody,
		WriteTimeout:      writeAnswer,
		IdleTimeout:       idle,
		MaxHeaderBytes:    maxHeader,
		// Every answer has a JSON body, that to OPTIONS * too.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

// parting tells clients not to use their connections again once the server stops.
func (s *Server) parting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-s.stopping:
			w.Header().Set("Connection", "close")
		default:
		}
		next.ServeHTTP(w, r)
	})
}

// URL is the base of the API, as the listener's address says.
func (s *Server) URL() string {
	if s.tls != nil {
		return "https://" + s.listener.Addr().String()
	}
	return "http://" + s.listener.Addr().String()
}

// serve answers requests until the server is shut down.
func (s *Server) serve() error {
	if s.tls == nil {
		return s.http.Serve(s.listener)
	}
	s.http.TLSConfig = s.tls.config()
	return s.http.ServeTLS(s.listener, "", "")
}

// Store is the database, for clients to be put into it.
func (s *Server) Store() *sqlstore.Store { return s.store }

// Run serves until ctx ends, then lets requests and runs under way come to a
// stop, and closes everything.
func (s *Server) Run(ctx context.Context) error {
	defer s.closeLogged()
	working := context.WithoutCancel(ctx) // what is begun comes to its end
	// The lock says that nobody else works on this database: whatever seems to be
	// under way was cut off when its process died.
	if n, err := s.store.ExpireLeases(working, time.Now()); err != nil {
		return fmt.Errorf("take over runs that were cut off: %w", err)
	} else if n > 0 {
		s.log.InfoContext(ctx, "runs that were cut off start again", "runs", n)
	}
	if err := s.queue.Start(working); err != nil {
		return fmt.Errorf("start the workers: %w", err)
	}
	forgetting, forget := context.WithCancel(working)
	defer forget()
	go s.forgetTokens(forgetting)
	go retention.Run(forgetting, s.retention)

	requests, giveUp := context.WithCancel(working)
	defer giveUp()
	s.http.BaseContext = func(net.Listener) context.Context { return requests }

	failed := make(chan error, 2)
	go func() { failed <- s.serve() }()
	if s.admin != nil {
		go func() { failed <- s.admin.serve() }()
	}
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", errors.Join(err, s.stop(working, giveUp)))
	case <-ctx.Done():
		return s.stop(working, giveUp)
	}
}

// stop refuses new requests, waits for those under way, and makes workers hand
// back what they have.
func (s *Server) stop(ctx context.Context, giveUp context.CancelFunc) error {
	close(s.stopping)
	_ = s.listener.Close() // who comes now is refused; served listeners may be closed already
	<-time.After(part)
	err := s.shutdown(ctx, drain)
	if errors.Is(err, context.DeadlineExceeded) {
		giveUp() // a request that waits for something gets an answer now
		err = s.shutdown(ctx, lastWords)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	workers, cancel := context.WithTimeout(ctx, handBack)
	defer cancel()
	return errors.Join(err, s.queue.Stop(workers))
}

func (s *Server) shutdown(ctx context.Context, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.http.Shutdown(ctx)
}

// Close gives up what Open took. Run does it too.
func (s *Server) Close() error {
	var errs []error
	if s.admin != nil {
		errs = append(errs, s.admin.close())
	}
	if s.listener != nil {
		// Served listeners are closed already.
		if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Release())
	}
	return errors.Join(errs...)
}

func (s *Server) closeLogged() {
	if err := s.Close(); err != nil {
		s.log.Error("close the server", "error", err.Error())
	}
}

var errDraining = errors.New("the server is stopping")

func (s *Server) ready(ctx context.Context) error {
	select {
	case <-s.stopping:
		return errDraining
	default:
	}
	if err := s.store.Ping(ctx); err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	return s.store.Writable(ctx)
}

// forgetTokens keeps the table of tokens from growing without end.
func (s *Server) forgetTokens(ctx context.Context) {
	tick := time.NewTicker(forgetTokensEvery)
	defer tick.Stop()
	for {
		if err := s.store.RemoveExpiredTokens(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "expired tokens were not removed", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
