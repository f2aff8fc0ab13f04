package official_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// answerWithin is how long the language server may take for one answer.
const answerWithin = 30 * time.Second

// languageServer is yaml-language-server, spoken to as editors do: by the Language
// Server Protocol over its standard input and output.
type languageServer struct {
	in  io.Writer
	out *textproto.Reader
	ids int
	// diagnostics are the last ones of each document, by its URI.
	diagnostics map[string][]diagnostic
}

type (
	message struct {
		JSONRPC string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id,omitempty"`
		Method  string          `json:"method,omitempty"`
		Params  json.RawMessage `json:"params,omitempty"`
		Result  json.RawMessage `json:"result,omitempty"`
		Error   json.RawMessage `json:"error,omitempty"`
	}
	// position counts lines and UTF-16 units from 0.
	position struct {
		Line      int `json:"line"`
		Character int `json:"character"`
	}
	diagnostic struct {
		Range   struct{ Start, End position } `json:"range"`
		Message string                        `json:"message"`
	}
	completionItem struct {
		Label         string          `json:"label"`
		SortText      string          `json:"sortText"`
		Documentation json.RawMessage `json:"documentation"`
	}
)

// startLanguageServer ends it, and every wait for it, with the test.
func startLanguageServer(t *testing.T) *languageServer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), answerWithin)
	cmd := exec.CommandContext(ctx, "node", file(t, "node_modules/yaml-language-server/bin/yaml-language-server"), "--stdio")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was killed
	})
	s := &languageServer{in: in, out: textproto.NewReader(bufio.NewReader(out)), diagnostics: map[string][]diagnostic{}}
	s.request(t, "initialize", map[string]any{
		"processId": os.Getpid(),
		"rootUri":   nil,
		"capabilities": map[string]any{
			"workspace":    map[string]any{"configuration": true},
			"textDocument": map[string]any{"publishDiagnostics": map[string]any{}},
		},
	}, nil)
	s.notify(t, "initialized", map[string]any{})
	return s
}

func (s *languageServer) send(t *testing.T, m map[string]any) {
	t.Helper()
	m["jsonrpc"] = "2.0"
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(s.in, "Content-Length: %d\r\n\r\n%s", len(text), text); err != nil {
		t.Fatal(err)
	}
}

func (s *languageServer) notify(t *testing.T, method string, params any) {
	t.Helper()
	s.send(t, map[string]any{"method": method, "params": params})
}

// request puts the result where result points to.
func (s *languageServer) request(t *testing.T, method string, params, result any) {
	t.Helper()
	s.ids++
	id := strconv.Itoa(s.ids)
	s.send(t, map[string]any{"id": s.ids, "method": method, "params": params})
	for {
		m := s.receive(t)
		if m.Method != "" || string(m.ID) != id {
			continue
		}
		if m.Error != nil {
			t.Fatalf("%s: %s", method, m.Error)
		}
		if result == nil {
			return
		}
		if err := json.Unmarshal(m.Result, result); err != nil {
			t.Fatalf("%s answered %s: %v", method, m.Result, err)
		}
		return
	}
}

// receive reads a message, and answers it if the server asks something.
func (s *languageServer) receive(t *testing.T) message {
	t.Helper()
	header, err := s.out.ReadMIMEHeader()
	if err != nil {
		t.Fatalf("read from the language server, which has %v: %v", answerWithin, err)
	}
	size, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil {
		t.Fatal(err)
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(s.out.R, text); err != nil {
		t.Fatal(err)
	}
	var m message
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	switch {
	case m.Method == "workspace/configuration":
		s.send(t, map[string]any{"id": m.ID, "result": configuration(t, m.Params)})
	case m.Method == "textDocument/publishDiagnostics":
		var p struct {
			URI         string       `json:"uri"`
			Diagnostics []diagnostic `json:"diagnostics"`
		}
		if err := json.Unmarshal(m.Params, &p); err != nil {
			t.Fatal(err)
		}
		s.diagnostics[p.URI] = p.Diagnostics
	case m.Method != "" && m.ID != nil:
		s.send(t, map[string]any{"id": m.ID, "result": nil})
	}
	return m
}

// configuration answers for each section that is asked for. No list of
// schemas is fetched: the modeline of a file is enough.
func configuration(t *testing.T, params json.RawMessage) []any {
	t.Helper()
	var asked struct {
		Items []struct{ Section string } `json:"items"`
	}
	if err := json.Unmarshal(params, &asked); err != nil {
		t.Fatal(err)
	}
	var out []any
	for _, item := range asked.Items {
		if item.Section != "yaml" {
			out = append(out, map[string]any{})
			continue
		}
		off := map[string]any{"enable": false}
		out = append(out, map[string]any{"validate": true, "completion": true, "hover": true, "schemaStore": off, "kubernetesCRDStore": off})
	}
	return out
}
