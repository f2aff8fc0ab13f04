package storetest

import (
	"testing"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// What the examples say and what the model says are the same.
func TestModel(t *testing.T) {
	t.Parallel()
	runExamples(t, func(*testing.T) store.Store { return newModel() })
}
