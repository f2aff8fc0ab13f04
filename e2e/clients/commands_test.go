package clients_test

import (
	"context"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// topic begins the ids of the commands about drafts.
const topic = "connect:connectorstaged:"

// needDeployments are the commands of the topic that the server cannot serve.
var needDeployments = []string{"deploy", "preview"}

// ofEveryCommand is a flag that all commands inherit: one of them shows it.
const ofEveryCommand = "debug"

// wantEveryCommand looks for each command of the topic, and each of its flags, in
// the steps: a release of the CLI that has more fails here until a step runs it.
func wantEveryCommand(t *testing.T, steps []step) {
	t.Helper()
	given := map[string]bool{} // "update", "update --name", "--debug"
	for _, s := range steps {
		command, ok := strings.CutPrefix(strings.Join(s.args[:min(3, len(s.args))], ":"), topic)
		if !ok || s.program != "" {
			continue
		}
		given[command] = true
		for _, arg := range s.args {
			given[command+" "+arg] = true
			given[arg] = true
		}
	}
	declared := declaredCommands(t)
	for _, command := range needDeployments {
		if _, ok := declared[command]; !ok {
			t.Errorf("the CLI has no command %s%s any more, which the test leaves out", topic, command)
		}
		delete(declared, command)
	}
	for command, flags := range declared {
		if !given[command] {
			t.Errorf("the CLI has the command %s%s, and no step runs it", topic, command)
			continue
		}
		for _, flag := range flags {
			if flag != ofEveryCommand && !given[command+" --"+flag] {
				t.Errorf("the CLI's command %s%s has the flag --%s, and no step gives it", topic, command, flag)
			}
		}
	}
	if !given["--"+ofEveryCommand] {
		t.Errorf("no step gives --%s to any command", ofEveryCommand)
	}
}

// declaredCommands are the commands of the topic and their flags, as the CLI loads
// them; hidden ones too.
func declaredCommands(t *testing.T) map[string][]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	root := file(t, "node_modules/@commercetools/cli")
	out, err := exec.CommandContext(ctx, "node", file(t, "commands.mjs"), root).Output()
	if err != nil {
		t.Fatalf("list the CLI's commands: %v", err)
	}
	var all []struct {
		ID    string
		Flags []string
	}
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatalf("list the CLI's commands: %v", err)
	}
	declared := map[string][]string{}
	for _, c := range all {
		if command, ok := strings.CutPrefix(c.ID, topic); ok {
			declared[command] = slices.Sorted(slices.Values(c.Flags))
		}
	}
	if len(declared) == 0 {
		t.Fatalf("the CLI has no command that begins with %s", topic)
	}
	return declared
}
