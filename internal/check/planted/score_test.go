package planted_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// score counts what became of the faults of a rule.
type score struct {
	planted, found, wrong int
	// near are the trees that only look as if they had such a fault.
	near int
}

// scores are by rule.
type scores map[string]*score

func (all scores) of(rule string) *score {
	if all[rule] == nil {
		all[rule] = &score{}
	}
	return all[rule]
}

func (all scores) add(p planting, found []fault) {
	if p.near {
		all.of(p.rule).near++
	}
	for _, f := range p.faults {
		if p.rule != "" && f.rule != p.rule {
			continue // the base's own, which counts once
		}
		all.of(f.rule).planted++
		if slices.Contains(found, f) {
			all.of(f.rule).found++
		}
	}
	for _, f := range missing(found, p.faults) {
		all.of(f.rule).wrong++
	}
}

func (s score) row(name string) string {
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %s | %s |\n", name, s.planted, s.near, s.found, s.wrong, s.planted-s.found,
		share(s.found, s.found+s.wrong), share(s.found, s.planted))
}

func share(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

func (all scores) table() string {
	var rows strings.Builder
	var sum score
	for _, rule := range slices.Sorted(maps.Keys(all)) {
		s := all[rule]
		rows.WriteString(s.row(fmt.Sprintf("[`%s`](checks/%s.md)", rule, rule)))
		sum = score{sum.planted + s.planted, sum.found + s.found, sum.wrong + s.wrong, sum.near + s.near}
	}
	return fmt.Sprintf(`# Precision and recall of the checks

<!-- Generated: go test ./internal/check/planted -update -->

%d faults were planted, one at a time, in connectors that are in order; %d of them were
found at their file, line and column, with %d wrong findings in all these trees and in %d
that only look as if something were wrong with them: precision %s, recall %s.

The connectors, faults and near misses are in `+"`internal/check/planted/testdata`"+`: JavaScript,
TypeScript, Java, Python and Go, and every application type. They were written by the same
people as the rules, and where a tree showed that a rule was wrong, the rule was mended: the
figures say that a rule does what it promises, not how often it errs. What it is worth in the
field, [the judgement of public connectors](corpus-judgement.md) tells. The rules of
connect.yaml have a corpus of their own; only some of them are here.

*Precision* is found / (found + wrong), *recall* is found / planted.

| rule | planted | near misses | found | wrong | missed | precision | recall |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
%s%s`, sum.planted, sum.found, sum.wrong, sum.near, share(sum.found, sum.found+sum.wrong), share(sum.found, sum.planted),
		rows.String(), sum.row("**all**"))
}
