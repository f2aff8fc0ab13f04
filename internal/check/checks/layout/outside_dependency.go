package layout

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/nodepackage"
)

var outsideDependency = check.Check{
	ID:    "layout/outside-dependency",
	Title: "An application depends on nothing beside its folder",
	Why: "The buildpack sees the application's folder alone. A dependency given by a path that leads out of it " +
		"(file:, link:, portal: in package.json, replace in go.mod, -e ../ in requirements.txt) is not there when the " +
		"application is built. For devDependencies and optionalDependencies that is a warning, since the " +
		"application may run without them; so it is for workspace:, which only a workspace around the folder can resolve. " +
		"Where a script of package.json names the path too it is information, since the script may fetch the package.",
	Fix:            "Publish the package to a registry and depend on its version, or copy it into the application's folder.",
	RunApplication: runOutsideDependency,
}

// maxListBytes bounds a go.mod and a requirements.txt.
const maxListBytes = 256 << 10

func runOutsideDependency(p *check.Pass) error {
	folder, err := check.Folder(p.Tree, p.Application.Name)
	if err != nil {
		return err
	}
	var found []api.Finding
	for _, list := range []struct {
		file  string
		judge func(*check.Pass, fs.DirEntry) ([]api.Finding, error)
	}{
		{nodepackage.FileName, outsideOfPackage},
		{"go.mod", outsideOfModule},
		{"requirements.txt", outsideOfRequirements},
	} {
		entry := check.Find(folder, list.file)
		if entry == nil || !entry.Type().IsRegular() {
			continue
		}
		own, err := list.judge(p, entry)
		if err != nil {
			return err
		}
		found = append(found, own...)
	}
	p.ReportFew(p.Application.Name, found)
	return nil
}

func outsideOfPackage(p *check.Pass, entry fs.DirEntry) ([]api.Finding, error) {
	pkg, err := nodepackage.Read(p.Tree, p.Application.Name, entry)
	if err != nil || pkg.Defect != nil {
		return nil, err
	}
	var found []api.Finding
	for _, d := range pkg.Dependencies() {
		f := api.Finding{Type: api.EntryError, File: pkg.File, Line: d.Line, Column: d.Column}
		switch target, isPath := packagePath(d.Version); {
		case isPath && leadsOut(p.Application.Name, target):
			f.Message = fmt.Sprintf("the dependency %q is %q, outside the application's folder", d.Name, d.Version)
		case strings.HasPrefix(d.Version, "workspace:"):
			f.Type = api.EntryWarning
			f.Message = fmt.Sprintf("the dependency %q is %q, which only a workspace around the folder can resolve", d.Name, d.Version)
		default:
			continue
		}
		switch {
		case fetchedByScript(pkg, d.Version):
			f.Type = api.EntryInformation
		case d.Group != "dependencies":
			f.Type = api.EntryWarning
		}
		found = append(found, f)
	}
	return found, nil
}

// fetchedByScript tells whether a script names the path of a dependency: public
// connectors build such a package, or copy it, before they are built themselves.
func fetchedByScript(pkg *nodepackage.Package, version string) bool {
	target, _ := packagePath(version)
	return slices.ContainsFunc(pkg.Entries("scripts"), func(s nodepackage.Entry) bool { return strings.Contains(s.Text, target) })
}

// packagePath is the path of a dependency that npm, Yarn or pnpm takes from a
// folder or a file.
func packagePath(version string) (target string, isPath bool) {
	for _, protocol := range []string{"file:", "link:", "portal:"} {
		if rest, ok := strings.CutPrefix(version, protocol); ok {
			return rest, true
		}
	}
	return version, strings.HasPrefix(version, "../") || strings.HasPrefix(version, "/")
}

// leadsOut tells whether a path, as a file at the top of the folder names it, is
// not in the folder.
func leadsOut(folder, target string) bool {
	target = strings.ReplaceAll(target, `\`, "/")
	target, _, _ = strings.Cut(target, "#")
	return strings.HasPrefix(target, "/") || strings.HasPrefix(target, "~/") || !within(folder, path.Join(folder, target))
}

func outsideOfModule(p *check.Pass, _ fs.DirEntry) ([]api.Finding, error) {
	file := path.Join(p.Application.Name, "go.mod")
	data, whole, err := check.ReadBounded(p.Tree, file, maxListBytes)
	if err != nil || !whole {
		return nil, err
	}
	module, err := modfile.Parse(file, data, nil)
	if err != nil {
		return nil, nil //nolint:nilerr // what is wrong with it, the go command says better
	}
	var found []api.Finding
	for _, r := range module.Replace {
		if r.New.Version != "" || !leadsOut(p.Application.Name, r.New.Path) {
			continue
		}
		found = append(found, api.Finding{
			Type:    api.EntryError,
			Message: fmt.Sprintf("the module %q is replaced by %q, outside the application's folder", r.Old.Path, r.New.Path),
			File:    file,
			Line:    r.Syntax.Start.Line,
			Column:  r.Syntax.Start.LineRune,
		})
	}
	return found, nil
}

// requirementPath matches a line of requirements.txt that asks for a folder or
// file by a path which goes up: "-e ../lib", "../lib", "lib @ file:../lib".
var requirementPath = regexp.MustCompile(`^\s*(?:(?:-e|--editable)[\s=]+|[\w.\[\]-]+\s*@\s*)?(?:file:)?((?:\./)?\.\./[^\s#;]*|\.\.)(?:\s|$)`)

func outsideOfRequirements(p *check.Pass, _ fs.DirEntry) ([]api.Finding, error) {
	file := path.Join(p.Application.Name, "requirements.txt")
	data, whole, err := check.ReadBounded(p.Tree, file, maxListBytes)
	if err != nil || !whole {
		return nil, err
	}
	var found []api.Finding
	line := 0
	for text := range strings.Lines(string(data)) {
		line++
		match := requirementPath.FindStringSubmatch(text)
		if match == nil || !leadsOut(p.Application.Name, match[1]) {
			continue
		}
		found = append(found, api.Finding{
			Type:    api.EntryError,
			Message: fmt.Sprintf("the requirement %q is outside the application's folder", match[1]),
			File:    file,
			Line:    line,
			Column:  1,
		})
	}
	return found, nil
}
