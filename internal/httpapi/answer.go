package httpapi

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/greenroom-registry/greenroom/internal/correlation"
	"github.com/greenroom-registry/greenroom/internal/panics"
)

// accompany gives each request its correlation id and a line in the log, and tells
// the observer of it.
func (a *API) accompany(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		ended := a.Observer.RequestBegan()
		ctx := correlation.With(r.Context(), r.Header.Get(correlation.Header))
		seen := &statusWriter{ResponseWriter: w}
		r = r.WithContext(ctx)
		next.ServeHTTP(seen, r)
		took := time.Since(start)
		a.Log.LogAttrs(ctx, slog.LevelInfo, "request",
			slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.String("client", a.Proxies.Client(r).String()),
			slog.Int("status", seen.status), slog.Duration("took", took))
		ended(Answered{
			Route: matched(r), Method: r.Method, Status: seen.status, Took: took,
			Stream: seen.Header().Get("Content-Type") == eventStream,
		})
	})
}

// matched is the path of the route table that the mux found for the request.
func matched(r *http.Request) string {
	if r.Pattern == elsewhere {
		return ""
	}
	return r.Pattern
}

type unobserved struct{}

func (unobserved) RequestBegan() func(Answered) { return func(Answered) {} }
func (unobserved) StreamBegan() func()          { return func() {} }

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// answer makes a handler of a function that returns what to answer. A panic is
// answered like any other trouble of ours.
func (a *API) answer(serve func(*http.Request) (*response, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		res, err := guarded(serve, r)
		if err != nil {
			res = failure(ctx, err)
			a.logFailure(ctx, res.status, err)
		}
		if res.done != nil {
			defer res.done()
		}
		h := w.Header()
		for name, values := range res.header {
			h[name] = values
		}
		h.Set("Content-Type", cmp.Or(res.media, "application/json; charset=utf-8"))
		if res.stream == nil {
			h.Set("Content-Length", strconv.Itoa(len(res.body)))
		}
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set(correlation.Header, correlation.ID(ctx))
		w.WriteHeader(res.status)
		if r.Method == http.MethodHead {
			return
		}
		if res.stream != nil {
			a.sendEvents(ctx, w, res.stream)
			return
		}
		if _, err := w.Write(res.body); err != nil {
			a.Log.DebugContext(ctx, "the caller went away", "error", err.Error())
		}
	})
}

func guarded(serve func(*http.Request) (*response, error), r *http.Request) (res *response, err error) {
	defer panics.Recover(&err)
	ctx, cancel := context.WithTimeout(r.Context(), requestDeadline)
	defer cancel()
	return serve(r.WithContext(ctx))
}

// logFailure tells the operator what the caller is not told: the cause of every
// failure, loudly only where it is ours.
func (a *API) logFailure(ctx context.Context, status int, err error) {
	level := slog.LevelDebug
	switch {
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), context.Canceled):
	case status >= http.StatusInternalServerError:
		level = slog.LevelError
	case status == http.StatusUnprocessableEntity:
		level = slog.LevelInfo
	}
	a.Log.LogAttrs(ctx, level, "request failed", slog.Int("status", status), slog.String("error", err.Error()))
}
