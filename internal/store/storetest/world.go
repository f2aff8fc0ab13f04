package storetest

import (
	"crypto/sha256"
	"slices"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// The names that the suite gives. Whoever compares two stores reads them by
// these names.
var (
	draftIDs  = []string{"d1", "d2", "d3", "d4"}
	draftKeys = []string{"k1", "k2"}
	owners    = []string{"europe-west1.gcp:acme", "us-central1.gcp:beta"}
	projects  = []string{"a:one", "b:two", "c:three"} // to give private Connectors to
	viewers   = slices.Concat(owners, projects)
	runIDs    = []string{"r1", "r2", "r3", "r4", "r5"}
	clientIDs = []string{"c1", "c2", "c3"}
	tokens    = []string{"t1", "t2", "t3"}
)

// dawn is when every test begins.
var dawn = time.Date(2026, time.March, 1, 12, 0, 0, 123456000, time.UTC)

// at is a moment some seconds after the beginning.
func at(seconds int) time.Time { return dawn.Add(time.Duration(seconds) * time.Second) }

// newDraft is version 1 of a draft of owners[0].
func newDraft(id string, change ...func(*store.Draft)) store.Draft {
	d := store.Draft{
		ID: id, Version: 1, Owner: owners[0], Name: "Draft " + id, Status: api.StatusDraft, Private: true,
		CreatedAt: dawn, LastModifiedAt: dawn, Document: document(id, 1), Facts: []byte(`{}`),
	}
	for _, c := range change {
		c(&d)
	}
	return d
}

func withKey(key string) func(*store.Draft) { return func(d *store.Draft) { d.Key = key } }

// next is the version after d.
func next(d store.Draft, change ...func(*store.Draft)) store.Draft {
	d.Version++
	d.LastModifiedAt = d.LastModifiedAt.Add(time.Second)
	d.Document = document(d.ID, d.Version)
	for _, c := range change {
		c(&d)
	}
	return d
}

// inserting is the set that inserts d.
func inserting(d store.Draft) store.WriteSet {
	return store.WriteSet{Op: store.Insert, Draft: d, Counters: store.CountDraft(nil, &d)}
}

// updating is the set that makes after of before.
func updating(before, after store.Draft) store.WriteSet {
	return store.WriteSet{
		Op: store.Update, Guard: store.Guard{Version: before.Version},
		Draft: after, Counters: store.CountDraft(&before, &after),
	}
}

// deleting is the set that deletes d.
func deleting(d store.Draft) store.WriteSet {
	return store.WriteSet{
		Op: store.Delete, Guard: store.Guard{Version: d.Version},
		Draft: store.Draft{ID: d.ID, LastModifiedAt: d.LastModifiedAt}, Counters: store.CountDraft(&d, nil),
	}
}

// newConnector is the first version of the Connector of d.
func newConnector(d store.Draft) store.Connector {
	return store.Connector{
		ID: d.ID, Key: d.Key, Version: 1, Owner: d.Owner, Name: d.Name, Private: true, Listed: true, Types: d.Types,
		Company: "Acme", SearchText: store.FoldText(d.Name),
		CreatedAt: d.LastModifiedAt, LastModifiedAt: d.LastModifiedAt, Document: document("connector "+d.ID, 1),
	}
}

// newRun is a preview of d that is due at once.
func newRun(id string, d store.Draft) store.Run {
	return store.Run{
		ID: id, DraftID: d.ID, Project: d.Owner, Kind: store.RunPreview, State: store.RunQueued,
		DueAt: d.LastModifiedAt, URL: "https://git.example.com/acme/" + d.ID + ".git", Tag: "v1.0.0",
		CreatedAt: d.LastModifiedAt,
	}
}

// newClient is a client of owners[0].
func newClient(id string) store.Client {
	return store.Client{
		ID: id, SecretHash: hash("secret of " + id), Project: owners[0],
		Scopes: []string{"manage_connectors", "view_connectors"}, CreatedAt: dawn,
	}
}

// newToken is a token of the client that ends after an hour.
func newToken(name, clientID string) store.Token {
	return store.Token{Hash: hash(name), ClientID: clientID, Scopes: []string{"view_connectors"}, ExpiresAt: at(3600)}
}

func hash(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

// add inserts drafts.
func add(t failer, s store.Store, drafts ...store.Draft) {
	t.Helper()
	for _, d := range drafts {
		requireNil(t, s.Commit(background, inserting(d)))
	}
}

// addRun inserts a draft with a run of it.
func addRun(t failer, s store.Store, d store.Draft, r store.Run) {
	t.Helper()
	w := inserting(d)
	w.StartRuns = []store.Run{r}
	requireNil(t, s.Commit(background, w))
}
