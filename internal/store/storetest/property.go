package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// testModel does the same to a store and to the model, at random, and compares
// every answer, and all that can be read.
func testModel(t *testing.T, open func(t *testing.T) store.Store) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		s := open(t)
		defer closeStore(t, s)
		m := &machine{store: s, model: newModel(), now: dawn}
		rt.Repeat(map[string]func(*rapid.T){
			"": m.compareAtTimes,
			"time passes": func(t *rapid.T) {
				m.now = m.now.Add(time.Duration(rapid.IntRange(1, 20).Draw(t, "seconds")) * time.Second)
			},
			"insert":        m.insert,
			"update":        m.update,
			"finish":        m.finish,
			"delete":        m.remove,
			"list":          m.list,
			"search":        m.search,
			"status":        m.status,
			"history":       m.history,
			"claim":         m.claim,
			"extend":        m.extend,
			"release":       m.release,
			"end":           m.end,
			"due":           m.due,
			"expire leases": m.expireLeases,
			"remove runs":   m.removeRuns,
			"put client":    m.putClient,
			"remove client": m.removeClient,
			"put token":     m.putToken,
			"remove token":  m.removeToken,
			"remove tokens": m.removeTokens,
		})
		m.compare(rt)
	})
}

// machine is a store beside its model.
type machine struct {
	store, model store.Store
	now          time.Time
	// claims are all that were ever made; most are lost by now.
	claims []store.Run
	steps  int
}

// both asks the store and the model the same, and fails when they answer
// differently.
func (m *machine) both(t *rapid.T, ask func(store.Store) (any, error)) (any, error) {
	t.Helper()
	want, wantErr := ask(m.model)
	got, gotErr := ask(m.store)
	if kindOf(gotErr) != kindOf(wantErr) {
		t.Fatalf("error %v, want %v", gotErr, wantErr)
	}
	if wantErr == nil {
		requireEqual(t, got, want)
	}
	return want, wantErr
}

func (m *machine) do(t *rapid.T, act func(store.Store) error) {
	t.Helper()
	_, _ = m.both(t, func(s store.Store) (any, error) { return nil, act(s) })
}

// compareAtTimes compares after every third step: it takes longer than a step.
func (m *machine) compareAtTimes(t *rapid.T) {
	if m.steps++; m.steps%3 == 0 {
		m.compare(t)
	}
}

func (m *machine) compare(t *rapid.T) { requireEqual(t, read(t, m.store), read(t, m.model)) }

// tick is the time now, later than any before.
func (m *machine) tick() time.Time {
	m.now = m.now.Add(time.Microsecond)
	return m.now
}

// pick draws one of the names.
func pick[V any](t *rapid.T, what string, from []V) V { return rapid.SampledFrom(from).Draw(t, what) }

func chance(t *rapid.T, what string) bool { return rapid.Bool().Draw(t, what) }

// some draws a few of the names, perhaps some twice.
func some[V any](t *rapid.T, what string, from []V) []V {
	return rapid.SliceOfN(rapid.SampledFrom(from), 0, 3).Draw(t, what)
}

var (
	someStatuses  = []api.ConnectorStatus{api.StatusDraft, api.StatusProcessing, api.StatusPublished, api.StatusFailed}
	someMasks     = []store.TypeMask{0, 0b001, 0b010, 0b011, 0b110, 1 << 13}
	someCompanies = []string{"", "Acme", "acme"}
	sortFields    = []store.SortField{
		store.SortCreatedAt, store.SortLastModifiedAt, store.SortName, store.SortKey, store.SortID, store.SortVersion, store.SortStatus,
	}
)

// vary draws what a request may change of d.
func vary(t *rapid.T, d store.Draft, now time.Time) store.Draft {
	d.LastModifiedAt = now
	d.Name = pick(t, "name", byCodePoint)
	d.Status = pick(t, "status", someStatuses)
	d.Types = pick(t, "types", someMasks)
	d.Private = chance(t, "private")
	d.Document = fmt.Appendf(document(d.ID, d.Version), "%q", d.Name)
	d.Facts = fmt.Appendf(nil, `{"at":%d}`, now.UnixMicro())
	return d
}

// burden draws what else a set does.
func (m *machine) burden(t *rapid.T, w store.WriteSet) store.WriteSet {
	if chance(t, "connector") && w.Op != store.Delete {
		c := newConnector(w.Draft)
		c.Private, c.Listed, c.Version = chance(t, "connector is private"), chance(t, "listed"), w.Draft.Version
		c.Company = pick(t, "company", someCompanies)
		c.Document = fmt.Appendf(nil, "connector of %s", w.Draft.Document)
		w.Connector = &c
	}
	if chance(t, "projects") && w.Op != store.Delete {
		w.PrivateProjects = pointer(some(t, "private projects", viewers))
	}
	if chance(t, "run") {
		r := newRun(pick(t, "run", runIDs), w.Draft)
		r.Kind = pick(t, "kind", []store.RunKind{store.RunPreview, store.RunPublish})
		r.DueAt = w.Draft.LastModifiedAt.Add(time.Duration(rapid.IntRange(0, 9).Draw(t, "due in")) * time.Second)
		w.StartRuns = []store.Run{r}
	}
	if chance(t, "cancel") {
		w.CancelRun = pick(t, "run to cancel", runIDs)
	}
	return w
}

func (m *machine) insert(t *rapid.T) {
	now := m.tick()
	d := newDraft(pick(t, "id", draftIDs), func(d *store.Draft) {
		d.Key, d.Owner = pick(t, "key", append(draftKeys, "")), pick(t, "owner", owners)
		d.CreatedAt = now
	})
	w := m.burden(t, inserting(vary(t, d, now)))
	m.do(t, func(s store.Store) error { return s.Commit(background, w) })
}

// existing draws a draft that is there, or now and then one that is not.
func (m *machine) existing(t *rapid.T) store.Draft {
	var there, missing []store.Draft
	for _, id := range draftIDs {
		if d, err := m.model.Draft(background, store.Ref{ID: id}); err == nil {
			there = append(there, d)
		} else {
			missing = append(missing, newDraft(id))
		}
	}
	if len(there) == 0 || len(missing) > 0 && rapid.IntRange(0, 9).Draw(t, "missing") == 0 {
		return pick(t, "draft", missing)
	}
	return pick(t, "draft", there)
}

// outdated makes one set in some guard a version that is not the draft's.
func outdated(t *rapid.T, w store.WriteSet) store.WriteSet {
	if rapid.IntRange(0, 4).Draw(t, "version") == 0 {
		w.Guard.Version--
	}
	return w
}

func (m *machine) update(t *rapid.T) {
	before := m.existing(t)
	w := m.burden(t, updating(before, vary(t, next(before), m.tick())))
	m.commit(t, outdated(t, w))
}

func (m *machine) remove(t *rapid.T) {
	before := m.existing(t)
	before.LastModifiedAt = m.tick()
	m.commit(t, outdated(t, m.burden(t, deleting(before))))
}

// finish updates the draft of a claim, held or lost, and ends its run.
func (m *machine) finish(t *rapid.T) {
	held := m.anyClaim(t)
	before, err := m.model.Draft(background, store.Ref{ID: held.DraftID})
	if err != nil {
		t.Skip("the draft is gone")
	}
	w := m.burden(t, updating(before, vary(t, next(before), m.tick())))
	w.Guard.RunID, w.Guard.Token = held.ID, held.Token
	if chance(t, "end") {
		w.EndRun = pointer(m.randomEnd(t))
	}
	m.commit(t, outdated(t, w))
}

func (m *machine) commit(t *rapid.T, w store.WriteSet) {
	t.Helper()
	m.do(t, func(s store.Store) error { return s.Commit(background, w) })
}

func (m *machine) list(t *rapid.T) {
	q := store.DraftQuery{
		Owner:  pick(t, "owner", owners),
		Types:  some(t, "types", someMasks[1:]),
		Sort:   someOrder(t),
		Limit:  rapid.IntRange(0, 4).Draw(t, "limit"),
		Offset: rapid.IntRange(0, 4).Draw(t, "offset"),
	}
	if chance(t, "by privacy") {
		q.Private = pointer(chance(t, "private"))
	}
	_, _ = m.both(t, func(s store.Store) (any, error) { return s.Drafts(background, q) })
}

// someOrder draws keys of an order.
func someOrder(t *rapid.T) (keys []store.Sort) {
	for _, field := range some(t, "sort", sortFields) {
		keys = append(keys, store.Sort{Field: field, Desc: chance(t, "desc")})
	}
	return keys
}

// search looks for a little of everything, so that it finds something.
func (m *machine) search(t *rapid.T) {
	q := store.ConnectorQuery{
		Viewer:      pick(t, "viewer", viewers),
		OnlyPrivate: chance(t, "only private"),
		Sort:        someOrder(t),
		Limit:       rapid.IntRange(0, 4).Draw(t, "limit"),
		Offset:      rapid.IntRange(0, 2).Draw(t, "offset"),
	}
	switch pick(t, "filter", []string{"none", "terms", "types", "company", "ids", "keys"}) {
	case "terms":
		q.Terms = some(t, "terms", []string{"a", "e", "é", "b"})
	case "types":
		q.Types = some(t, "types", someMasks[1:])
	case "company":
		q.Company = pointer(pick(t, "company", someCompanies))
	case "ids":
		q.IDs = some(t, "ids", draftIDs)
	case "keys":
		q.Keys = some(t, "keys", draftKeys)
	}
	_, _ = m.both(t, func(s store.Store) (any, error) { return s.Connectors(background, q) })
}

func (m *machine) status(t *rapid.T) {
	states := some(t, "states", someStatuses)
	limit, offset := rapid.IntRange(0, 4).Draw(t, "limit"), rapid.IntRange(0, 2).Draw(t, "offset")
	type answer struct {
		Drafts []store.Draft
		Total  int
	}
	_, _ = m.both(t, func(s store.Store) (any, error) {
		drafts, total, err := s.DraftsOfStatus(background, states, limit, offset)
		return answer{drafts, total}, err
	})
}

func (m *machine) history(t *rapid.T) {
	id := pick(t, "id", draftIDs)
	limit, offset := rapid.IntRange(0, 4).Draw(t, "limit"), rapid.IntRange(0, 4).Draw(t, "offset")
	_, _ = m.both(t, func(s store.Store) (any, error) {
		runs, total, err := s.RunsOf(background, id, limit, offset)
		return history{runs, total}, err
	})
}

func (m *machine) claim(t *rapid.T) {
	now := m.tick()
	c := store.Claim{
		Token: fmt.Sprintf("token %d", len(m.claims)), Now: now,
		Until: now.Add(time.Duration(rapid.IntRange(0, 10).Draw(t, "lease")) * time.Second),
	}
	id := m.anyRun(t, now)
	r, err := m.both(t, func(s store.Store) (any, error) { return s.ClaimRun(background, id, c) })
	if err == nil {
		m.claims = append(m.claims, r.(store.Run))
	}
}

// anyRun draws a run that is due, or now and then any.
func (m *machine) anyRun(t *rapid.T, now time.Time) string {
	due, err := m.model.DueRuns(background, now, everything)
	requireNil(t, err)
	if len(due) == 0 || rapid.IntRange(0, 4).Draw(t, "any run") == 0 {
		return pick(t, "run", runIDs)
	}
	return pick(t, "due run", due)
}

// anyClaim draws a claim that was made once, the latest ones most often.
func (m *machine) anyClaim(t *rapid.T) store.Run {
	if len(m.claims) == 0 {
		t.Skip("no claim")
	}
	return pick(t, "claim", m.claims[max(0, len(m.claims)-4):])
}

func (m *machine) extend(t *rapid.T) {
	held, until := m.anyClaim(t), m.tick().Add(lease)
	m.do(t, func(s store.Store) error { return s.ExtendRun(background, held.ID, held.Token, until) })
}

func (m *machine) release(t *rapid.T) {
	held, due := m.anyClaim(t), m.tick().Add(time.Second)
	m.do(t, func(s store.Store) error { return s.ReleaseRun(background, held.ID, held.Token, due) })
}

func (m *machine) end(t *rapid.T) {
	held, end := m.anyClaim(t), m.randomEnd(t)
	m.do(t, func(s store.Store) error { return s.EndRun(background, held.ID, held.Token, end) })
}

func (m *machine) randomEnd(t *rapid.T) store.RunEnd {
	end := store.RunEnd{
		State:   pick(t, "state", []store.RunState{store.RunSucceeded, store.RunFailed, store.RunCancelled}),
		EndedAt: m.tick(),
	}
	if end.State != store.RunCancelled {
		end.Commit, end.Steps, end.Report = "0123abcd", []byte(`[]`), []byte(`{"valid":true}`)
		end.Findings = []byte(`{"errors":0}`)
	}
	return end
}

func (m *machine) due(t *rapid.T) {
	limit := rapid.IntRange(0, 4).Draw(t, "limit")
	_, _ = m.both(t, func(s store.Store) (any, error) { return s.DueRuns(background, m.now, limit) })
	_, _ = m.both(t, func(s store.Store) (any, error) { return s.Backlog(background, m.now) })
}

func (m *machine) expireLeases(t *rapid.T) {
	_, _ = m.both(t, func(s store.Store) (any, error) { return s.ExpireLeases(background, m.now) })
}

func (m *machine) removeRuns(t *rapid.T) {
	before := m.now.Add(-time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds")) * time.Second)
	limit := rapid.IntRange(1, 3).Draw(t, "limit")
	var after store.RunPlace
	for done := false; !done; {
		removed, err := m.both(t, func(s store.Store) (any, error) { return s.RemoveRuns(background, before, after, limit) })
		requireNil(t, err)
		after, done = removed.(store.RemovedRuns).Last, removed.(store.RemovedRuns).Done
	}
}

func (m *machine) putClient(t *rapid.T) {
	c := newClient(pick(t, "client", clientIDs))
	c.CreatedAt = m.now // several may come at once
	c.Project = pick(t, "project", owners)
	c.Scopes = slices.Compact(some(t, "scopes", []string{"manage_project", "view_connectors"}))
	m.do(t, func(s store.Store) error { return s.PutClient(background, c) })
}

func (m *machine) removeClient(t *rapid.T) {
	id := pick(t, "client", clientIDs)
	m.do(t, func(s store.Store) error { return s.RemoveClient(background, id) })
}

func (m *machine) putToken(t *rapid.T) {
	token := newToken(pick(t, "token", tokens), pick(t, "client", clientIDs))
	token.ExpiresAt = m.now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "lifetime")) * time.Second)
	m.do(t, func(s store.Store) error { return s.PutToken(background, token) })
}

func (m *machine) removeToken(t *rapid.T) {
	id, name := pick(t, "client", clientIDs), pick(t, "token", tokens)
	m.do(t, func(s store.Store) error { return s.RemoveToken(background, id, hash(name)) })
}

func (m *machine) removeTokens(t *rapid.T) {
	m.do(t, func(s store.Store) error { return s.RemoveExpiredTokens(background, m.now) })
}
