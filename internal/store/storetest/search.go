package storetest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/store"
)

//nolint:thelper // tests, which Run runs
var searchTests = map[string]func(*testing.T, store.Store){
	"of nothing": func(t *testing.T, s store.Store) {
		add(t, s, newDraft("a"))
		requireFound(t, s, searching(), "")
	},
	"shows documents as they were written": func(t *testing.T, s store.Store) {
		addConnector(t, s, "a", func(c *store.Connector) { c.Document = []byte(oddDocument) })
		page := must(s.Connectors(t.Context(), searching()))(t)
		requireEqual(t, texts(page), []string{oddDocument})
	},
	"shows what is public, one's own, and what one was given": func(t *testing.T, s store.Store) {
		own, given, stranger := owners[0], owners[1], "c:three"
		addConnector(t, s, "a")
		addConnector(t, s, "b", private(given))
		addConnector(t, s, "c", private())
		addConnector(t, s, "d", private(own), func(c *store.Connector) { c.Owner = given })
		addConnector(t, s, "e", unlisted)
		addConnector(t, s, "f", private(given), unlisted)
		for _, c := range []struct{ viewer, all, onlyPrivate string }{
			{own, "abcd", "bcd"}, {given, "abd", "bd"}, {stranger, "a", ""}, {"", "a", ""},
			{own[:len(own)-1], "a", ""}, {own + " ", "a", ""}, // whole identifiers alone
		} {
			q := searching()
			q.Viewer = c.viewer
			requireFound(t, s, q, c.all)
			q.OnlyPrivate = true
			requireFound(t, s, q, c.onlyPrivate)
		}
	},
	"shows what may be read and is listed, and nothing else": func(t *testing.T, s store.Store) {
		ids := addEveryKind(t, s)
		for _, viewer := range append(viewers, "nobody:else") {
			var all, onlyPrivate []string
			for _, id := range ids {
				if c := must(s.Connector(t.Context(), store.Ref{ID: id}))(t); seen(c, viewer) {
					all = append(all, id)
					if c.Private {
						onlyPrivate = append(onlyPrivate, id)
					}
				}
			}
			q := store.ConnectorQuery{Viewer: viewer, Limit: everything}
			page := must(s.Connectors(t.Context(), q))(t)
			requireEqual(t, texts(page), all)
			requireEqual(t, page.Total, len(all))
			q.OnlyPrivate = true
			requireEqual(t, texts(must(s.Connectors(t.Context(), q))(t)), onlyPrivate)
		}
	},
	"follows a change": func(t *testing.T, s store.Store) {
		d := newDraft("a")
		c := newConnector(d)
		c.Document = []byte("a")
		addPublished(t, s, d, c, nil)
		q := searching()
		q.Viewer = "a:one"
		for _, step := range []struct {
			change func(*store.WriteSet)
			want   string
		}{
			{func(w *store.WriteSet) { w.PrivateProjects = &[]string{"a:one"} }, "a"},
			{func(w *store.WriteSet) { w.PrivateProjects = &[]string{"b:two"} }, ""},
			{func(w *store.WriteSet) { c.Private = false; w.Connector = &c }, "a"},
			{func(w *store.WriteSet) { c.Listed = false; w.Connector = &c }, ""},
		} {
			w := updating(d, next(d))
			step.change(&w)
			requireNil(t, s.Commit(t.Context(), w))
			requireFound(t, s, q, step.want)
			d = w.Draft
		}
		c.Listed = true
		w := updating(d, next(d))
		w.Connector = &c
		requireNil(t, s.Commit(t.Context(), w))
		requireFound(t, s, q, "a")
		requireNil(t, s.Commit(t.Context(), deleting(w.Draft)))
		requireFound(t, s, q, "")
	},
	"finds texts that contain every term": func(t *testing.T, s store.Store) {
		for id, text := range map[string]string{
			"a": "Straße 7\nPays by card", "b": "CAF\u00c9 payments", "c": "cafe\u0301 %_x", "d": "100% of \\ * [a-z] 'q'", "e": "",
		} {
			addConnector(t, s, id, func(c *store.Connector) { c.SearchText = store.FoldText(text) })
		}
		for _, c := range []struct{ terms, want string }{
			{"", "abcde"},
			{"strasse", "a"},
			{"STRASSE", "a"}, {"Straße", "a"}, {"traß", "a"}, {"ASSE", "a"},
			{"pay", "ab"}, {"pay card", "a"}, {"card pay", "a"}, {"pay pay", "ab"}, {"pay none", ""},
			{"caf\u00e9", "bc"}, {"CAFE\u0301", "bc"}, {"cafe", ""},
			{"%", "cd"}, {"_", "c"}, {"%_x", "c"}, {"1%", ""}, {"100%", "d"}, {"p_y", ""},
			{"\\", "d"}, {"*", "d"}, {"[a-z]", "d"}, {"[p]", ""}, {"'q'", "d"}, {"$1", ""}, {"?", ""},
		} {
			q := searching()
			q.Terms = strings.Fields(store.FoldText(c.terms))
			requireFound(t, s, q, c.want)
		}
	},
	"filters by types": func(t *testing.T, s store.Store) {
		for id, types := range map[string]store.TypeMask{"a": 0, "b": 0b001, "c": 0b010, "d": 0b011, "e": 0b110} {
			addConnector(t, s, id, func(c *store.Connector) { c.Types = types })
		}
		for _, c := range []struct {
			types []store.TypeMask
			want  string
		}{
			{[]store.TypeMask{0b001}, "bd"},
			{[]store.TypeMask{0b101}, "bde"},
			{[]store.TypeMask{0b001, 0b010}, "d"},
			{[]store.TypeMask{0b011, 0b110}, "cde"},
			{[]store.TypeMask{1 << 13}, ""},
			{[]store.TypeMask{0}, ""},
		} {
			q := searching()
			q.Types = c.types
			requireFound(t, s, q, c.want)
		}
	},
	"filters by company, letter for letter": func(t *testing.T, s store.Store) {
		for id, company := range map[string]string{"a": "Acme", "b": "acme", "c": "Acme Ltd", "d": "", "e": "Acm_"} {
			addConnector(t, s, id, func(c *store.Connector) { c.Company = company })
		}
		for company, want := range map[string]string{
			"Acme": "a", "acme": "b", "Acme Ltd": "c", "": "d", "Acm_": "e", "Acm": "", "Acme ": "",
		} {
			q := searching()
			q.Company = &company
			requireFound(t, s, q, want)
		}
	},
	"filters by ids and keys": func(t *testing.T, s store.Store) {
		for id, key := range map[string]string{"a": "k1", "b": "k2", "c": "K1", "d": "", "e": ""} {
			addConnector(t, s, id, func(c *store.Connector) { c.Key = key })
		}
		addConnector(t, s, "f", private(), func(c *store.Connector) { c.Key, c.Owner = "k3", owners[1] })
		for _, c := range []struct{ ids, keys, want string }{
			{"d", "", "d"}, {"e a x f", "", "ae"}, {"a a", "", "a"}, {"A", "", ""},
			{"", "k1", "a"}, {"", "k2 K1 k3 k4", "bc"}, {"", "k", ""},
			{"a b d", "k1 K1", "a"}, {"d", "k1", ""},
		} {
			q := searching()
			q.IDs, q.Keys = strings.Fields(c.ids), strings.Fields(c.keys)
			requireFound(t, s, q, c.want)
		}
		q := searching()
		q.Keys = []string{""} // no key is no key to look for
		requireFound(t, s, q, "")
	},
	"combines its filters": func(t *testing.T, s store.Store) {
		wanted := func(c *store.Connector) {
			c.Private, c.Types, c.Company, c.SearchText = true, 0b10, "Beta", "one two"
		}
		for id, change := range map[string]func(*store.Connector){
			"a": func(*store.Connector) {},
			"b": func(c *store.Connector) { c.Private = false },
			"c": func(c *store.Connector) { c.Types = 0b01 },
			"d": func(c *store.Connector) { c.Company = "" },
			"e": func(c *store.Connector) { c.SearchText = "one" },
			"f": unlisted,
			"g": func(c *store.Connector) { c.Owner = owners[1] },
			"h": func(*store.Connector) {},
		} {
			addConnector(t, s, id, wanted, change)
		}
		q := searching()
		q.OnlyPrivate, q.Types, q.Company, q.Terms = true, []store.TypeMask{0b10}, pointer("Beta"), []string{"one", "two"}
		requireFound(t, s, q, "ah")
		q.IDs = []string{"a", "b", "c", "d", "e", "f", "g"}
		requireFound(t, s, q, "a")
	},
	"sorts by every field of a Connector": func(t *testing.T, s store.Store) {
		addSortable(t, s)
		for field, want := range map[store.SortField]string{
			store.SortCreatedAt: "bcda", store.SortLastModifiedAt: "dabc", store.SortName: "bacd", store.SortKey: "bcda",
			store.SortID: "abcd", store.SortVersion: "dbac",
		} {
			requireFound(t, s, searching(store.Sort{Field: field}), want)
			requireFound(t, s, searching(store.Sort{Field: field, Desc: true}), reversed(want))
		}
		requireFound(t, s, searching(), "abcd")
	},
	"refuses a field that it cannot sort by": func(t *testing.T, s store.Store) {
		addConnector(t, s, "a")
		for _, field := range []store.SortField{store.SortStatus, "document", ""} {
			_, err := s.Connectors(t.Context(), searching(store.Sort{Field: field}))
			requireEqual(t, kindOf(err), "trouble")
		}
	},
	"breaks ties by id": func(t *testing.T, s store.Store) {
		for _, id := range []string{"c", "a", "Z", "b"} {
			addConnector(t, s, id)
		}
		created, version := store.Sort{Field: store.SortCreatedAt}, store.Sort{Field: store.SortVersion, Desc: true}
		requireFound(t, s, searching(created), "Zabc")
		requireFound(t, s, searching(version), "cbaZ")
		requireFound(t, s, searching(version, created), "Zabc")
	},
	"is paged, and counts only what the viewer sees": func(t *testing.T, s store.Store) {
		for _, id := range strings.Split("abcde", "") {
			addConnector(t, s, id)
		}
		addConnector(t, s, "f", private(), func(c *store.Connector) { c.Owner = owners[1] })
		for _, c := range []struct {
			limit, offset int
			want          string
		}{
			{2, 0, "ab"}, {2, 2, "cd"}, {2, 4, "e"}, {2, 5, ""}, {2, 10_000, ""}, {0, 0, ""}, {0, 3, ""}, {500, 1, "bcde"},
		} {
			q := searching()
			q.Limit, q.Offset = c.limit, c.offset
			requireFoundOf(t, s, q, 5, c.want)
		}
	},
}

// searching is a search of owners[0].
func searching(keys ...store.Sort) store.ConnectorQuery {
	return store.ConnectorQuery{Viewer: owners[0], Sort: keys, Limit: 20}
}

// addConnector publishes a draft of owners[0] to everybody, unless it is changed.
// The document is the id, so that a page of one-letter ids reads like a word.
func addConnector(t failer, s store.Store, id string, change ...func(*store.Connector)) {
	t.Helper()
	c := newConnector(newDraft(id))
	c.Private, c.Document = false, []byte(id)
	for _, do := range change {
		do(&c)
	}
	addPublished(t, s, newDraft(id, withKey(c.Key), ownedBy(c.Owner)), c, c.PrivateProjects)
}

// private gives a private Connector to projects.
func private(to ...string) func(*store.Connector) {
	return func(c *store.Connector) { c.Private, c.PrivateProjects = true, to }
}

func unlisted(c *store.Connector) { c.Listed = false }

// addEveryKind adds a Connector of each owner for each way to be listed or not,
// private or not, and given to some of three projects. It returns their ids,
// sorted.
func addEveryKind(t failer, s store.Store) []string {
	t.Helper()
	granted := []string{owners[0], owners[1], projects[0]}
	var ids []string
	for i := range len(owners) << (2 + len(granted)) {
		var to []string
		for bit, project := range granted {
			if i>>(2+bit)&1 == 1 {
				to = append(to, project)
			}
		}
		id := fmt.Sprintf("%02d", i)
		ids = append(ids, id)
		addConnector(t, s, id, func(c *store.Connector) {
			c.Listed, c.Private, c.PrivateProjects = i&1 == 1, i>>1&1 == 1, to
			c.Owner = owners[i>>(2+len(granted))]
		})
	}
	return ids
}

// addSortable adds Connectors that every field sorts differently.
func addSortable(t failer, s store.Store) {
	t.Helper()
	for _, row := range []struct {
		id, name, key     string
		created, modified int
		version           int64
	}{
		{"a", "m", "k2", 3, 3, 10}, {"b", "Z", "", 0, 4, 9}, {"c", "z", "k1", 1, 5, 100}, {"d", "é", "k10", 2, 2, 1},
	} {
		addConnector(t, s, row.id, func(c *store.Connector) {
			c.Name, c.Key, c.Version = row.name, row.key, row.version
			c.CreatedAt, c.LastModifiedAt = at(row.created), at(row.modified)
		})
	}
}

// requireFound fails unless the search finds what is wanted, on one page.
func requireFound(t *testing.T, s store.Store, q store.ConnectorQuery, want string) {
	t.Helper()
	requireFoundOf(t, s, q, len(want), want)
}

func requireFoundOf(t *testing.T, s store.Store, q store.ConnectorQuery, total int, want string) {
	t.Helper()
	page := must(s.Connectors(t.Context(), q))(t)
	if got := strings.Join(texts(page), ""); got != want || page.Total != total {
		t.Errorf("%+v: %q of %d, want %q of %d", q, got, page.Total, want, total)
	}
}
