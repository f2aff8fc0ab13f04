package connector

import (
	"reflect"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// A member that is added to the Connector must be published, and compared.
func TestPublishedIsWhole(t *testing.T) {
	t.Parallel()
	d := api.ConnectorStaged{
		ID: "id", Key: "key", Version: 1, Name: "n", Description: "d", IntegrationTypes: []api.IntegrationType{"tax"},
		Creator: api.Creator{Email: "e"}, Repository: v1, Configurations: []api.ConnectorConfigurationApplication{{ApplicationName: "a"}},
		GlobalConfiguration: &api.ConnectorConfiguration{}, APIClient: &api.ConnectorAPIClient{}, Private: true,
		SupportedRegions: []string{"r"}, DocumentationURL: "u", Certified: true,
	}
	notPublished := map[string]bool{"ID": true, "Key": true, "Version": true, "Private": true, "Certified": true}
	v := reflect.ValueOf(published(&d))
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if v.Field(i).IsZero() != notPublished[name] {
			t.Errorf("%s is published: %t", name, !v.Field(i).IsZero())
		}
	}
	c := published(&d)
	c.ID, c.Key, c.Version, c.Private, c.Certified = "id", "key", 3, true, true
	requireEqual(t, "the same part of a Connector", published(&d), publishedOf(&c))
}

func TestHasChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.publish(t, w.create(t, func(d *api.ConnectorStagedDraft) {
		d.IntegrationTypes, d.SupportedRegions = []api.IntegrationType{"tax"}, []string{"us-central1.gcp"}
		d.Description, d.DocumentationURL = "Taxes", "https://example.com"
		d.Creator = api.Creator{
			Name: "Jane", Title: "Dr", Email: "jane@example.com", Company: "Acme", LogoURL: "https://example.com/l",
			NoOfContributors: 2, SupportURL: "https://example.com/s",
		}
	}))
	requireEqual(t, "after the publish", "Published, preview none, changes false, listed true, certified false, private true", statusOf(d))
	back := map[string]api.UpdateAction{
		"setName": api.SetName("Tax"), "setDescription": api.SetDescription("Taxes"), "setDocumentationUrl": api.SetDocumentationURL("https://example.com"),
		"setIntegrationTypes": api.SetIntegrationTypes("tax"), "setSupportedRegions": api.SetSupportedRegions("us-central1.gcp"),
		"setRepository": api.SetRepository(v1), "setCreatorName": api.SetCreatorName("Jane"), "setCreatorTitle": api.SetCreatorTitle("Dr"),
		"setCreatorEmail": api.SetCreatorEmail("jane@example.com"), "setCreatorCompany": api.SetCreatorCompany("Acme"),
		"setCreatorNoOfContributors": api.SetCreatorNoOfContributors(2), "setCreatorSupportUrl": api.SetCreatorSupportURL("https://example.com/s"),
		"setCreatorLogo": api.SetCreatorLogo("https://example.com/l"),
	}
	there := everyAction()
	there["setIntegrationTypes"] = api.SetIntegrationTypes("other", "tax")
	there["setSupportedRegions"] = api.SetSupportedRegions("europe-west1.gcp")
	there["setDocumentationUrl"] = api.SetDocumentationURL("")
	for name, a := range there {
		if back[name] == nil {
			continue // changes none of the data
		}
		d = w.update(t, d, a)
		if !d.HasChanges || d.Status != api.StatusPublished {
			t.Errorf("after %s: %s", name, statusOf(d))
		}
		w.requireConsistent(t, d.ID)
		if d = w.update(t, d, back[name]); d.HasChanges {
			t.Errorf("after %s and back: %s", name, statusOf(d))
		}
		w.requireConsistent(t, d.ID)
	}
	// A tag that declares the same is another release.
	if d = w.update(t, d, api.SetRepository(v2)); !d.HasChanges {
		t.Error("another tag is no change")
	}
	// Who may see it is no part of it.
	d = w.update(t, d, api.SetRepository(v1))
	if d = w.update(t, d, api.AddPrivateProject(bolt.Project)); d.HasChanges {
		t.Error("privateProjects are a change")
	}
}

// What a newer binary wrote beside what this one knows is kept.
func TestUnknownMembersAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.publish(t, w.create(t))
	r, err := w.load(always, byID(d))
	if err != nil {
		t.Fatal(err)
	}
	const badge, score = `"badge":{"of":["gold"]}`, `"score":1.50`
	with := func(text []byte, member string) []byte {
		return []byte(strings.TrimSuffix(string(text), "}") + "," + member + "}")
	}
	row := r.before
	row.Version++
	row.Document = with([]byte(strings.Replace(string(row.Document), `"version":3`, `"version":4`, 1)), badge)
	row.Facts = with(row.Facts, score)
	production := r.productionRow
	production.Document = with(production.Document, badge)
	set := store.WriteSet{Op: store.Update, Guard: store.Guard{Version: d.Version}, Draft: row, Connector: &production}
	if err := w.store.Commit(always, set); err != nil {
		t.Fatal(err)
	}
	doc, err := w.Update(always, acme, byID(d), w.updateOf(t, 4))
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "after a request that changes nothing", string(row.Document), string(doc))

	if _, err := w.Update(always, acme, byID(d), w.updateOf(t, 4, api.SetName("x"), api.Publish(false))); err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(always, w.claim(t, d), w.passes(t, d)); err != nil {
		t.Fatal(err)
	}
	after, err := w.load(always, byID(d))
	if err != nil {
		t.Fatal(err)
	}
	if after.doc.Version != 6 || after.doc.Name != "x" || after.production.Version != 2 {
		t.Errorf("draft at %d, %q; Connector at %d", after.doc.Version, after.doc.Name, after.production.Version)
	}
	for what, text := range map[string][]byte{
		badge: after.before.Document, score: after.before.Facts, badge + " ": after.productionRow.Document,
	} {
		if !strings.Contains(string(text), strings.TrimSpace(what)) {
			t.Errorf("%s is lost: %s", what, text)
		}
	}
}

// What is stored and cannot be read is trouble of ours, and stays as it is.
func TestLoadOfWhatIsBroken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for want, spoil := range map[string]func(*store.Draft, *store.Connector){
		"document of draft":     func(d *store.Draft, _ *store.Connector) { d.Document = []byte(`{"version": "x"}`) },
		"facts of draft":        func(d *store.Draft, _ *store.Connector) { d.Facts = []byte(`[]`) },
		"document of connector": func(_ *store.Draft, c *store.Connector) { c.Document = []byte(`{`) },
	} {
		d := w.publish(t, w.create(t))
		r, err := w.load(always, byID(d))
		if err != nil {
			t.Fatal(err)
		}
		row, production := r.before, r.productionRow
		row.Version++
		spoil(&row, &production)
		set := store.WriteSet{Op: store.Update, Guard: store.Guard{Version: d.Version}, Draft: row, Connector: &production}
		if err := w.store.Commit(always, set); err != nil {
			t.Fatal(err)
		}
		if _, err := w.load(always, byID(d)); err == nil || !strings.Contains(err.Error(), want+" "+d.ID) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
