package bench

import (
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	_ "modernc.org/sqlite"
)

// perTransaction is how many waiting writes share a transaction.
const perTransaction = 64

// memory is a net/http server that answers every request with the same bytes and
// headers as the real one, from memory.
func memory(b *testing.B, body []byte, header http.Header) string {
	b.Helper()
	return serve(b, body, header, func(string) error { return nil })
}

// bareWrites is a net/http server that answers like memory, after it has written
// a row of the size of the answer durably. Whatever waits for that meanwhile
// shares the next transaction, synchronous=FULL. The path says which row.
func bareWrites(b *testing.B, body []byte, header http.Header) string {
	b.Helper()
	write := groupCommit(b)
	var n atomic.Int64
	padding := strings.Repeat("x", len(body))
	return serve(b, body, header, func(path string) error {
		// SQLite writes nothing when a row stays as it was.
		return write(path, fmt.Sprintf("%d %s", n.Add(1), padding))
	})
}

// serve answers with the same bytes and headers each time, after do.
func serve(b *testing.B, body []byte, header http.Header, do func(path string) error) string {
	b.Helper()
	header = header.Clone()
	header.Del("Date")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		if err == nil {
			err = do(r.URL.Path)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		for name, values := range header {
			w.Header()[name] = values
		}
		_, _ = w.Write(body) // a client that went away fails on its own side
	}))
	b.Cleanup(s.Close)
	return s.URL
}

// bareWrite is a row to write, and who waits for it to be durable.
type bareWrite struct {
	id, document string
	done         chan error
}

// groupCommit returns what writes a row, on SQLite alone.
func groupCommit(b *testing.B) func(id, document string) error {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "floor.db")+
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(b.Context(), "CREATE TABLE floor (id TEXT PRIMARY KEY, document TEXT)"); err != nil {
		b.Fatal(err)
	}
	put, err := db.PrepareContext(b.Context(),
		"INSERT INTO floor VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET document = excluded.document")
	if err != nil {
		b.Fatal(err)
	}
	waiting := make(chan bareWrite, connections)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for first := range waiting {
			writeTogether(db, put, first, waiting)
		}
	}()
	b.Cleanup(func() {
		close(waiting)
		<-ended
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return func(id, document string) error {
		w := bareWrite{id: id, document: document, done: make(chan error, 1)}
		waiting <- w
		return <-w.done
	}
}

// writeTogether writes the first and what waits behind it in one transaction.
func writeTogether(db *sql.DB, put *sql.Stmt, first bareWrite, waiting <-chan bareWrite) {
	batch := []bareWrite{first}
	for len(batch) < perTransaction && len(waiting) > 0 {
		batch = append(batch, <-waiting)
	}
	tx, err := db.Begin() //nolint:noctx // a benchmark waits
	if err == nil {
		st := tx.Stmt(put) //nolint:noctx,sqlclosecheck // as above; it ends with the transaction
		for _, w := range batch {
			if err == nil {
				_, err = st.Exec(w.id, w.document) //nolint:noctx // as above
			}
		}
		if err == nil {
			err = tx.Commit()
		}
	}
	for _, w := range batch {
		w.done <- err
	}
}
