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

| rule | what holds |
| --- | --- |
`)
	for _, r := range slices.Concat(check.FileRules(), connectyaml.Rules()) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", r.ID, strings.ReplaceAll(r.Summary, "|", `\|`))
	}
	for _, family := range check.Families() {
		writeFamily(&b, family)
	}
	return b.String()
}

// writeFamily renders the checks of a family, nothing where it has none.
func writeFamily(b *strings.Builder, family check.Family) {
	own := slices.DeleteFunc(All(), func(c check.Check) bool { return c.Family() != family.ID })
	if len(own) > 0 {
		fmt.Fprintf(b, "\n## %s: %s\n", family.ID, strings.ToLower(family.Title[:1])+family.Title[1:])
	}
	for _, c := range own {
		fmt.Fprintf(b, "\n### %s\n\n%s.\n\n%s\n\nTo repair it: %s\n", c.ID, c.Title, c.Why, c.Fix)
	}
}
