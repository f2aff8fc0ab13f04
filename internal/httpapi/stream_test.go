package httpapi

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/connector"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

// openStream opens the events of a run on a real server.
func (w *world) openStream(t *testing.T, url, path string) *bufio.Reader {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.tokens[viewer])
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if got := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || got != "text/event-stream" {
		t.Fatalf("answered %s, %s", res.Status, got)
	}
	return bufio.NewReader(res.Body)
}

func TestStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.create(t, nil)
	run := w.start(t, draft, api.UpdatePreviewable())
	path := "/x/v1/drafts/" + draft.ID + "/runs/" + run + "/events"
	live := w.openStream(t, w.served(t).URL, path)
	if line, err := live.ReadString('\n'); err != nil || line != ": the events of a run\n" {
		t.Fatalf("%q, error %v", line, err) // it is there before there is an event
	}
	w.finish(t, run, true)
	rest, err := io.ReadAll(live)
	if err != nil {
		t.Fatal(err)
	}
	const begin = "id: 1.1\nevent: step\ndata: {\"attempt\":1,\"name\":\"fetch\",\"state\":\"begun\",\"milliseconds\":0}\n\n"
	const ended = "id: 1.2\nevent: step\ndata: {\"attempt\":1,\"name\":\"fetch\",\"state\":\"ended\",\"milliseconds\":1}\n\n"
	const end = "id: 1.3\nevent: end\ndata: {\"id\":\""
	got := strings.TrimPrefix(string(rest), "\n")
	if !strings.HasPrefix(got, begin+ended+end) || !strings.HasSuffix(got, "\n\n") {
		t.Errorf("streamed\n%s", got)
	}
	again := w.call(t, viewer, http.MethodGet, path, "", header("Last-Event-ID", "1.1"))
	if want := ": the events of a run\n\n" + strings.TrimPrefix(got, begin); string(again.body) != want {
		t.Errorf("resumed with\n%s\nwant\n%s", again.body, want)
	}
	want(t, w.call(t, viewer, http.MethodGet, "/x/v1/drafts/"+draft.ID+"/runs/1/events", ""), http.StatusBadRequest, api.CodeInvalidPathParam)
}

// A silent stream says that it is alive, for as long as a stream may last: longer
// than any other request.
func TestStreamIsAlive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rec := httptest.NewRecorder()
		begin := time.Now()
		(&API{}).sendEvents(t.Context(), rec, silent)
		if took := time.Since(begin); took != maxStream {
			t.Errorf("it took %s, want %s", took, maxStream)
		}
		// The last one's time is that of the stream's end.
		if n := strings.Count(rec.Body.String(), ": alive\n\n"); n < int(maxStream/keepAlive)-1 {
			t.Errorf("it said %d times that it is alive", n)
		}
	})
}

// The deadlines of the server for one request and its answer do not end a stream.
func TestStreamOutlivesDeadlines(t *testing.T) {
	t.Parallel()
	const deadline = time.Millisecond
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rounds := 0
		(&API{Options: Options{Log: slog.New(slog.DiscardHandler)}}).sendEvents(r.Context(), w, func(ctx context.Context, _ time.Duration) ([]connector.RunEvent, error) {
			if rounds++; rounds > 3 {
				return nil, io.EOF
			}
			return silent(ctx, 20*deadline)
		})
	}))
	s.Config.ReadHeaderTimeout, s.Config.ReadTimeout, s.Config.WriteTimeout = time.Minute, deadline, deadline
	s.Start()
	defer s.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.Client().Do(req)
	if got := receive(t, res, err); strings.Count(string(got.body), ": alive\n\n") != 3 {
		t.Errorf("answered %s", got)
	}
}

// Whoever does not read is dropped.
func TestStreamThatIsNotRead(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{"write", "flush", "deadline"} {
		err := copyEvents(t.Context(), &deaf{fault: fault, ResponseRecorder: httptest.NewRecorder()}, silent)
		if !errors.Is(err, errNotRead) || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: error %v", fault, err)
		}
	}
}

// deaf is a connection whose other side does not read.
type deaf struct {
	*httptest.ResponseRecorder
	fault string
}

func (d *deaf) fail(at string) error {
	if at == d.fault {
		return os.ErrDeadlineExceeded
	}
	return nil
}

func (d *deaf) Write(p []byte) (int, error)      { return len(p), d.fail("write") }
func (d *deaf) FlushError() error                { return d.fail("flush") }
func (d *deaf) SetWriteDeadline(time.Time) error { return d.fail("deadline") }

// Of streams there are so many; a place is free again when its stream has ended.
func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t), &seen{}
	draft := w.create(t, nil)
	run := w.start(t, draft, api.UpdatePreviewable())
	a := &API{Options: Options{Drafts: w.drafts, Observer: s}, streams: make(chan struct{}, 1)}
	open := func(project string) (*response, error) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.SetPathValue("ref", draft.ID)
		r.SetPathValue("run", run)
		return a.streamRun(&request{Request: r, principal: auth.Principal{Project: project, Scopes: []auth.Scope{auth.ManageProject}}})
	}
	requireStatus := func(err error, status int) {
		t.Helper()
		var p *problem.Error
		if !errors.As(err, &p) || p.Status != status || status == http.StatusServiceUnavailable && p.RetryAfter != retryStream {
			t.Errorf("error %#v, want status %d", err, status)
		}
	}
	first, err := open(ownProject)
	if err != nil {
		t.Fatal(err)
	}
	_, err = open(ownProject)
	requireStatus(err, http.StatusServiceUnavailable)
	_, err = open("elsewhere") // is not told how full it is
	requireStatus(err, http.StatusNotFound)
	first.done()
	if _, err = open(ownProject); err != nil || s.streams != 1 {
		t.Errorf("after the first stream: error %v, %d are open", err, s.streams)
	}
}

func TestStreamEndsWithTheServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stopping := make(chan struct{})
		over := make(chan struct{})
		begin := time.Now()
		go func() {
			defer close(over)
			(&API{Options: Options{Stopping: stopping}}).sendEvents(t.Context(), httptest.NewRecorder(), silent)
		}()
		synctest.Wait()
		close(stopping)
		<-over
		if took := time.Since(begin); took != 0 {
			t.Errorf("it took %s", took)
		}
	})
}

// silent is the source of a run that nothing happens to.
func silent(ctx context.Context, patience time.Duration) ([]connector.RunEvent, error) {
	select {
	case <-time.After(patience):
		return nil, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
