package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/greenroom-registry/greenroom/internal/panics"
	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	// maxBatch is how many writes share a transaction at most. With more, the
	// first waits longer, and each gains little.
	maxBatch = 64
	// maxWaiting is how many writes may wait for their turn: what the writer does
	// in a tenth of a second, or in a second on a slow disk.
	maxWaiting = 1024
)

// errClosing is what a write gets that comes too late.
var errClosing = fmt.Errorf("%w: the database is being closed", store.ErrBusy)

// groupCommit is the one writer of a store. It puts the writes that wait into one
// transaction, since to make a transaction durable costs more than all else that
// it does, and tells each how it went after the transaction was committed.
//
// A write that is refused has written nothing (store.WriteSet) and is left out. One
// that fails in any other way may have written half of what it had to: then the
// whole transaction is undone, and each is tried again alone, so that the fault
// stays with the one that has it.
type groupCommit struct {
	store   *Store
	waiting chan *pendingWrite
	// closing ends when the writer is to take nothing more, ended when it does.
	closing context.Context //nolint:containedctx // it is the writer's own, and no call's
	close   context.CancelFunc
	ended   chan struct{}
}

// pendingWrite is a write whose caller waits.
type pendingWrite struct {
	ctx context.Context //nolint:containedctx // the call waits in a queue
	do  func(context.Context, *transaction) error
	// taken says that the write's fate is decided: the writer has taken it, or its
	// caller has taken it back.
	taken atomic.Bool
	// answer holds one error, nil once the write is durable.
	answer chan error
}

// take is true for the first who asks.
func (p *pendingWrite) take() bool { return p.taken.CompareAndSwap(false, true) }

func startGroupCommit(s *Store) *groupCommit {
	closing, cancel := context.WithCancel(context.Background())
	g := &groupCommit{
		store: s, waiting: make(chan *pendingWrite, maxWaiting), closing: closing, close: cancel, ended: make(chan struct{}),
	}
	go g.run()
	return g
}

// write waits until do is durable or is known not to be. ctx ends the wait for
// its turn; from then on it takes microseconds, and a caller that goes away must
// not undo what others, like the job queue, may count on.
func (g *groupCommit) write(ctx context.Context, do func(context.Context, *transaction) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("wait to write: %w", err)
	}
	p := &pendingWrite{ctx: context.WithoutCancel(ctx), do: do, answer: make(chan error, 1)}
	select {
	case g.waiting <- p:
	default:
		return fmt.Errorf("wait to write: %w: %d writes are waiting", store.ErrBusy, maxWaiting)
	}
	err := errClosing
	select {
	case err := <-p.answer:
		return err
	case <-ctx.Done():
		err = ctx.Err()
	case <-g.ended: // also for who began to wait when nobody looked any more
	}
	if p.take() {
		return fmt.Errorf("wait to write: %w", err)
	}
	return <-p.answer
}

// stop ends the writer after the transaction under way, and refuses the rest.
func (g *groupCommit) stop() {
	g.close()
	<-g.ended
}

func (g *groupCommit) run() {
	defer close(g.ended)
	for {
		select {
		case <-g.closing.Done():
			return
		case first := <-g.waiting:
			g.serve(first)
		}
	}
}

// serve writes the first and whatever waits behind it. Callers can leave until the
// transaction has begun: that is what takes long when another process writes.
func (g *groupCommit) serve(first *pendingWrite) {
	tx, err := g.begin()
	batch := g.take(first)
	switch {
	case err != nil:
		answer(batch, err)
	case len(batch) == 0:
		_ = tx.Rollback() // nothing was written
	default:
		g.together(tx, batch)
	}
}

// take is the batch of those that still wait, the first of them in front.
func (g *groupCommit) take(first *pendingWrite) (batch []*pendingWrite) {
	for p := first; ; {
		if p.take() {
			batch = append(batch, p)
		}
		if len(batch) == maxBatch {
			return batch
		}
		select {
		case p = <-g.waiting:
		default:
			return batch
		}
	}
}

// begin begins a transaction as the only writer of the file. It is the busy
// timeout that bounds the wait for another process.
func (g *groupCommit) begin() (*sql.Tx, error) {
	// database/sql rolls a transaction back when its context ends: what stops the
	// wait must not stop what comes after it.
	lasting, end := context.WithCancel(context.Background())
	stop := context.AfterFunc(g.closing, end)
	tx, err := g.store.writer.BeginTx(lasting, nil)
	if !stop() {
		if err == nil {
			_ = tx.Rollback() // nothing was written
		}
		return nil, errClosing
	}
	if err != nil {
		end()
		if g.store.dialect.isBusy(err) {
			err = errors.Join(store.ErrBusy, err)
		}
		return nil, fmt.Errorf("begin: %w", err)
	}
	return tx, nil
}

// together commits the batch in tx or, when that cannot be, each of it alone.
func (g *groupCommit) together(tx *sql.Tx, batch []*pendingWrite) {
	answers, err := g.transact(tx, batch)
	if err == nil {
		for i, p := range batch {
			p.answer <- answers[i]
		}
		return
	}
	if len(batch) == 1 {
		answer(batch, err)
		return
	}
	for i := range batch {
		alone := batch[i : i+1]
		tx, err := g.begin()
		if err != nil {
			answer(alone, err)
			continue
		}
		g.together(tx, alone)
	}
}

// transact does the writes in tx and commits it. It returns how each went or, when
// nothing at all was written, the error.
func (g *groupCommit) transact(tx *sql.Tx, batch []*pendingWrite) (answers []error, err error) {
	answers = make([]error, len(batch))
	refused := 0
	for i, p := range batch {
		t := &transaction{store: g.store, tx: tx}
		answers[i] = t.attempt(p)
		if answers[i] == nil {
			continue
		}
		if t.changed || !isRefusal(answers[i]) {
			return nil, errors.Join(answers[i], tx.Rollback())
		}
		refused++
	}
	if refused == len(batch) {
		return answers, tx.Rollback()
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return answers, nil
}

// attempt does one write. One that panics is a fault of that write alone.
func (t *transaction) attempt(p *pendingWrite) (err error) {
	defer panics.Recover(&err)
	return p.do(p.ctx, t)
}

// isRefusal says whether err is one that the store's callers have to expect.
func isRefusal(err error) bool {
	for _, expected := range []error{store.ErrConflict, store.ErrKeyTaken, store.ErrNotFound, store.ErrNewer, store.ErrFull} {
		if errors.Is(err, expected) {
			return true
		}
	}
	return false
}

func answer(batch []*pendingWrite, err error) {
	for _, p := range batch {
		p.answer <- err
	}
}
