package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
)

// The steps of the how-to's workflow, on a connector that is not valid: the log and
// the comment are written, and only the last step fails.
func TestHowToCI(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("the steps need bash, which is not here")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	text, err := os.ReadFile("../docs/howto/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindSubmatch(text)
	if block == nil {
		t.Fatal("the how-to has no workflow")
	}
	var workflow struct {
		Jobs map[string]struct{ Steps []struct{ Name, Run string } }
	}
	if err := yaml.Unmarshal(block[1], &workflow); err != nil {
		t.Fatal(err)
	}

	folder, bin, temp := t.TempDir(), t.TempDir(), t.TempDir()
	write := func(path, text string, mode os.FileMode) {
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(folder, "connect.yaml"), "deployAs:\n  - name: tax\n    applicationType: service\n    endpoint: /tax\n", 0o600)
	// GitHub's own command would send the comment.
	write(filepath.Join(bin, "gh"), "#!/bin/sh\necho \"$@\" > \"$RUNNER_TEMP/gh\"\n", 0o700)
	if err := os.Symlink(binary.Path(t), filepath.Join(bin, "greenroom")); err != nil {
		t.Fatal(err)
	}
	var last []byte
	ran := 0
	steps := workflow.Jobs["validate"].Steps
	for i, step := range steps {
		if step.Run == "" || strings.HasPrefix(step.Run, "go install ") {
			continue
		}
		ran++
		cmd := exec.CommandContext(ctx, "bash", "-e", "-o", "pipefail", "-c", step.Run)
		cmd.Dir = folder
		cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "RUNNER_TEMP="+temp, "PULL_REQUEST=https://git.example/1")
		last, err = cmd.Output()
		if failed := (*exec.ExitError)(nil); (i == len(steps)-1) != (errors.As(err, &failed) && failed.ExitCode() == 1) {
			t.Fatalf("the step %q ended with %v\n%s", step.Name, err, last)
		}
	}
	if ran != 3 || !strings.Contains(string(last), "\n::error file=connect.yaml,line=2,col=11,title=layout/application-folder::") {
		t.Errorf("of %d steps the last printed %s", ran, last)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(temp, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	var log struct {
		Runs []struct{ Results []struct{ RuleID string } }
	}
	if err := json.Unmarshal([]byte(read("greenroom.sarif")), &log); err != nil || len(log.Runs) != 1 || len(log.Runs[0].Results) == 0 {
		t.Errorf("%v, the log is %+v", err, log)
	}
	if comment := read("comment.md"); !strings.HasPrefix(comment, "## Greenroom: not valid (") {
		t.Errorf("the comment is %s", comment)
	}
	if given, want := read("gh"), "pr comment https://git.example/1 --edit-last --create-if-none --body-file "+temp+"/comment.md\n"; given != want {
		t.Errorf("gh got %q, want %q", given, want)
	}
}
