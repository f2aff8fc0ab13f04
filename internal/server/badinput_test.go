package server_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/correlation"
	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
	"github.com/greenroom-registry/greenroom/internal/testkit/internals"
)

// badInput is what a hostile client sends over a connection of its own.
type badInput struct {
	name, sent string
	// cut says that the client then closes its side, with the request half sent;
	// otherwise it waits for the server to close the connection.
	cut bool
	// want lists the answers. Each is a status, followed by "json" when it is in
	// the form of the contract, "net/http" when Go's server gives it before we
	// are asked, or "ok" when it is a success.
	want []string
}

// TestBadInput sends all bad inputs over real connections. Nothing is answered by
// trouble of ours, nothing hangs, nothing tells internals, and nothing changes.
func TestBadInput(t *testing.T) {
	t.Parallel()
	git := gitserver.New(t)
	o := options(t, git)
	var logged journal
	o.Log = correlation.Logger(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r := start(t, o)
	draft := r.createdDraft(t, repository(t, git))
	r.succeeds(t, r.publish(t, draft), 1)
	before := r.everything(t, draft)

	var answers int
	byAnswer, ours := map[string]int{}, map[string][]string{}
	inputs := slices.Concat(badLines, badHeaders, badFraming, badBodies(r.token), badPaths(r.token), oddRequests(r.token), wrongMethods(t, r.token, draft))
	for _, in := range inputs {
		got := r.send(t, in)
		if !slices.Equal(got, in.want) {
			t.Errorf("%s: answered %q, want %q", in.name, got, in.want)
		}
		answers += len(got)
		for _, a := range got {
			byAnswer[a]++
			if strings.HasSuffix(a, "net/http") {
				ours[a] = append(ours[a], in.name)
			}
		}
		if len(got) == 0 {
			ours["no answer"] = append(ours["no answer"], in.name)
		}
	}
	if after := r.everything(t, draft); after != before {
		t.Errorf("bad input has changed something: before\n%s\nafter\n%s", before, after)
	}
	logged.requireLines(t)
	t.Logf("%d bad inputs, %d answers: %v", len(inputs), answers, byAnswer)
	for _, a := range slices.Sorted(maps.Keys(ours)) {
		t.Logf("Go's server answers before we are asked, %s: %s", a, strings.Join(ours[a], "; "))
	}
}

// everything is what the caller can read.
func (r *running) everything(t *testing.T, draft api.ConnectorStaged) string {
	t.Helper()
	var all strings.Builder
	for _, path := range []string{
		"/connectors/drafts?limit=500", "/connectors/search?limit=500", "/x/v1/drafts/" + draft.ID + "/runs?limit=500", "/x/v1/credentials?limit=500",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+r.token)
		got := exchange(&http.Transport{}, req)
		if !strings.HasPrefix(got, "200 ") {
			t.Fatalf("%s: answered %s", path, got)
		}
		all.WriteString(got + "\n")
	}
	return all.String()
}

// send sends the input and judges each answer by itself.
func (r *running) send(t *testing.T, in badInput) (answers []string) {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(r.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // what was to be read was read
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	// The server may refuse before it has read everything, and close.
	_, _ = io.WriteString(conn, in.sent)
	if in.cut {
		_ = conn.(*net.TCPConn).CloseWrite()
	}
	text, err := io.ReadAll(conn)
	var netErr net.Error
	if errors.As(err, &netErr) && netErr.Timeout() {
		t.Fatalf("%s: no end within %s after\n%.500s", in.name, patience, text)
	}
	for reader := bufio.NewReader(bytes.NewReader(text)); ; {
		if _, err := reader.Peek(1); err != nil {
			return answers
		}
		if got := readReply(t, in, reader); got.status != http.StatusContinue {
			answers = append(answers, got.judged(t, in))
		}
	}
}

// reply is one answer of a connection.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func readReply(t *testing.T, in badInput, reader *bufio.Reader) reply {
	t.Helper()
	res, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatalf("%s: %v", in.name, err)
	}
	defer res.Body.Close() //nolint:errcheck // everything was read
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s: %v", in.name, err)
	}
	return reply{res.StatusCode, res.Header, body}
}

// judged is the reply as badInput.want has it, found fit for a caller.
func (r reply) judged(t *testing.T, in badInput) string {
	t.Helper()
	for _, name := range []string{"X-Evil", "Set-Cookie", "Location"} {
		if r.header[name] != nil {
			t.Errorf("%s: the answer has the header %s: %q", in.name, name, r.header[name])
		}
	}
	status := fmt.Sprint(r.status)
	ids := r.header.Values(correlation.Header)
	if ids == nil {
		if told := internals.In(string(r.body), in.sent); len(told) > 0 || len(r.body) > 200 {
			t.Errorf("%s: Go's server answered %s", in.name, r.body)
		}
		return status + " net/http"
	}
	if len(ids) != 1 || uuid.Validate(ids[0]) != nil {
		t.Errorf("%s: the correlation ids are %q", in.name, ids)
	}
	if r.status >= http.StatusInternalServerError {
		t.Errorf("%s: answered %s %s", in.name, status, r.body)
	}
	if r.status < http.StatusBadRequest {
		return status + " ok"
	}
	if told := internals.In(fmt.Sprintf("%s %s", r.header, r.body), in.sent); len(told) > 0 {
		t.Errorf("%s: the answer tells %q: %s", in.name, told, r.body)
	}
	var failed api.ErrorResponse
	if err := json.Unmarshal(r.body, &failed); err != nil || failed.StatusCode != r.status || len(failed.Errors) == 0 ||
		failed.Message == "" || failed.Message != failed.Errors[0].Message || failed.Errors[0].Code == "" {
		t.Errorf("%s: the shape of %s %s is wrong", in.name, status, r.body)
	}
	return status + " json"
}

// journal is a log that can be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// requireLines checks that every line is a record of ours, and none of them
// trouble: nothing that was sent could forge one.
func (j *journal) requireLines(t *testing.T) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	for line := range strings.Lines(j.text.String()) {
		var record struct {
			Time        time.Time
			Level, Msg  string
			Correlation string `json:"correlation_id"`
			Forged      any
		}
		err := json.Unmarshal([]byte(line), &record)
		if err != nil || record.Time.IsZero() || record.Msg == "" || record.Forged != nil || record.Level == "ERROR" || strings.ContainsAny(record.Correlation, " \n\t\"") {
			t.Errorf("a line of the log is %v %s", err, line)
		}
	}
}
