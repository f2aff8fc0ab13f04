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
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestCLI walks through every command about drafts that needs no deployments. The
// transcript is testdata/cli.golden.
func TestCLI(t *testing.T) {
	t.Parallel()
	requireClients(t)
	url := startServer(t, repositories(t))
	c := newCLI(t, url, preloaded)
	for _, s := range walkthrough() {
		c.do(t, s)
	}
	golden(t, "cli.golden", normalize(c.transcript.String(), url))
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

// step is one command line.
type step struct {
	note string // what a reader of the transcript should know
	// args may hold {id}, which stands for the draft that was created last.
	args []string
	exit int
	// says is a part of what it must print: -update must not write a failure
	// into the golden file.
	says string
}

func connectorstaged(command string, flags ...string) []string {
	return append([]string{"connect", "connectorstaged", command}, flags...)
}

func create(repository, tag, name string, flags ...string) []string {
	return connectorstaged("create", append([]string{
		"--key", repository,
		"--name", name,
		"--repository-url", acme + repository + ".git",
		"--repository-tag", tag,
		"--creator-email", "dev@example.com",
	}, flags...)...)
}

func login(secret, project string) []string {
	return []string{
		"auth", "login", "--client-credentials",
		"--client-id", "dev", "--client-secret", secret,
		"--region", "europe-west1.gcp", "--project-key", project,
	}
}

func walkthrough() []step {
	const failed = 2 // the exit code of every error of the CLI
	return []step{
		{args: login("wrong", "dev"), exit: failed, says: "Invalid client credentials."},
		{args: login("dev", "shop"), exit: failed, says: `Project key "shop"`},
		{args: login("dev", "dev"), says: "Authentication successful"},
		{args: []string{"auth", "whoami"}, says: "Scopes: manage_project:dev"},
		{
			note: "A draft is made of a release: a repository and a tag in it.",
			args: create("tax-calculator", "v1.2.0", "Tax calculator",
				"--description", "Sets tax rates on carts.",
				"--integration-types", "tax",
				"--supported-regions", "europe-west1.gcp,us-central1.gcp"),
			says: "successfully created",
		},
		{args: connectorstaged("list"), says: "Showing items 1–1 of 1."},
		{args: connectorstaged("describe", "--key", "tax-calculator"), says: "tax-service"},
		{args: connectorstaged("update", "--key", "tax-calculator", "--name", "Taxes"), says: "(version: 2)"},
		{
			args: connectorstaged("update", "--id", "{id}", "--repository-tag", "v1.3.0", "--creator-email", "tax@example.com"),
			says: "(version: 3)",
		},
		{
			note: "This command is hidden: `connect connectorstaged preview` runs it before it deploys.",
			args: connectorstaged("validate", "--key", "tax-calculator"),
			says: "succeeded!",
		},
		{args: connectorstaged("publish", "--id", "{id}"), says: "Publishing succeeded"},
		{args: connectorstaged("list", "--limit", "1", "--sort", "-createdAt"), says: "Published"},

		{
			note: "A connector that obeys the grammar but does not deploy.",
			args: create("loyalty-points", "v0.1.0", "Loyalty points"),
			says: "successfully created",
		},
		{args: connectorstaged("validate", "--id", "{id}"), exit: failed, says: "Validation failed"},
		{args: connectorstaged("publish", "--key", "loyalty-points"), exit: failed, says: "Publishing failed"},

		{
			note: "What is refused.",
			args: create("tax-calculator", "v1.2.0", "Tax calculator"),
			exit: failed, says: "DuplicateField",
		},
		{args: create("stock-import", "v9.9.9", "Stock import"), exit: failed, says: "GitRepositoryNotReachable"},
		{args: create("no-specification", "v1.0.0", "Not yet"), exit: failed, says: "ConnectorSpecificationFileNotFound"},
		{args: create("invalid-specification", "v1.0.0", "Not so"), exit: failed, says: "ConnectorSpecificationFileNotValid"},
		{args: connectorstaged("describe", "--key", "nobody"), exit: failed, says: "ResourceNotFound"},

		{
			note: "A release that is published privately can be certified.",
			args: connectorstaged("certify", "--key", "tax-calculator"),
			says: "is under review",
		},
	}
}

// cli is an installed CLI with a home of its own.
type cli struct {
	home string
	env  []string
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
	c := &cli{home: t.TempDir()}
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
	out, exit := c.exec(t, args)
	if exit != s.exit || !strings.Contains(out, s.says) {
		t.Fatalf("want exit %d and %q, got exit %d and:\n%s\n%s", s.exit, s.says, exit, commandLine(args), out)
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
	fmt.Fprintf(&c.transcript, "%s\n%s", commandLine(args), out)
	if exit != 0 {
		fmt.Fprintf(&c.transcript, "[exit %d]\n", exit)
	}
}

func (c *cli) exec(t *testing.T, args []string) (out string, exit int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	program := file(t, "node_modules/@commercetools/cli/bin/run.js")
	cmd := exec.CommandContext(ctx, "node", append([]string{program}, args...)...)
	cmd.Env = c.env
	cmd.Dir = c.home
	text, err := cmd.CombinedOutput()
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		t.Fatalf("%s: %v", commandLine(args), err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// commandLine is what a person would type. A long line has a line for each flag.
func commandLine(args []string) string {
	line := "$ commercetools"
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
