package check

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
	"github.com/greenroom-registry/greenroom/internal/panics"
)

// unit is what is judged in one piece, and what a result is kept of: the checks of
// a family that look at the whole tree, or those that look at one application.
type unit struct {
	family string
	checks []Check
	// application is its place in the Spec, whole for the tree as a whole.
	application int
}

const whole = -1

// job is a tree with all that a unit has to know of a run.
type job struct {
	Options
	tree       fs.FS
	identified Identified // nil when the tree is not
	spec       *connectyaml.Spec
}

// verdict is what a unit has to say.
type verdict struct {
	family, application string // no application: of the whole tree
	findings            []api.Finding
	secrets             []string
	// reused is whether an earlier run found it.
	reused bool
}

// units are those that Only leaves of a Spec, in the order of the families.
func (e *Engine) units(spec *connectyaml.Spec, only string) (units []unit) {
	if spec == nil {
		return nil
	}
	for _, family := range e.families {
		var ofTree, ofApplication []Check
		for _, c := range family.Of(e.checks) {
			switch {
			case !strings.HasPrefix(c.ID, only):
			case c.Run != nil:
				ofTree = append(ofTree, c)
			default:
				ofApplication = append(ofApplication, c)
			}
		}
		if len(ofTree) > 0 {
			units = append(units, unit{family: family.ID, checks: ofTree, application: whole})
		}
		for i := range spec.Applications {
			if len(ofApplication) > 0 {
				units = append(units, unit{family: family.ID, checks: ofApplication, application: i})
			}
		}
	}
	return units
}

// judge returns the verdicts of all units, in their order.
func (e *Engine) judge(ctx context.Context, j job) ([]verdict, error) {
	units := e.units(j.spec, j.Only)
	verdicts := make([]verdict, len(units))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, j.Parallel))
	for i, u := range units {
		group.Go(func() (err error) {
			verdicts[i], err = e.verdict(ctx, j, u)
			return err
		})
	}
	return verdicts, group.Wait()
}

// verdict is that of an earlier run, if there is one, or that of the checks.
func (e *Engine) verdict(ctx context.Context, j job, u unit) (verdict, error) {
	key := e.key(j, u)
	if v, ok := j.Cache.get(key); ok {
		return v, nil
	}
	v := verdict{family: u.family}
	pass := Pass{Context: ctx, Tree: j.tree, Spec: j.spec, memo: map[any]any{}}
	if u.application != whole {
		pass.Application, pass.Index = &j.spec.Applications[u.application], u.application
		v.application = pass.Application.Name
		pass.Tree = ofApplication(j.tree, v.application)
	}
	for _, c := range u.checks {
		own := pass
		own.check = c
		if err := runCheck(&own); err != nil {
			return verdict{}, fmt.Errorf("check %s: %w", c.ID, err)
		}
		v.findings = append(v.findings, own.reported()...)
		v.secrets = append(v.secrets, own.secrets...)
	}
	j.Cache.put(key, v)
	return v, nil
}

func runCheck(p *Pass) (err error) {
	defer panics.Recover(&err)
	if err := p.Context.Err(); err != nil {
		return err
	}
	run := p.check.RunApplication
	if p.check.Run != nil {
		run = p.check.Run
	}
	if err := run(p); err != nil {
		return err
	}
	// A check may have taken an unreadable file for a missing one.
	return p.Context.Err()
}

// ran sums up the verdicts.
func (e *Engine) ran(only string, verdicts []verdict) ran {
	r := ran{families: familiesOf(e.rules, only), reused: map[part]bool{}}
	for _, v := range verdicts {
		if v.reused {
			r.reused[part{v.family, v.application}] = true
		}
	}
	return r
}
