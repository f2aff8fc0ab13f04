package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/greenroom-registry/greenroom/internal/connector"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

const (
	// keepAlive is how long a stream is silent at most: proxies cut idle ones.
	keepAlive = 15 * time.Second
	// writeEvents bounds one write to a stream: whoever does not read is dropped.
	writeEvents = 10 * time.Second
	// maxStream bounds a stream, and so how long the token counts that opened it.
	maxStream = 10 * time.Minute
	// maxStreams is how many are open at once: each is a connection and, once a
	// second, a look at the database.
	maxStreams = 256
	// retryStream is when a place may be free again: most runs are short.
	retryStream = 5 * time.Second

	eventStream = "text/event-stream"
)

// eventSource returns what is new, or nothing when patience is over; io.EOF at the
// end. connector.RunEvents.Next is one.
type eventSource func(ctx context.Context, patience time.Duration) ([]connector.RunEvent, error)

func (a *API) streamRun(r *request) (*response, error) {
	ref, err := r.ref()
	if err != nil {
		return nil, err
	}
	after := connector.ReadEventID(r.Header.Get("Last-Event-ID"))
	events, err := a.Drafts.RunEvents(r.Context(), r.principal, ref, r.PathValue("run"), after)
	if err != nil {
		return nil, err
	}
	leave, err := a.enterStream()
	if err != nil {
		return nil, err
	}
	return &response{
		status: http.StatusOK,
		media:  eventStream,
		// X-Accel-Buffering keeps proxies from holding events back.
		header: http.Header{"Cache-Control": {"no-store"}, "X-Accel-Buffering": {"no"}},
		stream: events.Next,
		done:   leave,
	}, nil
}

// enterStream takes one of the places for streams, which the function that it
// returns gives back. It returns a *problem.Error with status 503 when there is none.
func (a *API) enterStream() (leave func(), err error) {
	select {
	case a.streams <- struct{}{}:
	default:
		return nil, problem.Busy("Too many runs are followed at once. Try again in a moment, or wait for the run with GET and ?wait.", retryStream, nil)
	}
	ended := a.Observer.StreamBegan()
	return func() {
		ended()
		<-a.streams
	}, nil
}

// sendEvents writes server-sent events until there are no more, nobody reads them,
// the server stops or the stream has lasted long enough.
func (a *API) sendEvents(ctx context.Context, w http.ResponseWriter, next eventSource) {
	ctx, cancel := context.WithTimeout(ctx, maxStream)
	defer cancel()
	go func() {
		select {
		case <-a.Stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	err := copyEvents(ctx, w, next)
	switch {
	case err == nil, ctx.Err() != nil:
	case errors.Is(err, errNotRead):
		a.Log.DebugContext(ctx, "a stream is not read", "error", err.Error())
	default:
		a.Log.ErrorContext(ctx, "a stream was cut off", "error", err.Error())
	}
}

// errNotRead is why a stream ends whose caller has gone away or does not read.
var errNotRead = errors.New("write events")

func copyEvents(ctx context.Context, w http.ResponseWriter, next eventSource) error {
	control := http.NewResponseController(w)
	// The server's deadline for reading a request would end the stream.
	if err := supported(control.SetReadDeadline(time.Time{})); err != nil {
		return fmt.Errorf("%w: %w", errNotRead, err)
	}
	text := []byte(": the events of a run\n\n")
	for {
		if err := flush(control, w, text); err != nil {
			return fmt.Errorf("%w: %w", errNotRead, err)
		}
		events, err := next(ctx, keepAlive)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if text, err = eventText(events); err != nil {
			return err
		}
	}
}

func flush(control *http.ResponseController, w io.Writer, text []byte) error {
	if err := supported(control.SetWriteDeadline(time.Now().Add(writeEvents))); err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err //nolint:wrapcheck // the caller says what was done
	}
	return supported(control.Flush())
}

// supported drops the error of a writer that is no connection.
func supported(err error) error {
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// eventText is how events are sent; a comment, when there are none.
func eventText(events []connector.RunEvent) ([]byte, error) {
	if len(events) == 0 {
		return []byte(": alive\n\n"), nil
	}
	var text bytes.Buffer
	for _, e := range events {
		data, err := json.Marshal(e.Data)
		if err != nil {
			return nil, fmt.Errorf("encode event %s: %w", e.ID, err)
		}
		fmt.Fprintf(&text, "id: %s\nevent: %s\ndata: %s\n\n", e.ID, e.Name, data)
	}
	return text.Bytes(), nil
}
