package connector

import (
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/store"
)

func TestDraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.create(t, withKey("tax"))
	stored, err := w.store.Draft(always, byID(d))
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range []store.Ref{{ID: d.ID}, {Key: "tax"}} {
		doc, err := w.Draft(always, acme, ref)
		if err != nil {
			t.Fatal(err)
		}
		requireEqual(t, "document", string(stored.Document), string(doc))
	}
}

// A project lists its own drafts, whichever it asks for.
func TestDrafts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine := w.create(t)
	if _, err := w.Create(always, bolt, newDraft()); err != nil {
		t.Fatal(err)
	}
	for _, owner := range []string{"", acme.Project, bolt.Project} {
		page, err := w.Drafts(always, acme, store.DraftQuery{Owner: owner, Limit: 5})
		if err != nil || page.Total != 1 || len(page.Documents) != 1 {
			t.Fatalf("owner %q: %d documents, total %d, error %v", owner, len(page.Documents), page.Total, err)
		}
		requireEqual(t, "draft", mine, decoded[api.ConnectorStaged](t, page.Documents[0]))
	}
	tax, other := store.MaskOf([]api.IntegrationType{"tax"}), store.MaskOf([]api.IntegrationType{"other"})
	w.update(t, mine, api.SetIntegrationTypes("tax"))
	for mask, want := range map[store.TypeMask]int{tax: 1, other: 0, tax | other: 1} {
		page, err := w.Drafts(always, acme, store.DraftQuery{Types: []store.TypeMask{mask}, Limit: 5})
		if err != nil || page.Total != want || len(page.Documents) != want {
			t.Errorf("types %b: %d documents, total %d, error %v; want %d", mask, len(page.Documents), page.Total, err, want)
		}
	}
}

func TestConnector(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	third := auth.Principal{Project: "us-central1.gcp:third"}
	boltElsewhere := auth.Principal{Project: "us-central1.gcp:bolt"}
	d := w.create(t, withKey("tax"), func(d *api.ConnectorStagedDraft) { d.PrivateProjects = []string{bolt.Project, "r:zz"} })
	sees := func(p auth.Principal, ref store.Ref) bool {
		t.Helper()
		doc, err := w.Connector(always, p, ref)
		if err != nil {
			requireProblem(t, err, 404, api.CodeResourceNotFound)
			return false
		}
		stored, err := w.store.Connector(always, byID(d))
		if err != nil {
			t.Fatal(err)
		}
		requireEqual(t, "document", string(stored.Document), string(doc))
		return true
	}
	for _, tc := range []struct {
		name   string
		become func() api.ConnectorStaged
		want   []bool // acme, bolt, a project of bolt's key in another region, a third
	}{
		{"unpublished", func() api.ConnectorStaged { return d }, []bool{false, false, false, false}},
		{"private", func() api.ConnectorStaged { return w.publish(t, d) }, []bool{true, true, false, false}},
		{"public", func() api.ConnectorStaged { return w.rewrite(t, d.ID, certified) }, []bool{true, true, true, true}},
	} {
		d = tc.become()
		for i, p := range []auth.Principal{acme, bolt, boltElsewhere, third} {
			for _, ref := range []store.Ref{{ID: d.ID}, {Key: "tax"}} {
				if got := sees(p, ref); got != tc.want[i] {
					t.Errorf("%s: %s sees %+v: %t", tc.name, p.Project, ref, got)
				}
			}
		}
	}
}
