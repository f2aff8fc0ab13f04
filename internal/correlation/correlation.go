// Package correlation carries the id by which everything that one request caused
// is found again in the log: the caller's X-Correlation-ID, or one of ours.
package correlation

import (
	"context"
	"log/slog"

	"github.com/google/uuid"
)

// Header is the HTTP header that carries the id both ways.
const Header = "X-Correlation-ID"

// maxLength bounds an id that a caller sends, in bytes.
const maxLength = 256

type contextKey struct{}

// With returns a context that carries the caller's id, or a fresh one when the
// caller sent none or one that does not fit on a line of a log.
func With(ctx context.Context, id string) context.Context {
	if !usable(id) {
		id = uuid.NewString()
	}
	return context.WithValue(ctx, contextKey{}, id)
}

func usable(id string) bool {
	if id == "" || len(id) > maxLength {
		return false
	}
	for _, c := range []byte(id) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

// ID returns the id that the context carries, "" when there is none.
func ID(ctx context.Context) string {
	id, _ := ctx.Value(contextKey{}).(string)
	return id
}

// Logger returns a logger that adds the id of each record's context.
func Logger(h slog.Handler) *slog.Logger { return slog.New(handler{h}) }

type handler struct{ slog.Handler }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if id := ID(ctx); id != "" {
		r.AddAttrs(slog.String("correlation_id", id))
	}
	return h.Handler.Handle(ctx, r) //nolint:wrapcheck // a decorator: the error is the handler's own
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}
func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }
