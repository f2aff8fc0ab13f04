package check

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

// Pass is one run of one check on one tree, or on one application of it.
type Pass struct {
	// Context ends when the run has to. The tree fails to read from then on,
	// so only a check that computes for long has to look at it.
	Context context.Context
	// Tree is the repository at the commit, its root the repository's.
	Tree fs.FS
	// Spec is the connect.yaml of the tree.
	Spec *connectyaml.Spec
	// Application is the one to judge, and Index its place in Spec.Applications;
	// nil in a Run of the whole tree.
	Application *connectyaml.Application
	Index       int

	check    Check
	findings []api.Finding
	// left counts those beyond the bound; worst is the most severe of them.
	left    int
	worst   api.Finding
	secrets []string
	memo    map[any]any
}

// Once returns what look returned when it was first called with this key on what
// the pass looks at: the checks of a family may share what takes long to find out.
// The key is of a type of its own, as those of a context are.
func Once[T any](p *Pass, key any, look func() (T, error)) (T, error) {
	if known, ok := p.memo[key]; ok {
		return known.(T), nil //nolint:forcetypeassert // one key, one look
	}
	value, err := look()
	if err == nil {
		p.memo[key] = value
	}
	return value, err
}

// Bounds of what one check says of one tree or application, so that no tree makes a
// report that nobody can store or read. Whoever has fewer findings reads all of
// them, for each is to be mended by itself: a variable, a script, a secret. A check
// whose findings have one cause stops long before, by ReportFew.
const (
	maxFindings = 200
	maxMessage  = 2000 // in bytes
)

// Report adds a finding. The rule is the check's, and so are the application and
// the help where the finding has none. The engine adds the snippet, unless the
// finding brings one. Of more than 200 findings the rest is counted, and of a
// message the first 2000 bytes are kept.
func (p *Pass) Report(f api.Finding) {
	f.Rule = p.check.ID
	f.Help = cmp.Or(f.Help, p.check.Fix)
	if p.Application != nil {
		f.Application = cmp.Or(f.Application, p.Application.Name)
	}
	if len(f.Message) > maxMessage {
		f.Message = strings.ToValidUTF8(f.Message[:maxMessage], "") + "…"
	}
	if len(p.findings) < maxFindings {
		p.findings = append(p.findings, f)
		return
	}
	if p.left == 0 || rank(f.Type) < rank(p.worst.Type) {
		p.worst = f
	}
	p.left++
}

// reported are the findings, the last of which tells of those that were left out,
// as severe as the worst of them.
func (p *Pass) reported() []api.Finding {
	if p.left == 0 {
		return p.findings
	}
	rest := p.worst
	rest.Message = fmt.Sprintf("%d more findings of this rule are left out, of which this is one: %s", p.left, rest.Message)
	return append(p.findings, rest)
}

// Redact keeps a text out of everything that the run says: no message and no
// snippet of any check repeats it.
func (p *Pass) Redact(secret string) { p.secrets = append(p.secrets, secret) }
