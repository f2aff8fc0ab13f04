package layout

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/nodepackage"
)

var startCommand = check.Check{
	ID:    "layout/start-command",
	Title: "A Node application says how it is started",
	Why: "The container of a service, event or job application runs npm start. Without a start script the buildpack " +
		"has to guess (a Procfile, server.js, index.js or the main file), and an application that it guesses wrong " +
		"builds and then fails to come up. The other types are served as files and have nothing to start.",
	Fix:            `Add a start script to package.json: "scripts": {"start": "node src/index.js"}.`,
	RunApplication: runStartCommand,
}

// startedTypes are the application types that run as a process.
var startedTypes = []string{"service", "event", "job"}

func runStartCommand(p *check.Pass) error {
	app := p.Application
	if !slices.Contains(startedTypes, app.Type) {
		return nil
	}
	folder, err := check.Folder(p.Tree, app.Name)
	if err != nil {
		return err
	}
	entry := check.Find(folder, nodepackage.FileName)
	if entry == nil || firstNamed(folder, javaBuildFiles) != "" {
		return nil // not started by npm
	}
	pkg, err := nodepackage.Read(p.Tree, app.Name, entry)
	if err != nil || pkg.Defect != nil || pkg.Script("start") != "" {
		return err
	}
	if firstNamed(folder, []string{"Procfile", "server.js", "index.js"}) != "" || hasMain(p.Tree, pkg) {
		return nil
	}
	line, column := pkg.MemberPosition("scripts")
	p.Report(api.Finding{
		Type:    api.EntryWarning,
		Message: fmt.Sprintf("package.json of application %q has no start script", app.Name),
		File:    pkg.File,
		Line:    line,
		Column:  column,
	})
	return nil
}

// hasMain tells whether the main file that package.json names is committed.
func hasMain(tree fs.FS, pkg *nodepackage.Package) bool {
	main := pkg.Member("main")
	if main == "" {
		return false
	}
	info, err := fs.Stat(tree, path.Join(path.Dir(pkg.File), main))
	return err == nil && info.Mode().IsRegular()
}
