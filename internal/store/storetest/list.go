package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// byCodePoint are strings in the order of their code points. UTF-16 puts the
// astral one before U+FFFD, a dictionary "a" before "Z" and "é" next to "e".
var byCodePoint = []string{"", "Z", "a", "a b", "aa", "e", "f", "é", "\uFFFD", "😀"}

//nolint:thelper // tests, which Run runs
var listTests = map[string]func(*testing.T, store.Store){
	"of nothing": func(t *testing.T, s store.Store) {
		add(t, s, newDraft("d1", func(d *store.Draft) { d.Owner = owners[1] }))
		requirePage(t, s, store.DraftQuery{Owner: owners[0], Limit: 20}, 0, "")
		requirePage(t, s, store.DraftQuery{Limit: 20}, 0, "")
	},
	"shows documents as they were written": func(t *testing.T, s store.Store) {
		add(t, s, newDraft("d1", func(d *store.Draft) { d.Document = []byte(oddDocument) }), newDraft("d2"))
		page := must(s.Drafts(t.Context(), store.DraftQuery{Owner: owners[0], Limit: 20}))(t)
		requireEqual(t, string(page.Documents[0]), oddDocument)
		requireEqual(t, string(page.Documents[1]), string(document("d2", 1)))
	},
	"sorts by every field": func(t *testing.T, s store.Store) {
		add(t, s,
			labeled("a", func(d *store.Draft) {
				d.CreatedAt, d.LastModifiedAt, d.Name, d.Key = at(3), at(3), "m", "k2"
				d.Version, d.Status = 10, api.StatusPublished
			}),
			labeled("b", func(d *store.Draft) {
				d.CreatedAt, d.LastModifiedAt, d.Name, d.Key = at(1), at(4), "Z", ""
				d.Version, d.Status = 9, api.StatusDraft
			}),
			labeled("c", func(d *store.Draft) {
				d.CreatedAt, d.LastModifiedAt, d.Name, d.Key = at(2), at(5), "z", "k1"
				d.Version, d.Status = 100, api.StatusFailed
			}),
			labeled("d", func(d *store.Draft) {
				d.CreatedAt, d.LastModifiedAt, d.Name, d.Key = at(2).Add(1000), at(2), "é", "k10"
				d.Version, d.Status = 1, api.StatusProcessing
			}),
		)
		for field, want := range map[store.SortField]string{
			store.SortCreatedAt: "bcda", store.SortLastModifiedAt: "dabc", store.SortName: "bacd", store.SortKey: "bcda",
			store.SortID: "abcd", store.SortVersion: "dbac", store.SortStatus: "bcda",
		} {
			requirePage(t, s, sorted(store.Sort{Field: field}), 4, want)
			requirePage(t, s, sorted(store.Sort{Field: field, Desc: true}), 4, reversed(want))
		}
		requirePage(t, s, sorted(), 4, "abcd")
	},
	"breaks ties by id": func(t *testing.T, s store.Store) {
		for _, id := range []string{"c", "a", "Z", "b"} {
			add(t, s, labeled(id))
		}
		for _, field := range []store.SortField{
			store.SortCreatedAt, store.SortLastModifiedAt, store.SortKey, store.SortVersion, store.SortStatus,
		} {
			requirePage(t, s, sorted(store.Sort{Field: field}), 4, "Zabc")
			requirePage(t, s, sorted(store.Sort{Field: field, Desc: true}), 4, "cbaZ")
		}
	},
	"sorts by several keys": func(t *testing.T, s store.Store) {
		for id, fields := range map[string]struct {
			name    string
			version int64
		}{"a": {"x", 2}, "b": {"x", 1}, "c": {"w", 2}, "d": {"x", 2}, "e": {"w", 3}} {
			add(t, s, labeled(id, func(d *store.Draft) { d.Name, d.Version = fields.name, fields.version }))
		}
		name, version := store.Sort{Field: store.SortName}, store.Sort{Field: store.SortVersion}
		nameDesc, versionDesc := store.Sort{Field: store.SortName, Desc: true}, store.Sort{Field: store.SortVersion, Desc: true}
		id := store.Sort{Field: store.SortID}
		for _, c := range []struct {
			sort []store.Sort
			want string
		}{
			{[]store.Sort{name, version}, "cebad"},
			{[]store.Sort{name, versionDesc}, "ecdab"},
			{[]store.Sort{nameDesc, version}, "badce"},
			{[]store.Sort{nameDesc, versionDesc}, "dabec"},
			{[]store.Sort{version, name}, "bcade"},
			{[]store.Sort{nameDesc, versionDesc, id}, "adbec"},
			{[]store.Sort{id, nameDesc}, "abcde"},
			{[]store.Sort{nameDesc, name}, "dbaec"},
			{[]store.Sort{name, version, nameDesc, versionDesc}, "cebad"},
		} {
			requirePage(t, s, sorted(c.sort...), 5, c.want)
		}
	},
	"compares strings by code point": func(t *testing.T, s store.Store) {
		shuffled := slices.Clone(byCodePoint)
		slices.Reverse(shuffled)
		for i, text := range shuffled {
			d := labeled(fmt.Sprintf("id%d%s", i, text), func(d *store.Draft) { d.Name, d.Key = text, text })
			d.Document = []byte(text)
			add(t, s, d)
		}
		for _, field := range []store.SortField{store.SortName, store.SortKey} {
			page := must(s.Drafts(t.Context(), sorted(store.Sort{Field: field})))(t)
			requireEqual(t, texts(page), byCodePoint)
		}
	},
	"compares ids by code point": func(t *testing.T, s store.Store) {
		for _, id := range slices.Backward(byCodePoint[1:]) {
			add(t, s, labeled(id))
		}
		requireEqual(t, texts(must(s.Drafts(t.Context(), sorted()))(t)), byCodePoint[1:])
	},
	"refuses an unknown field": func(t *testing.T, s store.Store) {
		add(t, s, newDraft("d1"))
		_, err := s.Drafts(t.Context(), sorted(store.Sort{Field: "document"}))
		requireEqual(t, kindOf(err), "trouble")
	},
	"is paged": func(t *testing.T, s store.Store) {
		for _, id := range strings.Split("abcde", "") {
			add(t, s, labeled(id))
		}
		for _, c := range []struct {
			limit, offset int
			want          string
		}{
			{2, 0, "ab"}, {2, 2, "cd"}, {2, 4, "e"}, {2, 5, ""}, {2, 10_000, ""}, {0, 0, ""}, {0, 3, ""}, {500, 1, "bcde"},
		} {
			q := sorted()
			q.Limit, q.Offset = c.limit, c.offset
			requirePage(t, s, q, 5, c.want)
		}
	},
	"filters by types and privacy": func(t *testing.T, s store.Store) {
		for id, types := range map[string]store.TypeMask{"a": 0, "b": 0b001, "c": 0b010, "d": 0b011, "e": 0b110} {
			add(t, s, labeled(id, func(d *store.Draft) { d.Types, d.Private = types, id < "d" }))
		}
		for _, c := range []struct {
			types   []store.TypeMask
			private *bool
			want    string
		}{
			{nil, nil, "abcde"},
			{[]store.TypeMask{0b001}, nil, "bd"},
			{[]store.TypeMask{0b101}, nil, "bde"},
			{[]store.TypeMask{0b001, 0b010}, nil, "d"},
			{[]store.TypeMask{0b011, 0b110}, nil, "cde"},
			{[]store.TypeMask{0b011, 0b011}, nil, "bcde"},
			{[]store.TypeMask{1 << 13}, nil, ""},
			{[]store.TypeMask{0}, nil, ""},
			{nil, pointer(true), "abc"},
			{nil, pointer(false), "de"},
			{[]store.TypeMask{0b010}, pointer(false), "de"},
			{[]store.TypeMask{0b010}, pointer(true), "c"},
		} {
			q := sorted()
			q.Types, q.Private = c.types, c.private
			requirePage(t, s, q, len(c.want), c.want)
			q.Sort = []store.Sort{{Field: store.SortName, Desc: true}}
			requirePage(t, s, q, len(c.want), reversed(c.want))
			q.Limit, q.Offset = 1, 1
			if len(c.want) > 1 {
				requirePage(t, s, q, len(c.want), reversed(c.want)[1:2])
			}
		}
	},
	"sees one project": func(t *testing.T, s store.Store) {
		add(t, s, labeled("a"), labeled("b", func(d *store.Draft) { d.Owner = owners[1] }), labeled("c"))
		requirePage(t, s, sorted(), 2, "ac")
		requirePage(t, s, store.DraftQuery{Owner: owners[1], Limit: 20}, 1, "b")
	},
}

// labeled is a draft whose document is its id, so that a list of one-letter
// ids reads like a word.
func labeled(id string, change ...func(*store.Draft)) store.Draft {
	d := newDraft(id, change...)
	d.Document = []byte(id)
	return d
}

func sorted(keys ...store.Sort) store.DraftQuery {
	return store.DraftQuery{Owner: owners[0], Sort: keys, Limit: 20}
}

func requirePage(t *testing.T, s store.Store, q store.DraftQuery, total int, want string) {
	t.Helper()
	page := must(s.Drafts(t.Context(), q))(t)
	if got := strings.Join(texts(page), ""); got != want || page.Total != total {
		t.Errorf("%+v: %q of %d, want %q of %d", q, got, page.Total, want, total)
	}
}

func texts(p store.Page) []string {
	var out []string
	for _, d := range p.Documents {
		out = append(out, string(d))
	}
	return out
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}
