package scripts

import (
	"fmt"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/nodepackage"
	"github.com/greenroom-registry/greenroom/internal/nearest"
)

var missing = check.Check{
	ID:    "scripts/missing",
	Title: "postDeploy and preUndeploy run scripts that exist",
	Why: "Connect runs these commands in the application's folder. npm run fails when package.json has no script of that " +
		"name, and then the deployment fails, or what it made is left behind. It is an Error where the line is made of " +
		"npm commands alone; where something else runs before, or with yarn and pnpm, which run executables too, a Warning.",
	Fix:            "Add the script to the package.json of the application, or name one that it has.",
	RunApplication: runMissing,
}

func runMissing(p *check.Pass) error {
	all := hooks(p.Application)
	if len(all) == 0 {
		return nil
	}
	pkg, err := nodepackage.OfApplication(p.Tree, p.Application.Name)
	if err != nil || pkg == nil {
		return err
	}
	for _, h := range all {
		done, whole := steps(h.command)
		plain := whole
		for _, s := range done {
			plain = plain && s.certain && s.manager() == "npm"
			name := s.script()
			if name == "" || name == "start" || pkg.Script(name) != "" || s.manager() != "npm" && !strings.Contains(name, ":") {
				continue
			}
			severity, help := api.EntryWarning, ""
			if plain {
				severity = api.EntryError
			}
			if near := nearest.Name(name, pkg.Scripts()); near != "" {
				help = fmt.Sprintf("Did you mean %q?", near)
			}
			p.Report(h.finding(p, severity, fmt.Sprintf("package.json of application %q has no script %q", p.Application.Name, name), help))
		}
	}
	return nil
}
