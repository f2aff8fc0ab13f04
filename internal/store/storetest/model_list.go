package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

func (m *model) Drafts(ctx context.Context, q store.DraftQuery) (store.Page, error) {
	leave, err := m.enter(ctx)
	defer leave()
	if err != nil {
		return store.Page{}, err
	}
	order, err := comparison(q.Sort)
	if err != nil {
		return store.Page{}, err
	}
	var matching []store.Draft
	for _, d := range m.drafts {
		if matches(d, q) {
			matching = append(matching, d)
		}
	}
	slices.SortFunc(matching, order)
	p := store.Page{Total: len(matching)}
	for _, d := range window(matching, q.Limit, q.Offset) {
		p.Documents = append(p.Documents, d.Document)
	}
	return p, nil
}

func matches(d store.Draft, q store.DraftQuery) bool {
	return d.Owner == q.Owner && (q.Private == nil || *q.Private == d.Private) && meets(d.Types, q.Types)
}

// meets says whether types have one in common with each of the sets.
func meets(types store.TypeMask, sets []store.TypeMask) bool {
	return !slices.ContainsFunc(sets, func(set store.TypeMask) bool { return types&set == 0 })
}

func (m *model) Connectors(ctx context.Context, q store.ConnectorQuery) (store.Page, error) {
	leave, err := m.enter(ctx)
	defer leave()
	if err != nil {
		return store.Page{}, err
	}
	order, err := comparison(q.Sort)
	if err == nil && slices.ContainsFunc(q.Sort, func(k store.Sort) bool { return k.Field == store.SortStatus }) {
		err = errors.New("a connector has no status")
	}
	if err != nil {
		return store.Page{}, err
	}
	var matching []store.Connector
	for _, c := range m.connectors {
		c.PrivateProjects = m.projects[c.ID]
		if seen(c, q.Viewer) && found(c, q) {
			matching = append(matching, c)
		}
	}
	slices.SortFunc(matching, func(a, b store.Connector) int { return order(sortedLike(a), sortedLike(b)) })
	p := store.Page{Total: len(matching)}
	for _, c := range window(matching, q.Limit, q.Offset) {
		p.Documents = append(p.Documents, c.Document)
	}
	return p, nil
}

// seen says whether a search shows the Connector to the viewer at all.
func seen(c store.Connector, viewer string) bool {
	return c.Listed && (!c.Private || c.Owner == viewer || slices.Contains(c.PrivateProjects, viewer))
}

// found says whether the Connector is among what q looks for.
func found(c store.Connector, q store.ConnectorQuery) bool {
	lacks := func(term string) bool { return !strings.Contains(c.SearchText, term) }
	return (c.Private || !q.OnlyPrivate) &&
		meets(c.Types, q.Types) &&
		(q.Company == nil || *q.Company == c.Company) &&
		(len(q.IDs) == 0 || slices.Contains(q.IDs, c.ID)) &&
		(len(q.Keys) == 0 || c.Key != "" && slices.Contains(q.Keys, c.Key)) &&
		!slices.ContainsFunc(q.Terms, lacks)
}

// sortedLike is a draft that has its place where the Connector has.
func sortedLike(c store.Connector) store.Draft {
	return store.Draft{
		ID: c.ID, Key: c.Key, Version: c.Version, Name: c.Name, CreatedAt: c.CreatedAt, LastModifiedAt: c.LastModifiedAt,
	}
}

func (m *model) DraftsOfStatus(
	ctx context.Context, states []api.ConnectorStatus, limit, offset int,
) ([]store.Draft, int, error) {
	leave, err := m.enter(ctx)
	defer leave()
	if err != nil {
		return nil, 0, err
	}
	var matching []store.Draft
	for _, d := range m.drafts {
		if slices.Contains(states, d.Status) {
			matching = append(matching, d)
		}
	}
	slices.SortFunc(matching, func(a, b store.Draft) int {
		return cmp.Or(a.LastModifiedAt.Compare(b.LastModifiedAt), compareCodePoints(a.ID, b.ID))
	})
	return window(matching, limit, offset), len(matching), nil
}

var comparisons = map[store.SortField]func(a, b store.Draft) int{
	store.SortCreatedAt:      func(a, b store.Draft) int { return a.CreatedAt.Compare(b.CreatedAt) },
	store.SortLastModifiedAt: func(a, b store.Draft) int { return a.LastModifiedAt.Compare(b.LastModifiedAt) },
	store.SortName:           func(a, b store.Draft) int { return compareCodePoints(a.Name, b.Name) },
	store.SortKey:            func(a, b store.Draft) int { return compareCodePoints(a.Key, b.Key) },
	store.SortID:             func(a, b store.Draft) int { return compareCodePoints(a.ID, b.ID) },
	store.SortVersion:        func(a, b store.Draft) int { return cmp.Compare(a.Version, b.Version) },
	store.SortStatus:         func(a, b store.Draft) int { return cmp.Compare(a.Status, b.Status) },
}

func compareCodePoints(a, b string) int { return slices.Compare([]rune(a), []rune(b)) }

// comparison is the order that keys ask for.
func comparison(keys []store.Sort) (func(a, b store.Draft) int, error) {
	var counting []store.Sort
	for _, k := range keys {
		if comparisons[k.Field] == nil {
			return nil, fmt.Errorf("sort by %s", k.Field)
		}
		if !slices.ContainsFunc(counting, func(c store.Sort) bool { return c.Field == k.Field }) {
			counting = append(counting, k)
		}
	}
	tie := store.Sort{Field: store.SortID}
	if n := len(counting); n > 0 {
		tie.Desc = counting[n-1].Desc
	}
	return func(a, b store.Draft) int {
		for _, k := range append(counting, tie) {
			c := comparisons[k.Field](a, b)
			if k.Desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	}, nil
}

// window is the part of all that a page shows.
func window[V any](all []V, limit, offset int) []V {
	from := min(offset, len(all))
	return all[from:min(from+limit, len(all))]
}
