package sqlstore

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// shelved opens a store with many Connectors of 2 KB: every second is private,
// one in a hundred of them the viewer's own, another given to the viewer.
func shelved(b *testing.B) *Store {
	b.Helper()
	s := open(b, b.TempDir())
	err := s.write(b.Context(), func(ctx context.Context, t *transaction) error {
		for i := range benchmarked {
			d := sized(i)
			w := inserting(d)
			w.Connector = &store.Connector{
				ID: d.ID, Key: d.Key, Owner: "o", Name: d.Name, Private: i%2 == 1, Listed: true, Types: d.Types,
				Company: "Acme", SearchText: fmt.Sprint("connector ", i, strings.Repeat(" text", 60)),
				CreatedAt: d.CreatedAt, Document: d.Document,
			}
			switch i % 200 {
			case 1:
				w.Connector.Owner = "viewer"
			case 3:
				w.PrivateProjects = &[]string{"viewer"}
			}
			if err := t.apply(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func BenchmarkConnectors(b *testing.B) {
	s := shelved(b)
	byCreation, byName := []store.Sort{{Field: store.SortCreatedAt}}, []store.Sort{{Field: store.SortName}}
	for name, c := range map[string]struct {
		query store.ConnectorQuery
		total int
	}{
		"all":     {store.ConnectorQuery{Sort: byCreation}, benchmarked/2 + benchmarked/100},
		"private": {store.ConnectorQuery{Sort: byCreation, OnlyPrivate: true}, benchmarked / 100},
		"by name": {store.ConnectorQuery{Sort: byName}, benchmarked/2 + benchmarked/100},
		"text":    {store.ConnectorQuery{Sort: byCreation, Terms: []string{"connector 1000 "}}, 1},
		"key":     {store.ConnectorQuery{Sort: byCreation, Keys: []string{"key-1000"}}, 1},
	} {
		b.Run(name, func(b *testing.B) {
			c.query.Viewer, c.query.Limit = "viewer", 20
			for b.Loop() {
				p, err := s.Connectors(b.Context(), c.query)
				if err != nil || p.Total != c.total {
					b.Fatalf("%d found, want %d, %v", p.Total, c.total, err)
				}
			}
		})
	}
}
