package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

// Docs renders docs/checks.md: every rule that a finding can bear, in
// Markdown, from the descriptions of the checks themselves.
func Docs() string {
	var b strings.Builder
	b.WriteString(`# Checks

<!-- Generated from the checks: go test ./internal/check/checks -update -->

What ` + "`greenroom validate`" + `, a preview and a publish look at. Each finding bears the
name of its rule; ` + "`greenroom validate --only layout/`" + ` keeps the rules whose names
begin so. A finding of type Error fails the run, a Warning does not. The rules
of all families but ` + "`spec/`" + ` are judged once connect.yaml is valid.

## spec: connect.yaml

| rule | what holds | --fix repairs it |
| --- | --- | --- |
`)
	for _, r := range slices.Concat(check.FileRules(), connectyaml.Rules()) {
		repaired := ""
		if r.Fix != "" {
			repaired = "where mechanical"
		}
		fmt.Fprintf(&b, "| [`%s`](checks/%s.md) | %s | %s |\n", r.ID, r.ID, strings.ReplaceAll(r.Summary, "|", `\|`), repaired)
	}
	for _, family := range check.Families() {
		writeFamily(&b, family)
	}
	return b.String()
}

// writeFamily renders the checks of a family, nothing where it has none.
func writeFamily(b *strings.Builder, family check.Family) {
	own := family.Of(All())
	if len(own) > 0 {
		fmt.Fprintf(b, "\n## %s: %s\n", family.ID, strings.ToLower(family.Title[:1])+family.Title[1:])
	}
	for _, c := range own {
		fmt.Fprintf(b, "\n### [%s](checks/%s.md)\n\n%s.\n\n%s\n\nTo repair it: %s\n", c.ID, c.ID, c.Title, c.Why, c.Fix)
	}
}

// Page is the page about one rule.
type Page struct {
	// Rule is its id, and the page's path below docs/checks without ".md".
	Rule string
	Text string
}

// Pages renders a page for every rule that a finding can bear, with an example of a
// finding where there is one.
func Pages(examples map[string]string) []Page {
	var pages []Page
	for _, r := range slices.Concat(check.FileRules(), connectyaml.Rules()) {
		pages = append(pages, page(r.ID, r.Summary, r.Why+"\n\nWhat the official parser of connect.yaml refuses is an Error: it cannot be "+
			"deployed. What it lets pass is at most a Warning.\n\n## How to fix it\n\n"+specFix(r), examples[r.ID]))
	}
	for _, c := range All() {
		pages = append(pages, page(c.ID, c.Title+".", c.Why+"\n\n## How to fix it\n\n"+c.Fix, examples[c.ID]))
	}
	return pages
}

// specFix says how findings of a rule of connect.yaml are repaired.
func specFix(r connectyaml.Rule) string {
	help := "The finding names the place and says how to mend it; [common mistakes](../../connect-yaml/mistakes.md) has examples."
	if r.Fix != "" {
		help += "\n\n`greenroom validate --fix` repairs what is mechanical. " + r.Fix
	}
	return help
}

func page(rule, holds, why, example string) Page {
	if example != "" {
		why += "\n\n## Example\n\n```text\n" + strings.TrimRight(example, "\n") + "\n```"
	}
	return Page{Rule: rule, Text: fmt.Sprintf(`# %s

<!-- Generated from the checks: go test ./internal/check/checks -update -->

%s

## Why

%s

See it alone with `+"`greenroom validate --only %s`"+`; [all checks](../../checks.md).
`, rule, holds, why, rule)}
}
