package environment

import (
	"fmt"
	"maps"
	"slices"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

var unused = check.Check{
	ID:    "environment/unused",
	Title: "The code reads the variables that connect.yaml declares for an application",
	Why: "Whoever deploys the connector has to fill in each key. One that the code never names is work for nothing, or " +
		"the name is misspelled on one side. It is said only where all files of the application could be read and none " +
		"takes its variables by names that are made while it runs.",
	Fix:            "Remove the entry, or read it under the name that it has.",
	RunApplication: runUnused,
}

func runUnused(p *check.Pass) error {
	app := p.Application
	if len(app.KeyPositions) == 0 {
		return nil
	}
	u, err := usageOf(p)
	if err != nil || !u.complete || !u.anyAccess() {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(app.KeyPositions)) {
		if u.mentioned[key] || isKnown(key) || slices.Contains(merchantCenterKeys, key) {
			continue
		}
		at := app.KeyPositions[key]
		p.Report(api.Finding{
			Type:    api.EntryInformation,
			Message: fmt.Sprintf("[deployAs.%d.configuration]: application %q never reads %s", p.Index, app.Name, key),
			File:    connectyaml.FileName,
			Line:    at.Line,
			Column:  at.Column,
		})
	}
	return nil
}

// anyAccess tells whether any variable was seen: code that shows none reads them in
// a way that these checks do not know.
func (u *usage) anyAccess() bool { return len(u.first) > 0 || len(u.mentioned) > 0 }
