package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"
)

// writeProfile is longer than the 30 s of a CPU profile or trace that nobody gave
// a length.
const writeProfile = 2 * time.Minute

// admin is the operator's own listener. Nobody is asked who they are there: its
// address says who can come.
type admin struct {
	http     *http.Server
	listener net.Listener
}

// openAdmin begins to listen. The handler of the API answers what both listeners
// have.
func openAdmin(ctx context.Context, address string, metrics, api http.Handler, log *slog.Logger) (*admin, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w; choose another address with --admin-listen", address, err)
	}
	if at := listener.Addr(); !onlyThisMachine(at) {
		log.WarnContext(ctx, "whoever reaches the admin listener may read metrics and profiles: keep strangers from it", "address", at.String())
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.Handle("GET /healthz", api)
	mux.Handle("GET /livez", api)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return &admin{listener: listener, http: &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: readHeader,
		ReadTimeout:       readBody,
		WriteTimeout:      writeProfile,
		IdleTimeout:       idle,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}}, nil
}

func onlyThisMachine(a net.Addr) bool {
	at, ok := a.(*net.TCPAddr)
	return ok && at.IP.IsLoopback()
}

// serve answers until close, and returns an error when it cannot.
func (a *admin) serve() error {
	if err := a.http.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("admin listener: %w", err)
	}
	return nil
}

// close ends it at once: a profile is no work that must come to its end.
func (a *admin) close() error {
	err := a.http.Close()
	// One that never served is not the server's to close.
	if closed := a.listener.Close(); !errors.Is(closed, net.ErrClosed) {
		err = errors.Join(err, closed)
	}
	return err
}

// AdminURL is the base of the operator's listener, "" when there is none.
func (s *Server) AdminURL() string {
	if s.admin == nil {
		return ""
	}
	return "http://" + s.admin.listener.Addr().String()
}
