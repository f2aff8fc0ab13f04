package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/greenroom-registry/greenroom/internal/demo"
)

// world is what a script has to do with: a server, if it started one, and a client
// of it.
type world struct {
	*settler
	server *process
	// authorization is the header's value, "" before the first request of a
	// client.
	client        apiClient
	authorization string
}

type apiClient struct {
	ID     string `json:"clientId"`
	Secret string `json:"clientSecret"`
}

type worldKey struct{}

// command makes a command of testscript of a method.
func command(least, most int, do func(*world, *testscript.TestScript, []string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) < least || len(args) > most {
			ts.Fatalf("the command takes %d to %d arguments and no !", least, most)
		}
		ts.Check(do(ts.Value(worldKey{}).(*world), ts, args))
	}
}

func (w *world) makeRepository(ts *testscript.TestScript, args []string) error {
	dir := ts.MkAbs(args[0])
	if err := os.RemoveAll(dir + ".git"); err != nil {
		return err
	}
	_, err := demo.MakeRepository(context.Background(), dir+".git", os.DirFS(dir), args[1])
	return err
}

func (w *world) startServer(ts *testscript.TestScript, args []string) error {
	if w.server != nil {
		return errors.New("the script has started a server already")
	}
	var err error
	if w.server, err = startProcess(ts.MkAbs("."), args); err != nil {
		return err
	}
	ts.Setenv("GREENROOM_URL", w.server.url) // for the commands that talk to a server
	if w.client == (apiClient{}) {
		w.client = apiClient{devClient, devSecret}
	}
	ready, err := w.exchange(http.MethodGet, "/healthz", nil)
	if err == nil && ready.StatusCode != http.StatusOK {
		err = fmt.Errorf("the server is not ready: %s", ready.Status)
	}
	return err
}

func (w *world) stopServer(ts *testscript.TestScript, _ []string) error {
	if w.server == nil {
		return errors.New("the script has started no server")
	}
	p := w.server
	if err := w.close(); err != nil {
		return err
	}
	_, err := io.WriteString(ts.Stdout(), w.settled(p.String()))
	return err
}

// close stops the server that the script has left running.
func (w *world) close() error {
	p := w.server
	if p == nil {
		return nil
	}
	w.server = nil
	return p.stop()
}

func (w *world) logIn(ts *testscript.TestScript, args []string) error {
	w.authorization = ""
	err := json.Unmarshal([]byte(ts.ReadFile(args[0])), &w.client)
	ts.Setenv("GREENROOM_CLIENT_ID", w.client.ID)
	ts.Setenv("GREENROOM_CLIENT_SECRET", w.client.Secret)
	return err
}

func (w *world) callAPI(ts *testscript.TestScript, args []string) error {
	var body []byte
	if len(args) == 3 {
		body = []byte(w.unsettled(ts.ReadFile(args[2])))
	}
	got, err := w.authorized(args[0], w.unsettled(args[1]), body)
	if err != nil {
		return err
	}
	fmt.Fprintln(ts.Stdout(), got.Status)
	for _, name := range []string{"Allow", "Retry-After", "WWW-Authenticate"} {
		if value := got.Header.Get(name); value != "" {
			fmt.Fprintf(ts.Stdout(), "%s: %s\n", name, value)
		}
	}
	var text bytes.Buffer
	if err := json.Indent(&text, got.body, "", "  "); err != nil {
		return fmt.Errorf("the answer is no JSON: %w\n%s", err, got.body)
	}
	fmt.Fprintln(ts.Stdout(), w.settled(text.String()))
	return nil
}

func (w *world) awaitRun(_ *testscript.TestScript, args []string) error {
	runs := "/x/v1/drafts/" + w.unsettled(args[0]) + "/runs"
	got, err := w.authorized(http.MethodGet, runs+"?limit=1", nil)
	if err != nil {
		return err
	}
	var page struct {
		Results []struct{ ID string }
	}
	if err := json.Unmarshal(got.body, &page); err != nil || len(page.Results) == 0 {
		return fmt.Errorf("the draft has no run: %s", got.body)
	}
	got, err = w.authorized(http.MethodGet, runs+"/"+page.Results[0].ID+"?wait=25", nil)
	if err == nil && !bytes.Contains(got.body, []byte(`"endedAt"`)) {
		err = fmt.Errorf("the run did not end: %s", got.body)
	}
	return err
}

func (w *world) printFile(ts *testscript.TestScript, args []string) error {
	_, err := io.WriteString(ts.Stdout(), w.settled(ts.ReadFile(args[0])))
	return err
}

// answer is a response whose body was read.
type answer struct {
	*http.Response
	body []byte
}

// authorized sends a request with a token of the client, or to the token endpoint
// with its credentials.
func (w *world) authorized(method, path string, body []byte) (answer, error) {
	if w.authorization == "" && !strings.HasPrefix(path, "/oauth/") {
		got, err := w.exchange(http.MethodPost, "/oauth/token?grant_type=client_credentials", nil)
		if err != nil {
			return got, err
		}
		var token struct {
			Value string `json:"access_token"`
		}
		if err := json.Unmarshal(got.body, &token); err != nil || token.Value == "" {
			return got, fmt.Errorf("got no token: %s", got.body)
		}
		w.authorization = "Bearer " + token.Value
	}
	return w.exchange(method, path, body)
}

func (w *world) exchange(method, path string, body []byte) (answer, error) {
	if w.server == nil {
		return answer{}, errors.New("the script has started no server")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, w.server.url+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.SetBasicAuth(w.client.ID, w.client.Secret)
	if w.authorization != "" {
		req.Header.Set("Authorization", w.authorization)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close() //nolint:errcheck // everything was read
	text, err := io.ReadAll(res.Body)
	return answer{res, bytes.TrimSpace(text)}, err
}
