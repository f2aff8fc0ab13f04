package clients_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

// TestCLI walks through every command about drafts that needs no deployments. The
// transcript is testdata/cli.golden.
func TestCLI(t *testing.T) {
	t.Parallel()
	requireClients(t)
	data := t.TempDir()
	url := startServerIn(t, data, aliasFlags(repositories(t))...)
	c := newCLI(t, url, preloaded)
	c.reviewer = createClient(t, data, "reviewers", "certify_connectors,view_connectors")
	for _, s := range walkthrough() {
		c.do(t, s)
	}
	golden.Compare(t, filepath.Join("testdata", "cli.golden"), normalize(c.transcript.String(), url))
	wantEveryCommand(t, walkthrough())
}

// TestCLIWithoutLogin is the way for people without a preload: the CLI finds a
// token in its credentials file and never asks the host where it would log in.
func TestCLIWithoutLogin(t *testing.T) {
	t.Parallel()
	requireClients(t)
	url := startServer(t)
	c := newCLI(t, url, nil)
	c.writeCredentials(t, token(t, url))
	c.do(t, step{args: connectorstaged("list"), says: "of 0."})
}

// TestCLIRenewsToken: a refused token makes the CLI log in again and repeat the
// request.
func TestCLIRenewsToken(t *testing.T) {
	t.Parallel()
	requireClients(t)
	url := startServer(t)
	c := newCLI(t, url, preloaded)
	c.writeCredentials(t, "expired")
	c.do(t, step{args: connectorstaged("list"), says: "of 0."})
}

// cli is an installed CLI with a home of its own.
type cli struct {
	url  string
	home string
	env  []string
	// reviewer is a client that may certify, as `greenroom client create` prints it.
	reviewer string
	// created is the id of the draft that was created last.
	created    string
	transcript strings.Builder
}

// preloaded loads preload.cjs into the CLI.
func preloaded(t *testing.T) []string {
	t.Helper()
	return []string{"NODE_OPTIONS=--require " + strconv.Quote(file(t, "preload.cjs"))}
}

func newCLI(t *testing.T, url string, options func(*testing.T) []string) *cli {
	t.Helper()
	c := &cli{url: url, home: t.TempDir()}
	c.env = []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + c.home,
		"USERPROFILE=" + c.home, // the home on Windows
		"NO_COLOR=1",
		"CTP_CLI_CONNECT_API_URL=" + url,
		"GREENROOM_URL=" + url,
	}
	if options != nil {
		c.env = append(c.env, options(t)...)
	}
	return c
}

var createdID = regexp.MustCompile(`successfully created\. \(id: (\S+)\)`)

// do runs a step and adds it to the transcript.
func (c *cli) do(t *testing.T, s step) {
	t.Helper()
	args := make([]string, len(s.args))
	for i, arg := range s.args {
		args[i] = strings.ReplaceAll(arg, "{id}", c.created)
	}
	line, run := commandLine("commercetools", args), c.exec
	if s.program == greenroom {
		line, run = commandLine(greenroom, args), c.review
	}
	out, exit := run(t, args)
	if exit != s.exit || !strings.Contains(color.ReplaceAllString(out, ""), s.says) {
		t.Fatalf("want exit %d and %q, got exit %d and:\n%s\n%s", s.exit, s.says, exit, line, out)
	}
	if found := createdID.FindStringSubmatch(out); found != nil {
		c.created = found[1]
	}
	if c.transcript.Len() > 0 {
		c.transcript.WriteString("\n")
	}
	if s.note != "" {
		fmt.Fprintf(&c.transcript, "# %s\n", s.note)
	}
	fmt.Fprintf(&c.transcript, "%s\n%s", line, out)
	if exit != 0 {
		fmt.Fprintf(&c.transcript, "[exit %d]\n", exit)
	}
	if s.awaits != "" {
		c.await(t, s.awaits)
	}
}

// exec runs the CLI.
func (c *cli) exec(t *testing.T, args []string) (out string, exit int) {
	t.Helper()
	program := file(t, "node_modules/@commercetools/cli/bin/run.js")
	return c.start(t, c.env, "node", append([]string{program}, args...)...)
}

// review runs greenroom as the reviewer.
func (c *cli) review(t *testing.T, args []string) (out string, exit int) {
	t.Helper()
	var reviewer struct{ ClientID, ClientSecret string }
	if err := json.Unmarshal([]byte(c.reviewer), &reviewer); err != nil {
		t.Fatal(err)
	}
	env := append(slices.Clone(c.env),
		"GREENROOM_CLIENT_ID="+reviewer.ClientID, "GREENROOM_CLIENT_SECRET="+reviewer.ClientSecret)
	return c.start(t, env, binary.Path(t), args...)
}

func (c *cli) start(t *testing.T, env []string, program string, args ...string) (out string, exit int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = env
	cmd.Dir = c.home
	text, err := cmd.CombinedOutput()
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		t.Fatalf("%s: %v", strings.Join(cmd.Args, " "), err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// await returns when the draft's latest run has ended.
func (c *cli) await(t *testing.T, key string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server := client.New(client.Options{URL: c.url, ID: "dev", Secret: "dev"})
	run, err := server.LatestRun(ctx, client.ByKey(key))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.AwaitRun(ctx, client.ByKey(key), run.ID); err != nil {
		t.Fatal(err)
	}
}

// commandLine is what a person would type. A long line has a line for each flag.
func commandLine(program string, args []string) string {
	line := "$ " + program
	for _, arg := range args {
		if strings.ContainsAny(arg, " '\"") {
			arg = "'" + arg + "'"
		}
		line += " " + arg
	}
	if len(line) <= 80 {
		return line
	}
	return strings.ReplaceAll(line, " --", " \\\n    --")
}

// writeCredentials leaves what a login would leave.
func (c *cli) writeCredentials(t *testing.T, token string) {
	t.Helper()
	now := time.Now()
	text, err := json.Marshal(map[string]any{
		"authentication": "client-credentials",
		"clientId":       "dev",
		"clientSecret":   "dev",
		"projectKey":     "dev",
		"scope":          "manage_project:dev",
		"region":         "europe-west1.gcp",
		"accessToken":    token,
		"refreshToken":   nil,
		"issuedAt":       now.UnixMilli(),
		"expiresAt":      now.Add(time.Hour).UnixMilli(),
	})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(c.home, ".commercetools")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "credentials"), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// token gets an access token as the documentation says: with curl, more or less.
func token(t *testing.T, url string) string {
	t.Helper()
	ask, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/oauth/token",
		strings.NewReader("grant_type=client_credentials"))
	if err != nil {
		t.Fatal(err)
	}
	ask.SetBasicAuth("dev", "dev")
	ask.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(ask)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var body struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil || body.Token == "" {
		t.Fatalf("no token in the answer %s: %v", answer.Status, err)
	}
	return body.Token
}
