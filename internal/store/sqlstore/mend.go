package sqlstore

import (
	"context"
	"fmt"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// mendBatch bounds one transaction of repairs.
const mendBatch = 500

// Repair is one change of a database that is not as it must be. It asks no guard:
// whoever makes it must be alone on the database.
type Repair struct {
	query string
	args  []any
}

// RewriteDraft makes the row what it is to be, but for its times and its owner.
func RewriteDraft(d store.Draft) Repair {
	return Repair{`UPDATE draft SET key = $2, version = $3, name = $4, status = $5, private = $6, types = $7, document = $8, facts = $9 WHERE id = $1`,
		[]any{d.ID, nullable(d.Key), d.Version, d.Name, string(d.Status), flag(d.Private), int64(d.Types), string(d.Document), string(d.Facts)}}
}

// RewriteConnector makes the columns what they are to be, and who may see it.
func RewriteConnector(c store.Connector) []Repair {
	repairs := []Repair{
		{`UPDATE connector SET key = $2, version = $3, owner = $4, name = $5, private = $6, types = $7, company = $8, search_text = $9 WHERE id = $1`,
			[]any{c.ID, nullable(c.Key), c.Version, c.Owner, c.Name, flag(c.Private), int64(c.Types), c.Company, c.SearchText}},
		{clearProjects, []any{c.ID}},
	}
	for _, p := range c.PrivateProjects {
		repairs = append(repairs, Repair{insertProject, []any{c.ID, p}})
	}
	return repairs
}

// RewriteRun makes what moves a run between workers what it is to be.
func RewriteRun(r store.Run) Repair {
	return Repair{`UPDATE run SET state = $2, token = $3, due_at = $4, ended_at = $5, cancel_requested = $6 WHERE id = $1`,
		[]any{r.ID, string(r.State), r.Token, micros(r.DueAt), micros(r.EndedAt), flag(r.CancelRequested)}}
}

// SetCounter makes a counter what it is to be.
func SetCounter(c store.CounterDelta) Repair {
	return Repair{`INSERT INTO counter (scope, types, private, n) VALUES ($1, $2, $3, $4)
		ON CONFLICT (scope, types, private) DO UPDATE SET n = excluded.n`, []any{c.Scope, int64(c.Types), flag(c.Private), c.N}}
}

// Reserve makes a key that nobody has the project's for good.
func Reserve(key, project string) Repair {
	return Repair{`INSERT INTO reserved_key (key, project) VALUES ($1, $2)`, []any{key, project}}
}

// RemoveLost removes what is lost. It returns false for what would take a decision.
func RemoveLost(l Lost) (Repair, bool) {
	query, ok := map[string]string{"grant": clearProjects, "tokens": removeTokensOf}[l.What]
	return Repair{query, []any{l.ID}}, ok
}

// Mend makes the repairs, in their order, some hundred in a transaction.
func (s *Store) Mend(ctx context.Context, repairs []Repair) error {
	for len(repairs) > 0 {
		n := min(mendBatch, len(repairs))
		err := s.write(ctx, func(ctx context.Context, t *transaction) error {
			for _, r := range repairs[:n] {
				if _, err := t.tx.ExecContext(ctx, r.query, r.args...); err != nil {
					return fmt.Errorf("%v: %w", r.args[0], err)
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("mend: %w", err)
		}
		repairs = repairs[n:]
	}
	return nil
}
