package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// ErrOlderSchema is returned for a database that waits for a migration, which an
// inspection does not make.
var ErrOlderSchema = errors.New("the database is of an older version of Greenroom")

const (
	inspectDrafts = `SELECT draft.id, COALESCE(draft.key, ''), draft.version, draft.owner, draft.name, draft.status, draft.private, draft.types,
		draft.created_at, draft.modified_at, draft.document, draft.facts, draft.schema,
		COALESCE(c.id, ''), COALESCE(c.key, ''), COALESCE(c.version, 0), COALESCE(c.owner, ''), COALESCE(c.name, ''),
		COALESCE(c.private, 0), COALESCE(c.listed, 0), COALESCE(c.types, 0), COALESCE(c.company, ''), COALESCE(c.search_text, ''),
		COALESCE(c.created_at, 0), COALESCE(c.modified_at, 0), COALESCE(c.document, ''), COALESCE(c.schema, 0),
		COALESCE((SELECT string_agg(project, ' ') FROM connector_project WHERE connector_id = c.id), '')
		FROM draft LEFT JOIN connector AS c ON c.id = draft.id ORDER BY draft.id`
	inspectActive = `SELECT ` + runColumns + ` FROM run WHERE state IN ('queued', 'running') ORDER BY created_at DESC, id DESC`
	inspectRuns   = `SELECT ` + runColumns + ` FROM run ORDER BY id`
	inspectCounts = `SELECT scope, types, private, n FROM counter ORDER BY scope, types, private`
	// What belongs to something that is not there.
	inspectLost = `SELECT 'connector', connector.id FROM connector WHERE NOT EXISTS (SELECT 1 FROM draft WHERE draft.id = connector.id)
		UNION ALL SELECT 'run', run.id FROM run WHERE state IN ('queued', 'running') AND NOT EXISTS (SELECT 1 FROM draft WHERE draft.id = run.draft_id)
		UNION ALL SELECT DISTINCT 'grant', connector_id FROM connector_project WHERE NOT EXISTS (SELECT 1 FROM connector WHERE connector.id = connector_id)
		UNION ALL SELECT DISTINCT 'tokens', client_id FROM token WHERE NOT EXISTS (SELECT 1 FROM client WHERE client.id = client_id)`
	inspectReserved = `SELECT key, project FROM reserved_key`
)

// Inspection reads everything in a database as of one moment.
type Inspection struct {
	db *sql.DB
	tx *sql.Tx
}

// InspectSQLite begins an inspection of the database in the data directory dir, also
// while a server writes to it. It changes nothing. It returns ErrDamaged,
// ErrOlderSchema, ErrNewerSchema, or fs.ErrNotExist.
func InspectSQLite(ctx context.Context, dir string) (_ *Inspection, err error) {
	db, err := openExisting(filepath.Join(dir, FileName), "mode=rw")
	if err != nil {
		return nil, err
	}
	i := &Inspection{db: db}
	defer func() {
		if err != nil {
			err = errors.Join(err, i.Close())
		}
	}()
	if i.tx, err = db.BeginTx(ctx, nil); err != nil {
		return nil, fmt.Errorf("begin to read the database: %w", err)
	}
	if err := integrity(ctx, i.tx); err != nil {
		return nil, err
	}
	schema, err := schemaOf(ctx, i.tx)
	if err != nil {
		return nil, err
	}
	latest, err := onSQLite.latest()
	if err == nil && schema < latest {
		err = ErrOlderSchema
	}
	if err != nil {
		return nil, err
	}
	return i, onSQLite.knows(schema)
}

// Close ends the inspection.
func (i *Inspection) Close() error {
	var err error
	if i.tx != nil {
		err = i.tx.Rollback()
	}
	return errors.Join(err, i.db.Close())
}

// Contents says what the database holds.
func (i *Inspection) Contents(ctx context.Context) (Contents, error) { return readContents(ctx, i.tx) }

// InspectedDraft is a draft with its Connector, nil when there is none.
type InspectedDraft struct {
	Draft     store.Draft
	Connector *store.Connector
	// Newer says that a newer version of Greenroom wrote it.
	Newer bool
}

// Drafts visits all drafts.
func (i *Inspection) Drafts(ctx context.Context, visit func(InspectedDraft) error) error {
	return visitRows(ctx, i.tx, scanInspected, visit, inspectDrafts)
}

func scanInspected(scan scanner) (found InspectedDraft, err error) {
	d, c := &found.Draft, &store.Connector{}
	var created, modified, connectorCreated, connectorModified, schema, connectorSchema int64
	var projects string
	err = scan(&d.ID, &d.Key, &d.Version, &d.Owner, &d.Name, &d.Status, &d.Private, &d.Types, &created, &modified, &d.Document, &d.Facts, &schema,
		&c.ID, &c.Key, &c.Version, &c.Owner, &c.Name, &c.Private, &c.Listed, &c.Types, &c.Company, &c.SearchText,
		&connectorCreated, &connectorModified, &c.Document, &connectorSchema, &projects)
	d.CreatedAt, d.LastModifiedAt = fromMicros(created), fromMicros(modified)
	found.Newer = schema > schemaVersion || connectorSchema > schemaVersion
	if c.ID != "" {
		c.CreatedAt, c.LastModifiedAt = fromMicros(connectorCreated), fromMicros(connectorModified)
		c.PrivateProjects = strings.Fields(projects)
		slices.Sort(c.PrivateProjects)
		found.Connector = c
	}
	return found, err
}

// ActiveRuns are the runs that have not ended, the newest first.
func (i *Inspection) ActiveRuns(ctx context.Context) (runs []store.Run, err error) {
	err = visitRows(ctx, i.tx, scanRun, func(r store.Run) error {
		runs = append(runs, r)
		return nil
	}, inspectActive)
	return runs, err
}

// Runs visits all runs.
func (i *Inspection) Runs(ctx context.Context, visit func(store.Run) error) error {
	return visitRows(ctx, i.tx, scanRun, visit, inspectRuns)
}

// Counters visits all counters.
func (i *Inspection) Counters(ctx context.Context, visit func(store.CounterDelta) error) error {
	return visitRows(ctx, i.tx, func(scan scanner) (c store.CounterDelta, err error) {
		err = scan(&c.Scope, &c.Types, &c.Private, &c.N)
		return c, err
	}, visit, inspectCounts)
}

// Reserved are the projects that published keys belong to, by the key.
func (i *Inspection) Reserved(ctx context.Context) (map[string]string, error) {
	reserved := map[string]string{}
	err := visitRows(ctx, i.tx, func(scan scanner) (r [2]string, err error) {
		err = scan(&r[0], &r[1])
		return r, err
	}, func(r [2]string) error {
		reserved[r[0]] = r[1]
		return nil
	}, inspectReserved)
	return reserved, err
}

// Lost is something that belongs to what is not there: a connector without its draft,
// a run that has not ended without its draft, a grant to see a Connector that is not
// there, or tokens without their client.
type Lost struct{ What, ID string }

// Lost visits what is lost.
func (i *Inspection) Lost(ctx context.Context, visit func(Lost) error) error {
	return visitRows(ctx, i.tx, func(scan scanner) (l Lost, err error) {
		err = scan(&l.What, &l.ID)
		return l, err
	}, visit, inspectLost)
}

// visitRows reads rows one at a time: all of them may be more than there is memory.
func visitRows[T any](ctx context.Context, q querier, scan func(scanner) (T, error), visit func(T) error, query string) (err error) {
	found, err := q.QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("inspect: %w", err)
	}
	defer func() { err = errors.Join(err, found.Close()) }()
	for found.Next() {
		v, err := scan(found.Scan)
		if err == nil {
			err = visit(v)
		}
		if err != nil {
			return fmt.Errorf("inspect: %w", err)
		}
	}
	if err := found.Err(); err != nil {
		return fmt.Errorf("inspect: %w", err)
	}
	return nil
}
