package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/greenroom-registry/greenroom/api"
)

const (
	// silence is how long a stream may be silent; the server says each 15 s that it
	// is alive.
	silence = 45 * time.Second
	// maxEvent bounds one line of a stream.
	maxEvent = 1 << 20
)

// event is one server-sent event.
type event struct {
	id, name string
	data     []byte
}

// openStream returns the events of a run after the one given. The channel is closed
// when the stream ends, or cannot be had, or ctx ends.
func (c *Client) openStream(ctx context.Context, draft Ref, run, after string) <-chan event {
	events := make(chan event)
	go func() {
		defer close(events)
		_ = c.streamRun(ctx, draft, run, after, func(e event) error { // whoever listens can do without
			select {
			case events <- e:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	return events
}

// streamRun tells of the events of a run after the one given, until tell returns an
// error, which it returns, or the stream ends, which is nil.
func (c *Client) streamRun(ctx context.Context, draft Ref, run, after string, tell func(event) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	quiet := time.AfterFunc(silence, cancel)
	defer quiet.Stop()
	token, err := c.bearer(ctx, "")
	if err != nil {
		return err
	}
	path := fmt.Sprintf("/x/v1/drafts/%s/runs/%s/events", draft, run)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.options.URL+path, nil)
	if err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "text/event-stream")
	if after != "" {
		req.Header.Set("Last-Event-ID", after)
	}
	patient := *c.options.HTTP
	patient.Timeout = 0 // that of silence holds
	res, err := patient.Do(req)
	if err != nil {
		return fmt.Errorf("reach the server: %w", err)
	}
	defer res.Body.Close() //nolint:errcheck // nothing was written
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		return fmt.Errorf("GET %s: the server answered %s and no stream", path, res.Status)
	}
	return readEvents(res.Body, func() { quiet.Reset(silence) }, tell)
}

// readEvents reads server-sent events as the server writes them; heard is called
// for each line.
func readEvents(r io.Reader, heard func(), tell func(event) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxEvent)
	var e event
	for lines.Scan() {
		heard()
		field, value, _ := bytes.Cut(lines.Bytes(), []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(field) {
		case "id":
			e.id = string(value)
		case "event":
			e.name = string(value)
		case "data":
			e.data = bytes.Clone(value)
		}
		if len(lines.Bytes()) > 0 || e.data == nil {
			continue
		}
		if err := tell(e); err != nil {
			return err
		}
		e = event{}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read a stream: %w", err)
	}
	return nil
}

// follow applies an event to what is known of a run, and says whether it is the
// end.
func follow(run *api.Run, e event) (ended bool, err error) {
	switch e.name {
	case "end":
		var end api.Run
		if err := json.Unmarshal(e.data, &end); err != nil {
			return false, fmt.Errorf("decode the end of a run: %w", err)
		}
		*run = end
		return true, nil
	case "step":
		var s api.RunStepEvent
		if err := json.Unmarshal(e.data, &s); err != nil {
			return false, fmt.Errorf("decode a step of a run: %w", err)
		}
		if s.Attempt != run.Attempt || run.State != "running" {
			run.State, run.Attempt, run.Steps = "running", s.Attempt, nil
		}
		step := api.RunStep{Name: s.Name, StartedAt: s.StartedAt, Milliseconds: s.Milliseconds, Failed: s.Failed}
		if n := len(run.Steps); n > 0 && run.Steps[n-1].Name == s.Name {
			run.Steps = slices.Clone(run.Steps[:n-1]) // who was told of it may keep it
		}
		run.Steps = append(run.Steps, step)
	}
	return false, nil
}
