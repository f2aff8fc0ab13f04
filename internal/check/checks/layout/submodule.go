package layout

import (
	"fmt"
	"io/fs"
	"path"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

var submodule = check.Check{
	ID:    "layout/submodule",
	Title: "An application's folder has no submodules",
	Why: "A commit names the submodule's own commit and has none of its files. They are not fetched, so the folder " +
		"is missing from what is built.",
	Fix:            "Commit the files themselves, or publish them as a package that the application depends on.",
	RunApplication: runSubmodule,
}

func runSubmodule(p *check.Pass) error {
	var found []api.Finding
	report := func(folder string) {
		found = append(found, api.Finding{
			Type:    api.EntryError,
			Message: fmt.Sprintf("%q is a submodule: its files are not fetched", folder),
			File:    folder,
		})
	}
	err := walkApplication(p, func(file string, entry fs.DirEntry) error {
		switch {
		case entry.Type()&fs.ModeIrregular != 0: // so a commit lists it
			report(file)
		case entry.Name() == ".git" && entry.Type().IsRegular(): // so it is checked out
			report(path.Dir(file))
		}
		return nil
	})
	p.ReportFew(p.Application.Name, found)
	return err
}
