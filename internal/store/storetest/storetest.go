// Package storetest is the suite that every store.Store passes: what the
// interface promises, example by example, then random sequences of operations
// against a model of a store, and many callers at once.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// Run tests the stores that open returns. Each call of open must return one that
// is empty and that nobody else uses; Run closes it.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	t.Helper()
	runExamples(t, open)
	t.Run("Model", func(t *testing.T) {
		t.Parallel()
		testModel(t, open)
	})
}

// runExamples is Run without the model.
func runExamples(t *testing.T, open func(t *testing.T) store.Store) {
	t.Helper()
	for _, concept := range []struct {
		name  string
		tests map[string]func(*testing.T, store.Store)
	}{
		{"Draft", draftTests},
		{"WriteSet", writeSetTests},
		{"Guard", guardTests},
		{"Counter", counterTests},
		{"List", listTests},
		{"Status", statusTests},
		{"Connector", connectorTests},
		{"Reservation", reservationTests},
		{"Search", searchTests},
		{"Run", runTests},
		{"Claim", claimTests},
		{"Retention", retentionTests},
		{"Client", clientTests},
		{"Credential", credentialTests},
		{"Context", contextTests},
		{"Concurrency", concurrencyTests},
	} {
		t.Run(concept.name, func(t *testing.T) {
			t.Parallel()
			for name, test := range concept.tests {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					s := open(t)
					defer closeStore(t, s)
					test(t, s)
				})
			}
		})
	}
}

func closeStore(t *testing.T, s store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// failer is what testing.T and rapid.T have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// must returns a function that passes on a value that came without an error.
func must[V any](v V, err error) func(failer) V {
	return func(t failer) V {
		t.Helper()
		if err != nil {
			t.Fatalf("%v", err)
		}
		return v
	}
}

func requireNil(t failer, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

func requireError(t failer, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

// requireEqual compares values as a caller sees them: an empty list is an empty
// list, and a time the moment that it names.
func requireEqual(t failer, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("-want +got\n%s", diff)
	}
}

// requireUnchanged fails when do changes anything that can be read.
func requireUnchanged(t *testing.T, s store.Store, do func()) {
	t.Helper()
	before := read(t, s)
	do()
	requireEqual(t, read(t, s), before)
}

// requireRefused fails unless the store refuses the set with the error, and
// changes nothing at all.
func requireRefused(t *testing.T, s store.Store, w store.WriteSet, want error) {
	t.Helper()
	requireUnchanged(t, s, func() { requireError(t, s.Commit(t.Context(), w), want) })
}

// kindOf names the error that the interface promises; every other is trouble.
func kindOf(err error) string {
	for _, known := range []error{
		store.ErrNotFound, store.ErrConflict, store.ErrNewer, store.ErrKeyTaken, store.ErrFull, context.Canceled, context.DeadlineExceeded,
	} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	if err != nil {
		return "trouble"
	}
	return ""
}

func pointer[V any](v V) *V { return &v }

func document(id string, version int64) []byte {
	return fmt.Appendf(nil, `{"id":%q,"version":%d}`, id, version)
}
