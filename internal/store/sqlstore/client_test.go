package sqlstore

import (
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// A token without its client opens nothing, and is not kept either.
func TestRemovedClientLeavesNoTokens(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	if err := s.PutClient(t.Context(), store.Client{ID: "c1", Project: "o"}); err != nil {
		t.Fatal(err)
	}
	if err := s.PutToken(t.Context(), store.Token{Hash: []byte("t1"), ClientID: "c1", ExpiresAt: time.Unix(1000, 0)}); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveClient(t.Context(), "c1"); err != nil {
		t.Fatal(err)
	}
	kept, err := scanOne[int](s.row(t.Context(), "SELECT COUNT(*) FROM token"))
	if err != nil || kept != 0 {
		t.Errorf("%d tokens kept, %v", kept, err)
	}
}
