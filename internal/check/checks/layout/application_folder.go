package layout

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
	"github.com/greenroom-registry/greenroom/internal/nearest"
)

var applicationFolder = check.Check{
	ID:    "layout/application-folder",
	Title: "Each application has its folder",
	Why: "Connect takes the code of an application from the folder at the root of the repository " +
		"that bears the application's name, letter for letter. Without it there is nothing to build, " +
		"whatever the type of the application. Symbolic links are not followed and submodules not fetched.",
	Fix: "Give the folder the name of the application, or the application the name of its folder.",
	Run: runApplicationFolder,
}

func runApplicationFolder(p *check.Pass) error {
	root, err := fs.ReadDir(p.Tree, ".")
	if err != nil {
		return err
	}
	for i, app := range p.Spec.Applications {
		message, help, err := folderProblem(p, root, app.Name)
		if err != nil {
			return err
		}
		if message == "" {
			continue
		}
		p.Report(api.Finding{
			Type:        api.EntryError,
			Message:     fmt.Sprintf("[deployAs.%d.name]: %s", i, message),
			File:        connectyaml.FileName,
			Line:        app.NamePosition.Line,
			Column:      app.NamePosition.Column,
			Application: app.Name,
			Help:        help,
		})
	}
	return nil
}

// folderProblem is what keeps the application from being deployed from its
// folder, and how to mend it; "" when nothing does.
func folderProblem(p *check.Pass, root []fs.DirEntry, name string) (message, help string, err error) {
	entry := check.Find(root, name)
	switch {
	case entry == nil:
		message = fmt.Sprintf("application %q has no folder of its name at the root of the repository", name)
		help, err = whereItMayBe(p, root, name)
		return message, help, err
	case entry.Type()&fs.ModeSymlink != 0:
		return fmt.Sprintf("the folder of application %q is a symbolic link", name),
			"Commit the folder itself: links are not followed.", nil
	case entry.Type()&fs.ModeIrregular != 0:
		return fmt.Sprintf("the folder of application %q is a submodule", name),
			"Commit the files themselves: submodules are not fetched.", nil
	case !entry.IsDir():
		return fmt.Sprintf("%q is a file, but application %q needs a folder of that name", name, name), "", nil
	}
	inside, err := fs.ReadDir(p.Tree, name)
	if err != nil || len(inside) > 0 {
		return "", "", err
	}
	return fmt.Sprintf("the folder of application %q is empty", name),
		"Add the application's code: Git does not keep empty folders.", nil
}

// whereItMayBe looks for a folder that was meant: one with nearly this name at
// the root, or one with this name a level deeper. It returns "" when there is
// neither.
func whereItMayBe(p *check.Pass, root []fs.DirEntry, name string) (string, error) {
	var free []string // folders that no application has taken
	for _, e := range root {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !isApplication(p.Spec, e.Name()) {
			free = append(free, e.Name())
		}
	}
	if near := nearest.Name(name, free); near != "" {
		return fmt.Sprintf("Did you mean the folder %q? Rename it to %s, or change the name in connect.yaml.", near, name), nil
	}
	for _, dir := range free {
		inside, err := fs.ReadDir(p.Tree, dir)
		if err != nil {
			return "", err
		}
		if e := check.Find(inside, name); e != nil && e.IsDir() {
			return fmt.Sprintf("There is a folder %q, but it must stand at the root of the repository, beside connect.yaml.",
				path.Join(dir, name)), nil
		}
	}
	return fmt.Sprintf("Add a folder %s at the root of the repository, beside connect.yaml.", name), nil
}

func isApplication(spec *connectyaml.Spec, name string) bool {
	return slices.ContainsFunc(spec.Applications, func(a connectyaml.Application) bool { return a.Name == name })
}
