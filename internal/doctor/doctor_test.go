package doctor_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/credential"
	"github.com/greenroom-registry/greenroom/internal/datadir"
	"github.com/greenroom-registry/greenroom/internal/doctor"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
	"github.com/greenroom-registry/greenroom/internal/testkit/release1"
)

var now = time.Date(2026, time.December, 1, 12, 0, 0, 0, time.UTC)

// patient is a data directory that the doctor looks at, and a way to damage it.
type patient struct {
	dir string
	db  *sql.DB
}

func newPatient(t *testing.T) *patient {
	t.Helper()
	p := &patient{dir: release1.DataDir(t)}
	s, err := sqlstore.OpenSQLite(t.Context(), p.dir, sqlstore.Options{}) // migrates
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if p.db, err = sql.Open("sqlite", filepath.Join(p.dir, sqlstore.FileName)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.db.Close() })
	return p
}

// failer is what testing.T and rapid.T have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// damage runs a statement, and returns how many rows it changed.
func (p *patient) damage(t failer, statement string, args ...any) int64 {
	t.Helper()
	res, err := p.db.ExecContext(context.Background(), statement, args...)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return n
}

func (p *patient) examine(t failer, fix bool) []doctor.Finding {
	t.Helper()
	r, err := doctor.Examine(context.Background(), doctor.Options{DataDir: p.dir, Fix: fix, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatalf("examine: %v", err)
	}
	return r.Findings
}

// tables are all but those of the job queue.
var tables = []string{"draft", "connector", "reserved_key", "connector_project", "counter", "run", "client", "token", "credential", "known_host"}

// contents is every row of every table, but counters of nothing.
func (p *patient) contents(t failer) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, table := range tables {
		var err error
		if all[table], err = p.rows(table); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
	}
	return all
}

func (p *patient) rows(table string) (all []string, err error) {
	rows, err := p.db.QueryContext(context.Background(), "SELECT * FROM "+table)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	columns, err := rows.Columns()
	for err == nil && rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err = rows.Scan(into...); err == nil && (table != "counter" || fmt.Sprint(values[3]) != "0") {
			all = append(all, fmt.Sprintf("%s", values))
		}
	}
	slices.Sort(all)
	return all, err
}

// A database that was only used is as it must be, whether a server uses it or not.
func TestHealthy(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	s, err := sqlstore.OpenSQLite(t.Context(), p.dir, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if found := p.examine(t, false); len(found) > 0 {
		t.Errorf("beside a server: found %+v", found)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before := p.contents(t)
	if found := p.examine(t, true); len(found) > 0 {
		t.Errorf("found %+v", found)
	}
	if diff := cmp.Diff(before, p.contents(t)); diff != "" {
		t.Error(diff)
	}
}

// derived are statements that damage what can be recomputed; each may find nothing to
// change. $1 is a number from 0 to 7.
var derived = []string{
	`UPDATE draft SET version = version + 1 + $1 WHERE %s`,
	`UPDATE draft SET name = 'damaged ' || $1 WHERE %s`,
	`UPDATE draft SET key = NULL WHERE key IS NOT NULL AND $1 >= 0 AND %s`,
	`UPDATE draft SET key = 'damaged-' || $1 || id WHERE %s`,
	`UPDATE draft SET status = 'InCertification' WHERE status <> 'InCertification' AND $1 >= 0 AND %s`,
	`UPDATE draft SET private = 1 - private WHERE $1 >= 0 AND %s`,
	`UPDATE draft SET types = types + 1 + $1 WHERE %s`,
	`UPDATE draft SET document = json_set(document, '$.hasChanges', json(iif(document ->> '$.hasChanges', 'false', 'true'))) WHERE $1 >= 0 AND %s`,
	`UPDATE draft SET document = json_set(document, '$.alreadyListed', json(iif(document ->> '$.alreadyListed', 'false', 'true'))) WHERE $1 >= 0 AND %s`,
	`UPDATE draft SET document = json_set(document, '$.certified', json(iif(document ->> '$.certified', 'false', 'true'))) WHERE $1 >= 0 AND %s`,
	`UPDATE draft SET document = json_set(document, '$.private', json(iif(document ->> '$.private', 'false', 'true'))) WHERE $1 >= 0 AND %s`,
	`UPDATE draft SET facts = json_remove(facts, '$.published') WHERE json_type(facts, '$.published') IS NOT NULL AND $1 >= 0 AND %s`,
	`UPDATE draft SET facts = json_insert(facts, '$.publishRun', 'run' || $1) WHERE %s`,
	`UPDATE connector SET version = version + 1 + $1 WHERE %s`,
	`UPDATE connector SET name = 'damaged ' || $1 WHERE %s`,
	`UPDATE connector SET key = NULL WHERE key IS NOT NULL AND $1 >= 0 AND %s`,
	`UPDATE connector SET owner = 'damaged:' || $1 WHERE %s`,
	`UPDATE connector SET private = 1 - private WHERE $1 >= 0 AND %s`,
	`UPDATE connector SET types = types + 1 + $1 WHERE %s`,
	`UPDATE connector SET company = 'damaged ' || $1 WHERE %s`,
	`UPDATE connector SET search_text = 'damaged ' || $1 WHERE %s`,
	`INSERT INTO connector_project SELECT id, 'damaged:' || $1 FROM connector WHERE %s ON CONFLICT DO NOTHING`,
	`INSERT INTO connector_project SELECT 'nobody', 'damaged:' || $1 FROM connector WHERE %s ON CONFLICT DO NOTHING`,
	`DELETE FROM connector_project WHERE $1 >= 0 AND connector_id IN (SELECT id FROM draft WHERE %s)`,
	`DELETE FROM reserved_key WHERE $1 >= 0 AND key IN (SELECT key FROM connector WHERE %s)`,
	`UPDATE counter SET n = n + 1 + $1 WHERE scope IN (SELECT owner FROM draft WHERE %s)`,
	`DELETE FROM counter WHERE private = $1 AND scope IN (SELECT owner FROM draft WHERE %s)`,
	`INSERT INTO counter SELECT 'nobody', $1, 0, 1 + rowid FROM draft WHERE %s ON CONFLICT DO NOTHING`,
	`INSERT INTO token SELECT id || $1, 'nobody', '', 0 FROM draft WHERE %s ON CONFLICT DO NOTHING`,
	`UPDATE run SET token = 'damaged ' || $1 WHERE draft_id IN (SELECT id FROM draft WHERE %s)`,
}

// Whatever derived columns and fields are damaged, it is found; without --fix nothing
// changes, and with it everything is as it was and nothing else has changed.
func TestDamageIsMended(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	before := p.contents(t)
	rapid.Check(t, func(t *rapid.T) {
		for range rapid.IntRange(1, 6).Draw(t, "how much") {
			statement := rapid.SampledFrom(derived).Draw(t, "damage")
			which := rapid.SampledFrom([]string{"1", "id < '5'", "id >= '5'", "key = 'published'", "key = 'certified'", "key = 'review'"}).Draw(t, "which")
			p.damage(t, fmt.Sprintf(statement, which), rapid.IntRange(0, 7).Draw(t, "n"))
		}
		damaged := p.contents(t)
		found := p.examine(t, false)
		if (len(found) > 0) != !cmp.Equal(before, damaged) {
			t.Fatalf("found %+v of\n%s", found, cmp.Diff(before, damaged))
		}
		if diff := cmp.Diff(damaged, p.contents(t)); diff != "" {
			t.Fatalf("a look has changed something\n%s", diff)
		}
		for _, f := range p.examine(t, true) {
			if !f.Mended {
				t.Fatalf("not mended: %+v", f)
			}
		}
		if diff := cmp.Diff(before, p.contents(t)); diff != "" {
			t.Fatalf("after it was mended\n%s", diff)
		}
		if found := p.examine(t, false); len(found) > 0 {
			t.Fatalf("found after it was mended: %+v", found)
		}
	})
}

// Runs that no worker would end, and drafts that would wait for ever.
func TestRuns(t *testing.T) {
	t.Parallel()
	const draft = `(SELECT id FROM draft WHERE key = 'draft')`
	const newRun = `INSERT INTO run (id, draft_id, project, kind, certification, state, token, due_at, attempt, cancel_requested,
		url, tag, commit_id, created_at, started_at, ended_at) VALUES ('r1', ` + draft + `, 'p', 'preview', 0, %s, 0, 'u', 't', '', 1, 0, 0)`
	waiting := `UPDATE draft SET document = json_set(document, '$.isPreviewable', 'pending'), facts = json_set(facts, '$.previewRun', 'r1') WHERE key = 'draft'`
	processing := `UPDATE draft SET document = json_set(document, '$.status', 'Processing'), status = 'Processing',
		facts = json_set(facts, '$.publishRun', 'r1') WHERE key = 'draft'`
	queued := func(state, token string, due time.Time) string {
		return fmt.Sprintf(newRun, fmt.Sprintf("'%s', '%s', %d, 1", state, token, due.UnixMicro()))
	}
	for name, c := range map[string]struct {
		damage  []string
		problem string
		run     store.RunState // as it is then; "": there is none
		status  api.ConnectorStatus
		preview string
	}{
		"a live run":        {[]string{waiting, queued("running", "w", now.Add(5*time.Second))}, "", store.RunRunning, "Draft", "pending"},
		"one that waits":    {[]string{waiting, queued("queued", "", now.Add(-time.Hour))}, "", store.RunQueued, "Draft", "pending"},
		"a silent worker":   {[]string{waiting, queued("running", "w", now.Add(-time.Hour))}, "its worker has been silent since", store.RunQueued, "Draft", "pending"},
		"due never":         {[]string{waiting, queued("queued", "", time.UnixMicro(0))}, "it is due at no time", store.RunQueued, "Draft", "pending"},
		"due in a century":  {[]string{waiting, queued("queued", "", now.AddDate(100, 0, 0))}, "it is due only at", store.RunQueued, "Draft", "pending"},
		"running by nobody": {[]string{waiting, queued("running", "", now)}, "no worker holds it", store.RunQueued, "Draft", "pending"},
		"awaited by nobody": {[]string{queued("queued", "", now)}, "no draft waits for it", store.RunCancelled, "Draft", "none"},
		"of no draft": {[]string{queued("queued", "", now), `UPDATE run SET draft_id = 'nobody' WHERE id = 'r1'`},
			"no draft waits for it", store.RunCancelled, "Draft", "none"},
		"forgotten by its draft": {[]string{waiting, queued("queued", "", now), `UPDATE draft SET facts = '{}' WHERE key = 'draft'`},
			`the preview that it waits for is "" and must be "r1"`, store.RunQueued, "Draft", "pending"},
		"a lost preview": {[]string{waiting}, "it waits for a preview that is not there", "", "Draft", "none"},
		"a lost publish": {[]string{processing}, "it waits for a publish that is not there", "", "Failed", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t)
			for _, statement := range c.damage {
				p.damage(t, statement)
			}
			found := p.examine(t, true)
			if c.problem == "" != (len(found) == 0) || c.problem != "" && !strings.Contains(fmt.Sprint(found), c.problem) {
				t.Errorf("found %+v, want %q", found, c.problem)
			}
			p.requireRun(t, c.run)
			p.requireDraft(t, c.status, c.preview)
			if found := p.examine(t, false); len(found) > 0 {
				t.Errorf("found after it was mended: %+v", found)
			}
		})
	}
}

// requireRun fails unless r1 is in the state, and due when it has not ended.
func (p *patient) requireRun(t *testing.T, want store.RunState) {
	t.Helper()
	var got store.RunState
	var due int64
	err := p.db.QueryRowContext(t.Context(), "SELECT state, due_at FROM run WHERE id = 'r1'").Scan(&got, &due)
	if want == "" && errors.Is(err, sql.ErrNoRows) {
		return
	}
	if err != nil || got != want || want == store.RunQueued && due > now.UnixMicro() {
		t.Errorf("the run is %s, due %d, %v, want %s", got, due, err, want)
	}
}

func (p *patient) requireDraft(t *testing.T, status api.ConnectorStatus, preview string) {
	t.Helper()
	var column, text string
	if err := p.db.QueryRowContext(t.Context(), "SELECT status, document FROM draft WHERE key = 'draft'").Scan(&column, &text); err != nil {
		t.Fatal(err)
	}
	var d api.ConnectorStaged
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	if d.Status != status || column != string(status) || string(d.IsPreviewable) != preview {
		t.Errorf("the draft is %s (column %s), isPreviewable %s, want %s and %s", d.Status, column, d.IsPreviewable, status, preview)
	}
	if status == api.StatusFailed && (d.PublishingReport == nil || d.PublishingReport.Entries[0].Title != "Publish lost") {
		t.Errorf("the report is %+v", d.PublishingReport)
	}
}

// What cannot be recomputed is said, with what to do, and left as it is.
func TestNotMended(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ damage, problem, advice string }{
		"document":         {`UPDATE draft SET document = '{' WHERE key = 'draft'`, "the stored document cannot be read", "restore a backup"},
		"another's":        {`UPDATE draft SET document = json_set(document, '$.id', 'x') WHERE key = 'draft'`, `it is that of draft "x"`, "restore a backup"},
		"facts":            {`UPDATE draft SET facts = '' WHERE key = 'draft'`, "the stored document cannot be read", "restore a backup"},
		"Connector":        {`UPDATE connector SET document = '[]' WHERE key = 'published'`, "the stored document cannot be read", "restore a backup"},
		"newer":            {`UPDATE draft SET schema = 9 WHERE key = 'draft'`, "a newer version of Greenroom wrote it", "examine it with that version"},
		"report":           {`UPDATE run SET report = '{"findings": 7}' WHERE kind = 'preview'`, "its report cannot be read", "restore a backup"},
		"steps":            {`UPDATE run SET steps = 'fetch' WHERE kind = 'preview'`, "its steps cannot be read", "restore a backup"},
		"state":            {`UPDATE run SET state = 'asleep' WHERE kind = 'preview'`, `its state is "asleep"`, "restore a backup"},
		"lost draft":       {`DELETE FROM draft WHERE key = 'published'`, "its draft is not there", "restore a backup"},
		"another's key":    {`UPDATE reserved_key SET project = 'p:other' WHERE key = 'published'`, "its key is reserved to p:other", "restore a backup"},
		"broken reference": {`UPDATE draft SET id = 'y' WHERE key = 'draft'`, "the stored document cannot be read", "restore a backup"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t)
			p.damage(t, c.damage)
			before := p.contents(t)
			found := p.examine(t, true)
			i := slices.IndexFunc(found, func(f doctor.Finding) bool { return strings.Contains(f.Problem, c.problem) })
			if i < 0 || found[i].Mended || !strings.Contains(found[i].Advice, c.advice) {
				t.Errorf("found %+v, want %q", found, c.problem)
			}
			after := p.contents(t)
			delete(before, "counter")
			delete(after, "counter")
			if diff := cmp.Diff(before, after); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLostKey(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	if err := os.Remove(filepath.Join(p.dir, credential.KeyFileName)); err != nil {
		t.Fatal(err)
	}
	if found := p.examine(t, true); len(found) != 1 || found[0].What != "credentials" || found[0].Mended {
		t.Errorf("found %+v", found)
	}
}

// Pages that were overwritten are found before anything is made of them.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	if err := errors.Join(p.db.Close(), os.WriteFile(filepath.Join(p.dir, sqlstore.FileName), []byte(strings.Repeat("no database ", 1000)), 0o600)); err != nil {
		t.Fatal(err)
	}
	if found := p.examine(t, false); len(found) != 1 || found[0].What != "database" || found[0].Advice != "restore a backup" {
		t.Errorf("found %+v", found)
	}
}

func TestExamineRefuses(t *testing.T) {
	t.Parallel()
	o := doctor.Options{DataDir: filepath.Join(t.TempDir(), "nothing"), Fix: true, Now: time.Now}
	if _, err := doctor.Examine(t.Context(), o); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
	if _, err := os.Stat(o.DataDir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it made the directory: %v", err)
	}
	o = doctor.Options{DataDir: release1.DataDir(t), Now: time.Now}
	if _, err := doctor.Examine(t.Context(), o); !errors.Is(err, sqlstore.ErrOlderSchema) {
		t.Errorf("an older schema: %v", err)
	}
	lock, err := datadir.TakeLock(o.DataDir)
	if err != nil {
		t.Fatal(err)
	}
	o.Fix = true
	if _, err := doctor.Examine(t.Context(), o); err == nil || !strings.Contains(err.Error(), "another server uses") {
		t.Errorf("beside a server: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if r, err := doctor.Examine(t.Context(), o); err != nil || len(r.Findings) > 0 {
		t.Errorf("found %+v, %v", r.Findings, err)
	}
}
