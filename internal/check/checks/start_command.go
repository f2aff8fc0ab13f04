package checks

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

var startCommand = check.Check{
	ID:    "layout/start-command",
	Title: "A Node application says how it is started",
	Why: "The container of a service, event or job application runs npm start. Without a start script the buildpack " +
		"has to guess (a Procfile, server.js, index.js or the main file), and an application that it guesses wrong " +
		"builds and then fails to come up. The other types are served as files and have nothing to start.",
	Fix: `Add a start script to package.json: "scripts": {"start": "node src/index.js"}.`,
	Run: runStartCommand,
}

// startedTypes are the application types that run as a process.
var startedTypes = []string{"service", "event", "job"}

func runStartCommand(p *check.Pass) error {
	for _, app := range p.Spec.Applications {
		if !slices.Contains(startedTypes, app.Type) {
			continue
		}
		if err := judgeStart(p, app); err != nil {
			return err
		}
	}
	return nil
}

func judgeStart(p *check.Pass, app connectyaml.Application) error {
	folder, err := folderOf(p.Tree, app.Name)
	if err != nil {
		return err
	}
	entry := check.Find(folder, packageJSON)
	if entry == nil || firstNamed(folder, javaBuildFiles) != "" {
		return nil // not started by npm
	}
	pkg, err := readPackage(p.Tree, app.Name, entry)
	if err != nil || pkg.defect != nil || pkg.script("start") != "" {
		return err
	}
	if firstNamed(folder, []string{"Procfile", "server.js", "index.js"}) != "" || hasMain(p.Tree, pkg) {
		return nil
	}
	line, column := pkg.memberPosition("scripts")
	p.Report(api.Finding{
		Type:        api.EntryWarning,
		Message:     fmt.Sprintf("package.json of application %q has no start script", app.Name),
		File:        pkg.file,
		Line:        line,
		Column:      column,
		Application: app.Name,
	})
	return nil
}

// hasMain tells whether the main file that package.json names is committed.
func hasMain(tree fs.FS, pkg *nodePackage) bool {
	main := pkg.member("main")
	if main == "" {
		return false
	}
	info, err := fs.Stat(tree, path.Join(path.Dir(pkg.file), main))
	return err == nil && info.Mode().IsRegular()
}
