package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// model is the meaning of the interface, written with maps and sort: what a
// store must do, without how.
type model struct {
	mu         sync.Mutex
	drafts     map[string]store.Draft
	connectors map[string]store.Connector
	projects   map[string][]string
	reserved   map[string]string // key → project
	runs       map[string]store.Run
	clients    map[string]store.Client
	tokens     map[string]store.Token

	credentials map[string]store.Credential
	knownHosts  map[[2]string]store.KnownHost // by host and key
}

var _ store.Store = (*model)(nil)

func newModel() *model {
	return &model{
		drafts:     make(map[string]store.Draft),
		connectors: make(map[string]store.Connector),
		projects:   make(map[string][]string),
		reserved:   make(map[string]string),
		runs:       make(map[string]store.Run),
		clients:    make(map[string]store.Client),
		tokens:     make(map[string]store.Token),

		credentials: make(map[string]store.Credential),
		knownHosts:  make(map[[2]string]store.KnownHost),
	}
}

// enter begins a call, which ends with the function returned.
func (m *model) enter(ctx context.Context) (func(), error) {
	m.mu.Lock()
	return m.mu.Unlock, ctx.Err()
}

func (m *model) Ping(ctx context.Context) error { return ctx.Err() }

func (m *model) Writable(ctx context.Context) error { return ctx.Err() }

func (m *model) Close() error { return nil }

func (m *model) Commit(ctx context.Context, w store.WriteSet) error {
	leave, err := m.enter(ctx)
	defer leave()
	if err == nil {
		err = m.refusal(w)
	}
	if err != nil {
		return err
	}
	m.writeDraft(w)
	id := w.Draft.ID
	if w.Connector != nil {
		m.writeConnector(*w.Connector)
	}
	if w.PrivateProjects != nil {
		m.projects[id] = slices.Compact(slices.Sorted(slices.Values(*w.PrivateProjects)))
	}
	if r, ok := m.runs[w.CancelRun]; ok {
		m.runs[r.ID] = asked(r, w.Draft.LastModifiedAt)
	}
	if w.EndRun != nil {
		m.runs[w.Guard.RunID] = ended(m.runs[w.Guard.RunID], *w.EndRun)
	}
	for _, r := range w.StartRuns {
		m.runs[r.ID] = store.Run{
			ID: r.ID, DraftID: r.DraftID, Project: r.Project, Kind: r.Kind, Certification: r.Certification,
			State: store.RunQueued, DueAt: r.DueAt, URL: r.URL, Tag: r.Tag, CreatedAt: r.CreatedAt,
		}
	}
	return nil
}

// refusal is why w cannot be applied, nil when it can.
func (m *model) refusal(w store.WriteSet) error {
	old, exists := m.drafts[w.Draft.ID]
	held := m.holds(w.Guard.RunID, w.Guard.Token)
	switch w.Op {
	case store.Insert:
		_, err := m.draft(store.Ref{Key: w.Draft.Key})
		project, reserved := m.reserved[w.Draft.Key]
		if exists || err == nil || reserved && project != w.Draft.Owner {
			return store.ErrKeyTaken
		}
	case store.Update, store.Delete:
		if !exists || old.Version != w.Guard.Version || w.Guard.RunID != "" && !held {
			return store.ErrConflict
		}
	default:
		return fmt.Errorf("operation %d", w.Op)
	}
	if w.EndRun != nil && !held {
		return store.ErrConflict
	}
	for _, r := range w.StartRuns {
		if _, ok := m.runs[r.ID]; ok {
			return fmt.Errorf("run %s exists", r.ID)
		}
	}
	return nil
}

func (m *model) writeDraft(w store.WriteSet) {
	d := w.Draft
	if w.Op == store.Delete {
		delete(m.drafts, d.ID)
		delete(m.connectors, d.ID)
		delete(m.projects, d.ID)
		return
	}
	if old, ok := m.drafts[d.ID]; ok {
		d.Key, d.Owner, d.CreatedAt = old.Key, old.Owner, old.CreatedAt
	}
	d.CreatedAt, d.LastModifiedAt = stored(d.CreatedAt), stored(d.LastModifiedAt)
	m.drafts[d.ID] = d
}

func (m *model) writeConnector(c store.Connector) {
	if old, ok := m.connectors[c.ID]; ok {
		c.Key, c.Owner, c.CreatedAt = old.Key, old.Owner, old.CreatedAt
	}
	c.PrivateProjects = nil
	m.connectors[c.ID] = c
	if _, ok := m.reserved[c.Key]; c.Key != "" && !ok {
		m.reserved[c.Key] = c.Owner
	}
}

func (m *model) Draft(ctx context.Context, ref store.Ref) (store.Draft, error) {
	leave, err := m.enter(ctx)
	defer leave()
	if err != nil {
		return store.Draft{}, err
	}
	return m.draft(ref)
}

func (m *model) draft(ref store.Ref) (store.Draft, error) {
	for _, d := range m.drafts {
		if named(ref, d.ID, d.Key) {
			return d, nil
		}
	}
	return store.Draft{}, store.ErrNotFound
}

func (m *model) Connector(ctx context.Context, ref store.Ref) (store.Connector, error) {
	leave, err := m.enter(ctx)
	defer leave()
	if err != nil {
		return store.Connector{}, err
	}
	for _, c := range m.connectors {
		if named(ref, c.ID, c.Key) {
			c.PrivateProjects = m.projects[c.ID]
			return c, nil
		}
	}
	return store.Connector{}, store.ErrNotFound
}

func (m *model) KeyReservation(ctx context.Context, key string) (string, error) {
	leave, err := m.enter(ctx)
	defer leave()
	project, ok := m.reserved[key]
	if err == nil && !ok {
		err = store.ErrNotFound
	}
	return project, err
}

func named(ref store.Ref, id, key string) bool {
	if ref.ID != "" {
		return ref.ID == id
	}
	return ref.Key != "" && ref.Key == key
}

// stored is t as precise as a store keeps it.
func stored(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
