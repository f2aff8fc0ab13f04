package faults_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/demo"
	"github.com/greenroom-registry/greenroom/internal/demo/connectors"
	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
)

const (
	// maxDrafts is how many drafts there are at a time: few, so that clients meet.
	maxDrafts = 12
	// requestWithin bounds each request of the driver.
	requestWithin = 20 * time.Second
	// loadWithin bounds how long acknowledgements are waited for.
	loadWithin = time.Minute
)

// driver is one database, a server of it that comes and goes, and what is known to
// have been asked of it.
type driver struct {
	data       string
	repository api.Repository
	history    *history
	server     *binary.Server
	client     *client.Client
	// asleep: the server has no workers, so that what was under way still is.
	asleep bool

	mu sync.Mutex
	// known are the versions of drafts as they were last seen.
	known map[string]int64
	keys  atomic.Int64
}

func newDriver(t *testing.T) *driver {
	t.Helper()
	return &driver{
		data: t.TempDir(), repository: repository(t), history: newHistory(t), known: map[string]int64{},
	}
}

func repository(t *testing.T) api.Repository {
	t.Helper()
	c := connectors.All()[0]
	made, err := demo.MakeRepository(t.Context(), filepath.Join(t.TempDir(), "repository.git"), c.Files, c.Tag)
	if err != nil {
		t.Fatal(err)
	}
	return api.Repository{URL: made.URL, Tag: c.Tag}
}

func (d *driver) start(t *testing.T, flags ...string) {
	t.Helper()
	d.attach(binary.Dev(t, d.data, flags...))
}

// attach makes the driver speak to the server.
func (d *driver) attach(s *binary.Server) {
	d.server = s
	d.client = client.New(client.Options{URL: s.URL, ID: "dev", Secret: "dev", HTTP: &http.Client{
		Timeout: requestWithin, Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}})
}

// load is clients at work.
type load struct {
	clients sync.WaitGroup
	stop    context.CancelFunc
}

// wait returns when every client has stopped, which it does once it gets no answer.
func (l *load) wait() { l.clients.Wait() }

// end makes clients stop after the request that they are at.
func (l *load) end() {
	l.stop()
	l.clients.Wait()
}

// begin sets clients to work that do everything.
func (d *driver) begin(t *testing.T, random *rand.Rand, clients int) *load {
	t.Helper()
	return d.beginWith(t, random, clients, d.choose)
}

// beginWith sets clients to work, each with random choices of its own.
func (d *driver) beginWith(t *testing.T, random *rand.Rand, clients int, choose func(*rand.Rand, int) operation) *load {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	l := &load{stop: stop}
	for n := range clients {
		own := rand.New(rand.NewPCG(random.Uint64(), uint64(n)))
		l.clients.Go(func() {
			for ctx.Err() == nil {
				if o := d.do(t.Context(), choose(own, n)); o.unanswered() {
					return
				}
			}
		})
	}
	return l
}

// awaitAcks returns after n more writes were acknowledged, or about that many: a
// client can be ahead.
func (d *driver) awaitAcks(t *testing.T, n int) {
	t.Helper()
	deadline := time.After(loadWithin)
	_, before, _ := d.history.count()
	for {
		select {
		case <-d.history.acked:
		case <-deadline:
			t.Fatalf("%d writes were not acknowledged within %s\n%s", n, loadWithin, d.server.Output())
		}
		if _, now, _ := d.history.count(); now-before >= n {
			return
		}
	}
}

// choose makes up the next request of a client.
func (d *driver) choose(random *rand.Rand, n int) operation {
	o := operation{Client: n}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.known) < maxDrafts/2 || len(d.known) < maxDrafts && random.IntN(10) == 0 {
		o.Kind, o.Key = create, fmt.Sprintf("draft-%d", d.keys.Add(1))
		return o
	}
	at := random.IntN(len(d.known))
	for key, version := range d.known {
		if at--; at < 0 {
			o.Key, o.Sent = key, version
			break
		}
	}
	switch part := random.IntN(100); {
	case part < 50:
		o.Kind = rename
	case part < 57:
		o.Kind = preview
	case part < 64:
		o.Kind = publish
	case part < 69:
		o.Kind = refuse
	case part < 73:
		o.Kind, o.Sent = remove, 0
	default:
		o.Kind, o.Sent = read, 0
	}
	return o
}

// do sends a request and notes what came of it.
func (d *driver) do(ctx context.Context, o operation) operation {
	o = d.history.invoke(o)
	if o.updates() {
		o.Mark = fmt.Sprintf("mark-%d", o.N)
	}
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { written.Store(false) }, // also when it is sent again
		WroteHeaders: func() { written.Store(true) },
	})
	draft, err := d.send(ctx, &o)
	o.Written = written.Load()
	var refused *client.Error
	switch {
	case err == nil:
		o.Status = http.StatusOK
		o.took(&draft)
	case errors.As(err, &refused):
		o.Status, o.Trouble = refused.StatusCode, err.Error()
		if len(refused.Errors) > 0 {
			o.Version = refused.Errors[0].CurrentVersion
		}
	default:
		o.Trouble = err.Error()
	}
	d.learn(&o)
	d.history.answer(o)
	return o
}

func (d *driver) send(ctx context.Context, o *operation) (api.ConnectorStaged, error) {
	ref := client.ByKey(o.Key)
	batch := []api.UpdateAction{api.SetName(o.Mark), api.SetDescription(o.Mark)}
	switch o.Kind {
	case create:
		return d.client.CreateDraft(ctx, api.ConnectorStagedDraft{
			Key: o.Key, Name: o.Key, Description: o.Key,
			Creator: api.Creator{Email: "faults@greenroom.example"}, Repository: d.repository,
		})
	case remove:
		return d.client.DeleteDraft(ctx, ref)
	case read:
		return d.client.Draft(ctx, ref)
	case preview:
		batch = append(batch, api.UpdatePreviewable())
	case publish:
		batch = append(batch, api.Publish(false))
	case refuse: // no preview can be asked for while one is pending
		batch = append(batch, api.UpdatePreviewable(), api.UpdatePreviewable())
	}
	return d.client.UpdateDraft(ctx, ref, o.Sent, batch...)
}

// learn remembers the version of a draft, for the next to use it.
func (d *driver) learn(o *operation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case o.Status == http.StatusNotFound || o.Kind == remove && o.acknowledged():
		delete(d.known, o.Key)
	case o.acknowledged() && o.Kind == create:
		d.known[o.Key] = o.Version
	case o.Version > 0:
		// The latest answer counts, not the highest version: a server that loses
		// updates goes back.
		if _, ok := d.known[o.Key]; ok {
			d.known[o.Key] = o.Version
		}
	}
}
