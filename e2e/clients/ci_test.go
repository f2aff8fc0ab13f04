package clients_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/greenroom-registry/greenroom/internal/demo/connectors"
	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
)

// job is what a runner of either kind does: scripts, each in a shell of its own.
type job struct {
	name    string
	env     map[string]string
	scripts []string
}

// installs are the steps of the how-to that need a network, and are left out: the
// test has what they bring.
func installs(t *testing.T) []string {
	t.Helper()
	pinned, err := readManifest("package.json")
	if err != nil {
		t.Fatal(err)
	}
	return []string{
		"actions/checkout@v4",
		"actions/setup-go@v5",
		"go install github.com/greenroom-registry/greenroom/cmd/greenroom@latest",
		"npm install --global @commercetools/cli@" + pinned.Dependencies["@commercetools/cli"],
	}
}

// TestHowToCI runs the jobs of the how-to for both systems on the tag v1.3.0 of a
// connector, whose draft is at v1.2.0.
func TestHowToCI(t *testing.T) {
	t.Parallel()
	requireClients(t)
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("the jobs need bash, which is not here")
	}
	skipped := map[string]bool{}
	systems := map[string][]job{
		"GitHub Actions": gitHubJobs(t, howToBlock(t, ".github/workflows"), skipped),
		"GitLab":         gitLabJobs(t, howToBlock(t, ".gitlab-ci.yml"), skipped),
	}
	for _, step := range installs(t) {
		if !skipped[step] {
			t.Errorf("the how-to has no step %q any more, which the test leaves out", step)
		}
	}
	for system, jobs := range systems {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			releases(t, jobs)
		})
	}
}

func releases(t *testing.T, jobs []job) {
	t.Helper()
	r := newRunner(t)
	names := make([]string, len(jobs))
	for i, j := range jobs {
		names[i] = j.name
		if out, err := r.run(t, j); err != nil {
			t.Fatalf("the job %s: %v\n%s", j.name, err, out)
		}
	}
	if !slices.Equal(names, []string{"validate", "release"}) {
		t.Fatalf("the jobs are %v, want validate and release", names)
	}
	out, exit := r.cli.exec(t, connectorstaged("describe", "--key", "tax-calculator"))
	for _, want := range []string{"tag: 'v1.3.0'", "status: 'Published'"} {
		if exit != 0 || !strings.Contains(color.ReplaceAllString(out, ""), want) {
			t.Errorf("after the release the draft does not say %s:\n%s", want, out)
		}
	}

	r.tag = "v9.9.9"
	if out, err := r.run(t, jobs[1]); err == nil || !strings.Contains(out, "GitRepositoryNotReachable") {
		t.Errorf("the release of a tag that is not there ended with %v:\n%s", err, out)
	}
	if err := os.Remove(filepath.Join(r.folder, "connect.yaml")); err != nil {
		t.Fatal(err)
	}
	if out, err := r.run(t, jobs[0]); err == nil || !strings.Contains(out, "connect.yaml") {
		t.Errorf("validate without connect.yaml ended with %v:\n%s", err, out)
	}
}

// runner has the connector checked out, the programs in its PATH, and the project's
// settings in its environment.
type runner struct {
	url, folder, path, tag string
	client                 struct{ ClientID, ClientSecret string }
	cli                    *cli
}

func newRunner(t *testing.T) *runner {
	t.Helper()
	data := t.TempDir()
	r := &runner{
		url:    startServerIn(t, data, aliasFlags(repositories(t))...),
		folder: t.TempDir(),
		tag:    "v1.3.0",
	}
	if err := json.Unmarshal([]byte(createClient(t, data, "shop", "manage_connectors")), &r.client); err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(binary.Path(t), filepath.Join(bin, "greenroom")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file(t, "node_modules/@commercetools/cli/bin/run.js"), filepath.Join(bin, "commercetools")); err != nil {
		t.Fatal(err)
	}
	r.path = bin + string(os.PathListSeparator) + os.Getenv("PATH")
	r.checkOut(t)

	// The draft is there before CI is.
	r.cli = newCLI(t, r.url, preloaded)
	login := job{
		env: map[string]string{
			"CTP_CLI_CONNECT_API_URL": "$GREENROOM_URL",
			"GREENROOM_CLIENT_ID":     "$GREENROOM_CLIENT_ID",
			"GREENROOM_CLIENT_SECRET": "$GREENROOM_CLIENT_SECRET",
		},
		scripts: []string{"node greenroom-login.mjs"},
	}
	if out, err := r.run(t, login); err != nil {
		t.Fatalf("log in: %v\n%s", err, out)
	}
	r.cli.do(t, step{args: create("tax-calculator", "v1.2.0", "Tax calculator"), says: "successfully created"})
	return r
}

// checkOut leaves the connector in the runner's folder, with the login's script.
func (r *runner) checkOut(t *testing.T) {
	t.Helper()
	all := connectors.All()
	at := slices.IndexFunc(all, func(c connectors.Connector) bool { return c.Name == "tax-calculator" })
	if err := os.CopyFS(r.folder, all[at].Files); err != nil {
		t.Fatal(err)
	}
	script := howToBlock(t, "// greenroom-login.mjs")
	if err := os.WriteFile(filepath.Join(r.folder, "greenroom-login.mjs"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
}

// setting is what a person has entered for the project at GitHub or GitLab.
func (r *runner) setting(name string) string {
	return map[string]string{
		"GREENROOM_URL":           r.url,
		"GREENROOM_CLIENT_ID":     r.client.ClientID,
		"GREENROOM_CLIENT_SECRET": r.client.ClientSecret,
	}[name]
}

// run runs the job as a runner does: a script that fails is the last one.
func (r *runner) run(t *testing.T, j job) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	env := []string{
		"PATH=" + r.path, "HOME=" + r.cli.home, "NO_COLOR=1",
		"GITHUB_REF_NAME=" + r.tag, "CI_COMMIT_TAG=" + r.tag,
	}
	env = append(env, preloaded(t)...) // for the pauses: without GREENROOM_URL it can send no login
	for name, value := range j.env {
		env = append(env, name+"="+os.Expand(value, r.setting))
	}
	var all strings.Builder
	for _, script := range j.scripts {
		cmd := exec.CommandContext(ctx, "bash", "-e", "-o", "pipefail", "-c", script)
		cmd.Dir, cmd.Env = r.folder, env
		out, err := cmd.CombinedOutput()
		all.Write(out)
		if err != nil {
			return all.String(), fmt.Errorf("run %q: %w", script, err)
		}
	}
	return all.String(), nil
}

// gitHubSetting is ${{ vars.NAME }} or ${{ secrets.NAME }}.
var gitHubSetting = regexp.MustCompile(`\$\{\{ (?:vars|secrets)\.(\w+) \}\}`)

func gitHubJobs(t *testing.T, text string, skipped map[string]bool) []job {
	t.Helper()
	type definition struct {
		Needs string
		If    string
		Env   map[string]string
		Steps []struct{ Uses, Run string }
	}
	var workflow struct{ Jobs map[string]definition }
	if err := yaml.Unmarshal([]byte(text), &workflow); err != nil {
		t.Fatalf("read the workflow: %v", err)
	}
	release := workflow.Jobs["release"]
	if release.Needs != "validate" || release.If != "github.ref_type == 'tag'" {
		t.Errorf("release needs %q and runs if %q", release.Needs, release.If)
	}
	var jobs []job
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(workflow.Jobs))) { // validate, release
		j := job{name: name, env: map[string]string{}}
		for key, value := range workflow.Jobs[name].Env {
			j.env[key] = gitHubSetting.ReplaceAllString(value, "$${$1}")
		}
		for _, s := range workflow.Jobs[name].Steps {
			j.add(t, s.Uses+s.Run, skipped)
		}
		jobs = append(jobs, j)
	}
	return jobs
}

func gitLabJobs(t *testing.T, text string, skipped map[string]bool) []job {
	t.Helper()
	type definition struct {
		Stage     string
		Rules     []struct{ If string }
		Variables map[string]string
		Script    []string
	}
	var pipeline map[string]definition
	if err := yaml.Unmarshal([]byte(text), &pipeline); err != nil {
		t.Fatalf("read the pipeline: %v", err)
	}
	release := pipeline["release"]
	if pipeline["validate"].Stage != "test" || release.Stage != "deploy" || len(release.Rules) != 1 || release.Rules[0].If != "$CI_COMMIT_TAG" {
		t.Errorf("validate is in the stage %q, release in %q by the rules %v", pipeline["validate"].Stage, release.Stage, release.Rules)
	}
	var jobs []job
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(pipeline))) { // validate, release
		// A GitLab project's settings are variables of every job.
		j := job{name: name, env: map[string]string{
			"GREENROOM_CLIENT_ID":     "$GREENROOM_CLIENT_ID",
			"GREENROOM_CLIENT_SECRET": "$GREENROOM_CLIENT_SECRET",
		}}
		maps.Copy(j.env, pipeline[name].Variables)
		for _, line := range pipeline[name].Script {
			j.add(t, line, skipped)
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// add adds the script, or notes that it is left out.
func (j *job) add(t *testing.T, script string, skipped map[string]bool) {
	t.Helper()
	if slices.Contains(installs(t), script) {
		skipped[script] = true
		return
	}
	j.scripts = append(j.scripts, script)
}
