package faults_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

const (
	linearClients = 64
	linearDrafts  = 8
	// decideWithin bounds the search for an order that explains a history.
	decideWithin = time.Minute
)

// Version-checked updates and reads of a draft look as if they were done one after
// the other, each between its request and its answer; also when the server is
// killed in between.
func TestLinear(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // a server that is killed cannot tidy up
	v, random := begin(t)
	d := newDriver(t)
	d.start(t)
	for n := range linearDrafts {
		if o := d.do(t.Context(), operation{Kind: create, Key: fmt.Sprintf("draft-%d", n)}); !o.acknowledged() {
			t.Fatalf("create: %s", o.Trouble)
		}
	}
	for range fewOr(1, scale(4, 100)) {
		load := d.beginLinear(t, random)
		d.awaitAcks(t, 200)
		d.server.Kill(t)
		load.wait()
		d.start(t)
		v.iterations++
	}
	for n := range linearDrafts {
		d.do(t.Context(), operation{Kind: read, Key: fmt.Sprintf("draft-%d", n)})
	}
	d.server.Kill(t)
	all := d.history.until(time.Time{})
	searched := time.Now()
	result, info := porcupine.CheckOperationsVerbose(versioned.ToModel(), concurrent(all), decideWithin)
	decided := time.Since(searched)
	if result != porcupine.Ok {
		v.add(fmt.Sprintf("porcupine: no order explains the history: %s", result))
		picture := filepath.Join(t.ArtifactDir(), "history.html")
		if err := porcupine.VisualizePath(versioned.ToModel(), info, picture); err != nil {
			t.Error(err)
		}
	}
	_, violations := learned(all)
	v.add(violations...)
	requests, acknowledged, unanswered := d.history.count()
	v.print(t, "porcupine, %d clients, %d drafts: %d requests, %d updates acknowledged, %d cut off, decided within %d ms",
		linearClients, linearDrafts, requests, acknowledged, unanswered, decided.Milliseconds())
}

// beginLinear sets 64 clients to work that update and read few drafts.
func (d *driver) beginLinear(t *testing.T, random *rand.Rand) *load {
	t.Helper()
	return d.beginWith(t, random, linearClients, func(own *rand.Rand, n int) operation {
		key := fmt.Sprintf("draft-%d", own.IntN(linearDrafts))
		if own.IntN(3) == 0 {
			return operation{Client: n, Kind: read, Key: key}
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		return operation{Client: n, Kind: rename, Key: key, Sent: d.known[key]}
	})
}

// register is a draft as the model knows it.
type register struct {
	version int64
	mark    string
}

// versioned is the model: an update succeeds if, and only if, it names the current
// version; what is cut off was done or not.
var versioned = porcupine.NondeterministicModel{
	Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
		of := map[string][]porcupine.Operation{}
		for _, o := range all {
			key := o.Input.(operation).Key
			of[key] = append(of[key], o)
		}
		return slices.Collect(maps.Values(of))
	},
	Init: func() []any { return []any{register{}} },
	Step: func(state, input, _ any) []any { return step(state.(register), input.(operation)) },
	DescribeOperation: func(input, _ any) string {
		o := input.(operation)
		return fmt.Sprintf("%s %s at %d: %d, %s at %d", o.Kind, o.Mark, o.Sent, o.Status, o.Found, o.Version)
	},
}

// step is what a draft may be after an operation; nothing: the answer is wrong.
func step(now register, o operation) []any {
	next := register{version: o.Sent + 1, mark: o.Mark}
	switch {
	case o.Kind == create:
		if now == (register{}) && o.Version == 1 {
			return []any{register{version: 1, mark: o.Found}}
		}
	case o.Kind == read:
		if o.unanswered() || now == (register{version: o.Version, mark: o.Found}) {
			return []any{now}
		}
	case o.acknowledged():
		if now.version == o.Sent && o.Version == next.version && o.Found == o.Mark {
			return []any{next}
		}
	case o.Status == http.StatusConflict:
		if now.version == o.Version && now.version != o.Sent {
			return []any{now}
		}
	case o.unanswered() && now.version == o.Sent:
		return []any{now, next}
	case o.unanswered():
		return []any{now}
	}
	return nil
}

// concurrent is a history in the form of porcupine. A request that was cut off had
// no effect after its client heard of that: the process was gone.
func concurrent(all []operation) (out []porcupine.Operation) {
	for _, o := range resolved(all) {
		out = append(out, porcupine.Operation{
			ClientId: o.Client, Input: o, Call: o.Invoked.UnixNano(), Output: o.Status, Return: o.Returned.UnixNano(),
		})
	}
	return out
}

// resolved decides of requests that were cut off what can be decided: each version
// is one document, so whoever saw it knows whose it is. Without that the search
// would try every subset of them.
func resolved(all []operation) (out []operation) {
	type version struct {
		key string
		n   int64
	}
	seen, latest := map[version]string{}, map[string]int64{}
	for _, o := range all {
		if o.acknowledged() {
			seen[version{o.Key, o.Version}] = o.Found
			latest[o.Key] = max(latest[o.Key], o.Version)
		}
	}
	for _, o := range all {
		if !o.unanswered() {
			out = append(out, o)
			continue
		}
		mark, known := seen[version{o.Key, o.Sent + 1}]
		switch {
		case o.Kind == read || known && mark != o.Mark || o.Sent >= latest[o.Key]:
			// It changed nothing.
		case known:
			o.Status, o.Version, o.Found = http.StatusOK, o.Sent+1, o.Mark
			out = append(out, o)
		default:
			out = append(out, o)
		}
	}
	return out
}
