package layout

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

// maxListed is how many findings one check lists of one folder. Who has more of
// them has one cause to mend, and the first ones show it.
const maxListed = 20

// walk visits what is below a folder, listing by listing, in the order of names.
// Links are not followed. It passes over what layout/vendored reports as a whole.
func walk(tree fs.FS, folder string, visit func(file string, entry fs.DirEntry) error) error {
	entries, err := fs.ReadDir(tree, folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		file := path.Join(folder, entry.Name())
		if err := visit(file, entry); err != nil {
			return err
		}
		if !entry.IsDir() || vendoredName(entry.Name()) {
			continue
		}
		if err := walk(tree, file, visit); err != nil {
			return err
		}
	}
	return nil
}

// walkApplication walks the folder of the application, if it has one.
func walkApplication(p *check.Pass, visit func(file string, entry fs.DirEntry) error) error {
	folder, err := check.Folder(p.Tree, p.Application.Name)
	if err != nil || len(folder) == 0 {
		return err // layout/application-folder says so
	}
	return walk(p.Tree, p.Application.Name, visit)
}

// reportFew reports the first findings about a folder, and how many it leaves out.
// Errors go first: what is left out is no more than what is listed.
func reportFew(p *check.Pass, folder string, findings []api.Finding) {
	slices.SortStableFunc(findings, func(a, b api.Finding) int { return cmp.Compare(rank(a.Type), rank(b.Type)) })
	listed := findings[:min(len(findings), maxListed)]
	for _, f := range listed {
		p.Report(f)
	}
	if left := findings[len(listed):]; len(left) > 0 {
		p.Report(api.Finding{
			Type:        left[0].Type,
			Message:     fmt.Sprintf("%d more like these are in %q", len(left), folder),
			File:        folder,
			Application: left[0].Application,
			Help:        left[0].Help,
		})
	}
}

func rank(severity api.ReportEntryType) int {
	return slices.Index([]api.ReportEntryType{api.EntryError, api.EntryWarning, api.EntryInformation}, severity)
}
