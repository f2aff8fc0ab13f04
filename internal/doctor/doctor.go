// Package doctor looks for what is not as it must be in a database: damage, derived
// columns and fields that do not follow from the documents, counters that do not
// count, runs that nobody will end and drafts that wait for none. Whatever can be
// recomputed it can mend.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/greenroom-registry/greenroom/internal/connector"
	"github.com/greenroom-registry/greenroom/internal/credential"
	"github.com/greenroom-registry/greenroom/internal/datadir"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

// Options say what is looked at. DataDir and Now are required.
type Options struct {
	DataDir string
	// Fix mends what can be mended. No server may use the database meanwhile, and the
	// schema is brought up to date; without it nothing is changed, and one may.
	Fix bool
	Now func() time.Time
}

// Finding is something that is not as it must be.
type Finding struct {
	// What is what it is about: database, draft, connector, run, counter, grant,
	// tokens, reservation or credentials; ID says which.
	What string `json:"what"`
	ID   string `json:"id,omitempty"`
	// Problem is a sentence without its full stop.
	Problem string `json:"problem"`
	// Mended says that it is as it must be now. Advice says what to do about what
	// cannot be mended.
	Mended bool   `json:"mended"`
	Advice string `json:"advice,omitempty"`
}

// Result is what there is, and what of it is not as it must be.
type Result struct {
	Contents sqlstore.Contents
	Findings []Finding
}

const restoreAdvice = "restore a backup"

// Examine looks at the database, all as of one moment. It returns
// sqlstore.ErrOlderSchema without Fix, sqlstore.ErrNewerSchema, fs.ErrNotExist when
// there is no database and, with Fix, an error when a server uses it.
func Examine(ctx context.Context, o Options) (r Result, err error) {
	if _, err := os.Stat(filepath.Join(o.DataDir, sqlstore.FileName)); err != nil {
		return r, fmt.Errorf("find the database: %w", err)
	}
	var s *sqlstore.Store
	if o.Fix {
		lock, err := datadir.TakeLock(o.DataDir)
		if err != nil {
			return r, err
		}
		defer func() { err = errors.Join(err, lock.Release()) }()
		if s, err = sqlstore.OpenSQLite(ctx, o.DataDir, sqlstore.Options{}); err != nil {
			return r, fmt.Errorf("open the database: %w", err)
		}
		defer func() { err = errors.Join(err, s.Close()) }()
	}
	e := &examination{Options: o}
	if err := e.everything(ctx); err != nil {
		return r, err
	}
	if o.Fix {
		if err := s.Mend(ctx, e.repairs); err != nil {
			return r, err
		}
	}
	return Result{Contents: e.contents, Findings: e.findings}, nil
}

// examination is one look at everything.
type examination struct {
	Options
	*sqlstore.Inspection
	contents sqlstore.Contents
	findings []Finding
	repairs  []sqlstore.Repair
	// active are the runs that have not ended, by their draft.
	active map[string][]store.Run
	// unawaited are the ids of those that nobody waits for.
	unawaited map[string]bool
	// reserved are the projects of keys.
	reserved map[string]string
	// counts are what each counter is to have, whose own N is 0.
	counts map[store.CounterDelta]int64
}

func (e *examination) everything(ctx context.Context) (err error) {
	e.active, e.unawaited, e.counts = map[string][]store.Run{}, map[string]bool{}, map[store.CounterDelta]int64{}
	e.Inspection, err = sqlstore.InspectSQLite(ctx, e.DataDir)
	if errors.Is(err, sqlstore.ErrDamaged) {
		e.found(Finding{What: "database", Problem: err.Error(), Advice: restoreAdvice})
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	if e.contents, err = e.Contents(ctx); err != nil {
		return err
	}
	if e.reserved, err = e.Reserved(ctx); err != nil {
		return err
	}
	runs, err := e.ActiveRuns(ctx)
	if err != nil {
		return err
	}
	for _, r := range runs {
		e.active[r.DraftID] = append(e.active[r.DraftID], r)
	}
	return errors.Join(
		e.Drafts(ctx, e.draft), e.Lost(ctx, e.lost), e.Runs(ctx, e.run), e.counters(ctx), e.credentials(ctx))
}

// found notes what is not as it must be, with what mends it.
func (e *examination) found(f Finding, repairs ...sqlstore.Repair) {
	f.Mended = e.Fix && len(repairs) > 0
	e.findings = append(e.findings, f)
	e.repairs = append(e.repairs, repairs...)
}

func (e *examination) draft(d sqlstore.InspectedDraft) error {
	if d.Newer {
		e.count(d.Draft, d.Connector)
		e.found(Finding{What: "draft", ID: d.Draft.ID, Problem: "a newer version of Greenroom wrote it", Advice: "examine it with that version"})
		return nil
	}
	want, err := connector.MakeConsistent(d.Draft, d.Connector, e.active[d.Draft.ID], e.Now())
	if errors.Is(err, connector.ErrUnreadable) {
		e.count(d.Draft, d.Connector)
		e.found(Finding{What: "draft", ID: d.Draft.ID, Problem: err.Error(), Advice: restoreAdvice})
		return nil
	}
	if err != nil {
		return err
	}
	e.count(want.Draft, want.Connector)
	for _, p := range want.DraftProblems {
		e.found(Finding{What: "draft", ID: d.Draft.ID, Problem: p}, sqlstore.RewriteDraft(want.Draft))
	}
	for _, p := range want.ConnectorProblems {
		e.found(Finding{What: "connector", ID: d.Draft.ID, Problem: p}, sqlstore.RewriteConnector(*want.Connector)...)
	}
	for _, r := range want.Unawaited {
		e.unawaited[r.ID] = true
	}
	if want.Connector != nil {
		e.reservation(*want.Connector)
	}
	return nil
}

// count notes what a draft and its Connector add to the counters.
func (e *examination) count(d store.Draft, c *store.Connector) {
	e.counts[store.CounterDelta{Scope: d.Owner, Types: d.Types, Private: d.Private}]++
	if c != nil && c.Listed && !c.Private {
		e.counts[store.CounterDelta{Scope: sqlstore.PublicScope, Types: c.Types}]++
	}
}

// reservation looks whether the key of a Connector is its project's for good.
func (e *examination) reservation(c store.Connector) {
	project, reserved := e.reserved[c.Key]
	f := Finding{What: "reservation", ID: c.ID}
	switch {
	case c.Key == "" || reserved && project == c.Owner:
	case reserved:
		f.Problem, f.Advice = fmt.Sprintf("its key is reserved to %s, and it is of %s", project, c.Owner), restoreAdvice
		e.found(f)
	default:
		f.Problem = "its key is not reserved"
		e.found(f, sqlstore.Reserve(c.Key, c.Owner))
	}
}

// lost notes what belongs to something that is not there.
func (e *examination) lost(l sqlstore.Lost) error {
	if l.What == "run" {
		e.unawaited[l.ID] = true
		return nil
	}
	f := Finding{What: l.What, ID: l.ID}
	switch l.What {
	case "connector":
		f.Problem, f.Advice = "its draft is not there", restoreAdvice+", or remove it if it is not used"
	case "grant":
		f.Problem = "projects may see a Connector that is not there"
	case "tokens":
		f.Problem = "their client is not there"
	}
	if repair, ok := sqlstore.RemoveLost(l); ok {
		e.found(f, repair)
	} else {
		e.found(f)
	}
	return nil
}

// counters compares them with the drafts and Connectors. One of nothing need not be there.
func (e *examination) counters(ctx context.Context) error {
	wrong := func(c store.CounterDelta, is, want int64) {
		if is == want {
			return
		}
		c.N = want
		e.found(Finding{
			What: "counter", ID: fmt.Sprintf("%s types %d private %t", c.Scope, c.Types, c.Private),
			Problem: fmt.Sprintf("it counts %d and there are %d", is, want),
		}, sqlstore.SetCounter(c))
	}
	err := e.Counters(ctx, func(c store.CounterDelta) error {
		is := c.N
		c.N = 0
		wrong(c, is, e.counts[c])
		delete(e.counts, c)
		return nil
	})
	for c, want := range e.counts {
		wrong(c, 0, want)
	}
	return err
}

// credentials looks whether there is a key to them.
func (e *examination) credentials(ctx context.Context) error {
	held := credential.New(counted{n: e.contents.Credentials}, e.DataDir, e.Now)
	if err := held.Check(ctx); err != nil {
		e.found(Finding{What: "credentials", Problem: err.Error(), Advice: "put the key back from a backup"})
	}
	return nil
}

// counted knows of credentials only how many there are.
type counted struct {
	store.Credentials
	n int
}

func (c counted) CountCredentials(context.Context) (int, error) { return c.n, nil }
