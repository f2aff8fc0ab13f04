package clients_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

// exchange is a line of the trace that sdk/harness.mjs writes.
type exchange struct {
	Path    string
	Query   []string
	Actions []string
	Status  int
	Codes   []string
}

func readTrace(t *testing.T, path string) []exchange {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var all []exchange
	lines := json.NewDecoder(bufio.NewReader(f))
	for lines.More() {
		var e exchange
		if err := lines.Decode(&e); err != nil {
			t.Fatalf("read %s: %v", path, err)
		}
		all = append(all, e)
	}
	return all
}

// wantEverything looks for each action, query parameter and error code that the
// SDK declares: a release of it that declares more fails here until a scenario
// sends or meets it.
func wantEverything(t *testing.T, trace []exchange) {
	t.Helper()
	sent, met := map[string]bool{}, map[string]bool{}
	for _, e := range trace {
		for _, name := range e.Query {
			sent["the query parameter "+name+" of "+e.Path] = true
		}
		for _, action := range e.Actions {
			sent["the action "+action] = sent["the action "+action] || e.Status == http.StatusCreated
		}
		for _, code := range e.Codes {
			met[code] = true
			met[fmt.Sprintf("%s with status %d", code, e.Status)] = true
		}
	}
	for _, action := range declaredActions(t) {
		if !sent["the action "+action] {
			t.Errorf("the SDK declares the action %s, and no scenario sent it with success", action)
		}
	}
	for path, builder := range map[string]string{
		"/connectors/drafts": "client/drafts/connectors-drafts-request-builder.d.ts",
		"/connectors/search": "client/search/connectors-search-request-builder.d.ts",
	} {
		for _, name := range declaredParameters(t, builder) {
			if !sent["the query parameter "+name+" of "+path] {
				t.Errorf("the SDK declares the query parameter %s of %s, and no scenario sent it", name, path)
			}
		}
	}
	wantEveryError(t, met)
}

// unprovoked are the declared codes that no request about a connector can meet,
// and why.
var unprovoked = map[string]string{
	"AuthenticationError":           "the server says invalid_token, as the contract's example does",
	"BadGateway":                    "no server is behind this one: a Git host that fails is GitRepositoryNotReachable",
	"ConnectorReferenceNotFound":    "only a deployment refers to a Connector",
	"ConnectorStagedNotPreviewable": "only a deployment for a preview is refused so; every draft takes updatePreviewable",
	"FieldValueNotFound":            "only a deployment refers to values",
}

// undeclared are what the contract has besides: of the statuses of General, 429,
// 500 and 503 need a server in trouble.
var undeclared = []string{
	"invalid_token", "General with status 405", "General with status 413", "General with status 415",
}

func wantEveryError(t *testing.T, met map[string]bool) {
	t.Helper()
	unseen := maps.Clone(unprovoked)
	for _, code := range append(declaredCodes(t), undeclared...) {
		reason, excused := unprovoked[code]
		switch {
		case excused && met[code]:
			t.Errorf("a scenario met %s, of which the test says that nothing can: %s", code, reason)
		case !excused && !met[code]:
			t.Errorf("the SDK or the contract has the error %s, and no scenario met it", code)
		}
		delete(unseen, code)
	}
	for code := range unseen {
		t.Errorf("the SDK declares no error %s any more", code)
	}
}

const declarations = "node_modules/@commercetools-connect/sdk/dist/generated/"

var (
	unionOfActions = regexp.MustCompile(`(?m)^export type ConnectorUpdateAction = (.+);$`)
	actionOf       = regexp.MustCompile(`(?m)^export interface (\w+) \{\n {4}readonly action: "(\w+)";`)
	unionOfErrors  = regexp.MustCompile(`(?m)^export type ErrorObject = (.+);$`)
	codeOf         = regexp.MustCompile(`(?m)^export interface (\w+) \{\n {4}readonly code: "(\w+)";`)
	queryArgs      = regexp.MustCompile(`(?s)get\(methodArgs\?: \{\n +queryArgs\?: \{\n(.*?)\n {8}\};`)
	queryArg       = regexp.MustCompile(`(?m)^ +'([\w.]+)'\?: `)
)

func declaredActions(t *testing.T) []string {
	t.Helper()
	return declaredUnion(t, "models/connector.d.ts", unionOfActions, actionOf)
}

// declaredCodes leaves out the errors of deployments.
func declaredCodes(t *testing.T) []string {
	t.Helper()
	var codes []string
	for _, code := range declaredUnion(t, "models/error.d.ts", unionOfErrors, codeOf) {
		if !strings.HasPrefix(code, "Deployment") {
			codes = append(codes, code)
		}
	}
	return codes
}

// declaredUnion returns the constant by which each type of a union is told apart.
func declaredUnion(t *testing.T, path string, union, member *regexp.Regexp) []string {
	t.Helper()
	text := readDeclarations(t, path)
	constants := map[string]string{}
	for _, found := range member.FindAllStringSubmatch(text, -1) {
		constants[found[1]] = found[2]
	}
	found := union.FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("%s does not declare its union as the test knows it: %s", path, union)
	}
	var all []string
	for name := range strings.SplitSeq(found[1], " | ") {
		if constants[name] == "" {
			t.Fatalf("%s does not declare %s as the test knows it: %s", path, name, member)
		}
		all = append(all, constants[name])
	}
	return all
}

func declaredParameters(t *testing.T, path string) []string {
	t.Helper()
	found := queryArgs.FindStringSubmatch(readDeclarations(t, path))
	if found == nil {
		t.Fatalf("%s does not declare the query parameters as the test knows them: %s", path, queryArgs)
	}
	var all []string
	for _, arg := range queryArg.FindAllStringSubmatch(found[1], -1) {
		all = append(all, arg[1])
	}
	return all
}

func readDeclarations(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(file(t, declarations+path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
