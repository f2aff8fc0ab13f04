package check

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

// engineVersion is raised by every change that can turn a verdict while all
// rules keep their names, so that two reports with one ruleset agree.
const engineVersion = "4"

// Engine runs the grammar of connect.yaml and a fixed list of checks. It holds
// no state of a run and may be used by many goroutines.
type Engine struct {
	families []Family
	checks   []Check // in the order of the families
	rules    []string
	catalog  map[string]Rule // by id
	ruleset  string
}

// New returns an engine that runs the grammar and then these checks.
func New(checks ...Check) *Engine {
	e := &Engine{rules: specRules(), catalog: map[string]Rule{}}
	for _, r := range slices.Concat(FileRules(), connectyaml.Rules()) {
		e.catalog[r.ID] = Rule{ID: r.ID, Title: strings.TrimSuffix(r.Summary, "."), Why: r.Why}
	}
	for _, family := range Families() {
		own := family.Of(checks)
		if len(own) == 0 && family.ID != familySpec {
			continue
		}
		e.families = append(e.families, family)
		e.checks = append(e.checks, own...)
	}
	var judgedBy []string
	for _, c := range e.checks {
		e.rules = append(e.rules, c.ID)
		e.catalog[c.ID] = Rule{ID: c.ID, Title: c.Title, Why: c.Why, Fix: c.Fix}
		if c.Data != "" {
			judgedBy = append(judgedBy, c.ID+" "+c.Data)
		}
	}
	slices.Sort(e.rules)
	slices.Sort(judgedBy)
	e.ruleset = digest(slices.Concat(e.rules, judgedBy))
	return e
}

// specRules are the ids of the rules that need connect.yaml alone.
func specRules() []string {
	var ids []string
	for _, r := range slices.Concat(FileRules(), connectyaml.Rules()) {
		ids = append(ids, r.ID)
	}
	return ids
}

func digest(lines []string) string {
	sum := sha256.Sum256([]byte(engineVersion + "\n" + strings.Join(lines, "\n")))
	return "sha256:" + hex.EncodeToString(sum[:8])
}

// Ruleset names the rules that this engine judges by: "sha256:" and 16 hex
// digits. Engines of different binaries with one ruleset give one verdict.
func (e *Engine) Ruleset() string { return e.ruleset }

// Rules describes the rules that this engine judges by, by their ids.
func (e *Engine) Rules() map[string]Rule { return maps.Clone(e.catalog) }

// Options of a run. The zero value runs everything.
type Options struct {
	// Only keeps the rules whose id begins with it ("layout/"). Checks that it
	// leaves out do not run. The grammar is always read, because the checks
	// need its result: when it fails, its errors are reported even if Only
	// leaves them out, since they are why the others did not run.
	Only string
	// Parallel is how many units of checks may run at the same time; less than 2:
	// one after the other. The tree has to allow it.
	Parallel int
	// Cache has what earlier runs found, and gets what this one finds; nil: there
	// is none. It is used with trees that are Identified, when Only is empty.
	Cache *Cache
}

// UnknownRuleError is returned when no rule begins with Options.Only, which a
// silent "valid" would hide.
type UnknownRuleError struct{ Only string }

func (e *UnknownRuleError) Error() string {
	return fmt.Sprintf("no rule begins with %q; rules are named like spec/file-missing or layout/application-folder", e.Only)
}

// Result is the outcome of a run.
type Result struct {
	// Report has no commit: the tree does not know its own.
	Report api.Report
	// Spec is the connect.yaml, nil when it is missing or not valid.
	Spec *connectyaml.Spec
	// Outcomes are those of the families of checks, in the order of the
	// pipeline, also the families that did not run.
	Outcomes []Outcome
}

// Run judges a tree. Findings are ordered by file, line, column and rule, so
// that one tree always gives one report.
//
// It returns an *UnknownRuleError, the context's error when that ends first,
// an error when the tree cannot be read or a check panics. What is wrong with
// the connector is in the result.
func (e *Engine) Run(ctx context.Context, tree fs.FS, opts Options) (Result, error) {
	if err := e.knows(opts.Only); err != nil {
		return Result{}, err
	}
	identified, _ := tree.(Identified)
	tree = readUntil(ctx, tree)
	spec, findings, err := readSpec(tree)
	if err != nil {
		return Result{}, fmt.Errorf("read %s: %w", connectyaml.FileName, err)
	}
	findings = keep(findings, spec, opts.Only)
	verdicts, err := e.judge(ctx, job{tree: tree, identified: identified, spec: spec, Options: opts})
	if err != nil {
		return Result{}, err
	}
	var secrets []string
	for _, v := range verdicts {
		findings = append(findings, v.findings...)
		secrets = append(secrets, v.secrets...)
	}
	hide := redactor(secrets)
	if err := addSnippets(tree, findings, hide); err != nil {
		return Result{}, fmt.Errorf("read snippets: %w", err)
	}
	redact(findings, hide)
	return e.result(spec, findings, e.ran(opts.Only, verdicts)), nil
}

// RunFile judges one file as a connect.yaml, whatever its name, by the rules
// that need nothing else. Findings carry the name. It returns an
// *UnknownRuleError, or an error when a rule panics.
func (e *Engine) RunFile(data []byte, name string, opts Options) (Result, error) {
	if err := e.knows(opts.Only); err != nil {
		return Result{}, err
	}
	spec, findings, err := Specification(data)
	if err != nil {
		return Result{}, fmt.Errorf("read %s: %w", name, err)
	}
	findings = keep(findings, spec, opts.Only)
	for i := range findings {
		findings[i].File = name
		nameFix(findings[i].Fix, name)
	}
	return e.result(spec, findings, ran{families: familiesOf(specRules(), opts.Only)}), nil
}

// nameFix says which file a fix of one file is about.
func nameFix(fix *api.Fix, name string) {
	if fix == nil {
		return
	}
	for i := range fix.Edits {
		fix.Edits[i].File = name
	}
}

func (e *Engine) knows(only string) error {
	if len(familiesOf(e.rules, only)) == 0 {
		return &UnknownRuleError{Only: only}
	}
	return nil
}

// familiesOf are those of the rules that Only leaves.
func familiesOf(rules []string, only string) map[string]bool {
	left := map[string]bool{}
	for _, id := range rules {
		if strings.HasPrefix(id, only) {
			left[familyOf(id)] = true
		}
	}
	return left
}

// keep drops the findings that Only leaves out, save the errors that kept the
// checks from running.
func keep(findings []api.Finding, spec *connectyaml.Spec, only string) []api.Finding {
	return slices.DeleteFunc(findings, func(f api.Finding) bool {
		if spec == nil && f.Type == api.EntryError {
			return false
		}
		return !strings.HasPrefix(f.Rule, only)
	})
}

func (e *Engine) result(spec *connectyaml.Spec, findings []api.Finding, ran ran) Result {
	slices.SortStableFunc(findings, byPlace)
	for i := range findings {
		f := &findings[i]
		f.Why, f.Page = e.catalog[f.Rule].Why, Page(f.Rule)
	}
	if findings == nil {
		findings = []api.Finding{} // an empty list on the wire, never null
	}
	return Result{
		Report:   e.Report(findings),
		Spec:     spec,
		Outcomes: e.outcomes(spec, findings, ran),
	}
}

// Report is the report of this engine that has these findings, without what the
// tree is.
func (e *Engine) Report(findings []api.Finding) api.Report {
	return api.Report{Valid: !hasError(findings), Engine: engineVersion, Ruleset: e.ruleset, Findings: findings}
}

func byPlace(a, b api.Finding) int {
	return cmp.Or(
		cmp.Compare(a.File, b.File),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.Rule, b.Rule),
	)
}

func hasError(findings []api.Finding) bool {
	return slices.ContainsFunc(findings, func(f api.Finding) bool { return f.Type == api.EntryError })
}
