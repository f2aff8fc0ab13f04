package check

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
	"github.com/greenroom-registry/greenroom/internal/panics"
)

// MaxSpecBytes bounds connect.yaml: what is longer is not read.
const MaxSpecBytes = 256 << 10

// RuleFileMissing is the rule that there is a connect.yaml.
const RuleFileMissing = "spec/file-missing"

// The other rules about the file itself, which the grammar cannot see.
const (
	ruleIrregular = "spec/file-irregular"
	ruleTooLarge  = "spec/file-too-large"
)

// FileRules describes the rules of this package: those about connect.yaml as a
// file. The rules about what it says are the grammar's.
func FileRules() []connectyaml.Rule {
	return []connectyaml.Rule{
		{ID: RuleFileMissing, Summary: "There is a connect.yaml at the root of the repository; no other name is looked for.",
			Why: "It says what the connector deploys, and under which settings. Connect looks for this name alone, letter for letter: a connect.yml is not found."},
		{ID: ruleIrregular, Summary: "connect.yaml is a regular file, not a link or a folder.",
			Why: "Links are not followed: where one leads, nobody can know without the machine that it was made on."},
		{ID: ruleTooLarge, Summary: fmt.Sprintf("connect.yaml has at most %d KiB.", MaxSpecBytes>>10),
			Why: "The longest files of public connectors have some kilobytes. The bound is Greenroom's own; it keeps a file from exhausting its reader."},
	}
}

// readSpec reads and parses the connect.yaml of a tree. The Spec is nil when
// there is none or it is not valid, and then a finding of type Error says why;
// an error is trouble with reading the tree.
func readSpec(tree fs.FS) (*connectyaml.Spec, []api.Finding, error) {
	entries, err := fs.ReadDir(tree, ".")
	if err != nil {
		return nil, nil, err
	}
	entry := Find(entries, connectyaml.FileName)
	if entry == nil {
		return nil, []api.Finding{missing(entries)}, nil
	}
	if !entry.Type().IsRegular() {
		return nil, []api.Finding{aboutFile(ruleIrregular,
			"connect.yaml is "+describe(entry.Type())+", not a regular file",
			"Commit connect.yaml itself; links are not followed.")}, nil
	}
	data, whole, err := ReadBounded(tree, connectyaml.FileName, MaxSpecBytes)
	if err != nil {
		return nil, nil, err
	}
	if !whole {
		return nil, []api.Finding{tooLarge()}, nil
	}
	return parseSpec(data)
}

func missing(entries []fs.DirEntry) api.Finding {
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	if name := connectyaml.Misnamed(names); name != "" {
		return aboutFile(RuleFileMissing,
			fmt.Sprintf("there is no connect.yaml at the root of the repository, but there is a %s", name),
			fmt.Sprintf("Rename it: git mv %s connect.yaml. No other name is looked for.", name))
	}
	return aboutFile(RuleFileMissing,
		"there is no connect.yaml at the root of the repository",
		"Add a connect.yaml that lists the connector's applications under deployAs, and tag that commit.")
}

func tooLarge() api.Finding {
	return aboutFile(ruleTooLarge,
		fmt.Sprintf("connect.yaml has more than %d KiB", MaxSpecBytes>>10),
		"Keep only what deploys the connector in connect.yaml.")
}

func aboutFile(rule, message, help string) api.Finding {
	return api.Finding{
		Rule: rule, Type: api.EntryError, Message: message, Help: help,
		File: connectyaml.FileName,
	}
}

func describe(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode.IsDir():
		return "a folder"
	default:
		return "a special file"
	}
}

// Specification judges the text of a connect.yaml by the rules that need nothing
// else, and returns what a run says about it. The Spec is nil when it is not valid.
// It returns an error when the parser panics.
func Specification(data []byte) (*connectyaml.Spec, []api.Finding, error) {
	spec, findings, err := parseSpec(data)
	lines := bytes.Split(data, []byte("\n"))
	for i := range findings {
		addSnippet(&findings[i], lines, redactor(nil))
		findings[i].Why, findings[i].Page = whyOfGrammar[findings[i].Rule], Page(findings[i].Rule)
	}
	return spec, findings, err
}

// whyOfGrammar says why the rules of connect.yaml exist, by their ids.
var whyOfGrammar = func() map[string]string {
	why := map[string]string{}
	for _, r := range slices.Concat(FileRules(), connectyaml.Rules()) {
		why[r.ID] = r.Why
	}
	return why
}()

// parseSpec judges the text of a connect.yaml. It returns an error when the
// parser panics.
func parseSpec(data []byte) (spec *connectyaml.Spec, findings []api.Finding, err error) {
	defer panics.Recover(&err)
	if len(data) > MaxSpecBytes {
		return nil, []api.Finding{tooLarge()}, nil
	}
	spec, findings = connectyaml.Parse(data)
	return spec, findings, nil
}
