package check

import (
	"slices"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

// State is how a family of checks ended.
type State string

// The states, in the words of a report entry's title.
const (
	Succeeded State = "succeeded"
	Failed    State = "failed"
	Skipped   State = "skipped"
)

// Outcome is what became of one family of checks, or of one family for one
// application.
type Outcome struct {
	// Family is the part of the rules' ids before the slash.
	Family string
	// Title is the family's name for people, as it begins an entry's title.
	Title string
	State State
	// Reason says why it was skipped, "" otherwise.
	Reason string
	// Application is set where the outcome is that of one application.
	Application string
}

// EntryTitle is the title of the outcome's report entry: "Application layout
// check succeeded".
func (o Outcome) EntryTitle() string { return o.Title + " check " + string(o.State) }

// notRun are the families of the hosted service that this engine does not
// have. A report names them, so that nobody takes a pass for more than it is.
var notRun = []Outcome{
	{Family: "build", Title: "Application build", State: Skipped, Reason: leftToCI},
	{Family: "test", Title: "Unit tests", State: Skipped, Reason: leftToCI},
	{Family: "scan", Title: "Security scan", State: Skipped, Reason: leftToCI},
}

const leftToCI = "Greenroom runs no code of a connector and makes no image of it; leave that to CI."

// ran says what of a run took place.
type ran struct {
	families map[string]bool // those that had a rule to run
	reused   map[part]bool   // those whose result is that of an earlier run
}

// part is what an outcome is about: a family, or an application of it.
type part struct{ family, application string }

// outcomes are those of the families that the engine has.
func (e *Engine) outcomes(spec *connectyaml.Spec, findings []api.Finding, ran ran) []Outcome {
	var out []Outcome
	for _, family := range e.families {
		o := Outcome{Family: family.ID, Title: family.Title}
		switch {
		case family.ID != familySpec && spec == nil:
			o.State, o.Reason = Skipped, "The connector specification file is not valid."
			out = append(out, o)
		case !family.PerApplication || len(spec.Applications) == 0:
			out = append(out, decide(o, findings, ran))
		default:
			for _, app := range spec.Applications {
				o.Application = app.Name
				out = append(out, decide(o, findings, ran))
			}
		}
	}
	return append(out, notRun...)
}

// NotReached are the outcomes when there is no tree to look at.
func (e *Engine) NotReached(reason string) []Outcome {
	var out []Outcome
	for _, family := range e.families {
		out = append(out, Outcome{Family: family.ID, Title: family.Title, State: Skipped, Reason: reason})
	}
	return append(out, notRun...)
}

// decide reads the state of an outcome off the findings of its family and
// application. A finding that names no application is about all of them.
func decide(o Outcome, findings []api.Finding, ran ran) Outcome {
	failed := slices.ContainsFunc(findings, func(f api.Finding) bool {
		return f.Type == api.EntryError && familyOf(f.Rule) == o.Family &&
			(o.Application == "" || f.Application == "" || f.Application == o.Application)
	})
	switch {
	case failed:
		o.State = Failed
	case ran.reused[part{o.Family, o.Application}]:
		o.State, o.Reason = Skipped, "Nothing that it looks at has changed since an earlier run; the result of that is used."
	case ran.families[o.Family]:
		o.State = Succeeded
	default:
		o.State, o.Reason = Skipped, "No rule of this family was run."
	}
	return o
}
