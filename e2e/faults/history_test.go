package faults_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
)

// kind is what a request asks for.
type kind string

const (
	create  kind = "create"
	rename  kind = "rename"  // a batch that gives name and description the same mark
	preview kind = "preview" // a rename that starts a preview
	publish kind = "publish" // a rename that starts a publish
	refuse  kind = "refuse"  // a rename with an action that must be refused
	remove  kind = "remove"
	read    kind = "read"
)

// operation is one request, and what was answered.
type operation struct {
	N      int    `json:"n"`
	Client int    `json:"client"`
	Kind   kind   `json:"kind"`
	Key    string `json:"key"`
	// Sent is the version that an update expects, Mark the name that it gives.
	Sent int64  `json:"sent,omitzero"`
	Mark string `json:"mark,omitzero"`

	Invoked  time.Time `json:"invoked"`
	Returned time.Time `json:"returned,omitzero"`
	// Status is the answer's, 0 when none came: then nobody knows what was done.
	Status int `json:"status,omitzero"`
	// Version, Found and Hash are those of the document that was answered. For a
	// refused update Version is the current one that the answer names.
	Version int64  `json:"version,omitzero"`
	Found   string `json:"found,omitzero"`
	Hash    string `json:"hash,omitzero"`
	// Written says whether the request reached the connection.
	Written bool   `json:"written,omitzero"`
	Trouble string `json:"trouble,omitzero"`
}

func (o *operation) acknowledged() bool { return o.Status == 200 || o.Status == 201 }
func (o *operation) unanswered() bool   { return o.Status == 0 }

func (o *operation) updates() bool {
	return o.Kind == rename || o.Kind == preview || o.Kind == publish || o.Kind == refuse
}

// took is what was answered about a draft.
func (o *operation) took(d *api.ConnectorStaged) {
	o.Version, o.Found, o.Hash = d.Version, d.Name, hash(d)
}

// hash is of a whole document: no two of them have the same version.
func hash(d *api.ConnectorStaged) string {
	text, err := json.Marshal(d)
	if err != nil {
		return err.Error()
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// history is every request of a test and its answer. Nothing in it is ever
// changed; the file is for who has to find out what happened.
type history struct {
	mu   sync.Mutex
	file *json.Encoder
	all  []operation
	sent int
	// acked is told of each write that was acknowledged, if somebody listens.
	acked chan struct{}
}

func newHistory(t *testing.T) *history {
	t.Helper()
	f, err := os.Create(filepath.Join(t.ArtifactDir(), "history.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return &history{file: json.NewEncoder(f), acked: make(chan struct{}, 1)}
}

// invoke notes a request before it is sent.
func (h *history) invoke(o operation) operation {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sent++
	o.N, o.Invoked = h.sent, time.Now()
	_ = h.file.Encode(o) // the file is a help, not the truth
	return o
}

// answer notes what came of a request.
func (h *history) answer(o operation) {
	h.mu.Lock()
	o.Returned = time.Now()
	h.all = append(h.all, o)
	_ = h.file.Encode(o)
	h.mu.Unlock()
	if o.acknowledged() && o.Kind != read {
		select {
		case h.acked <- struct{}{}:
		default:
		}
	}
}

// until is the history as of a moment: of what was sent before, and answers that
// came later are none. The zero time stands for the end.
func (h *history) until(moment time.Time) []operation {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []operation
	for _, o := range h.all {
		switch {
		case moment.IsZero():
		case o.Invoked.After(moment):
			continue
		case o.Returned.After(moment):
			o.Status, o.Version, o.Found, o.Hash = 0, 0, "", ""
		}
		out = append(out, o)
	}
	return out
}

// count says how many requests there were, how many writes were acknowledged,
// and how many requests nobody answered.
func (h *history) count() (requests, acknowledged, unanswered int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.all {
		switch o := &h.all[i]; {
		case o.unanswered():
			unanswered++
		case o.acknowledged() && o.Kind != read:
			acknowledged++
		}
	}
	return len(h.all), acknowledged, unanswered
}
