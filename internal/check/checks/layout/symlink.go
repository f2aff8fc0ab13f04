package layout

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

var symlink = check.Check{
	ID:    "layout/symlink",
	Title: "An application's folder has no symbolic links",
	Why: "Each application is built from its folder alone, so a link that leads out of it leads nowhere, and what it " +
		"stands for is missing from the build. That is a warning for documents, tests and editors' settings, which a " +
		"build does not need. Links within the folder are a warning: not every tool keeps them on the way to the build.",
	Fix:            "Commit the file or folder itself in place of the link.",
	RunApplication: runSymlink,
}

// maxJudgedLinks bounds the work: each link costs a listing for each part of what
// it says. Who has more has been told enough.
const maxJudgedLinks = 1000

func runSymlink(p *check.Pass) error {
	var found []api.Finding
	err := walkApplication(p, func(file string, entry fs.DirEntry) error {
		if entry.Type()&fs.ModeSymlink == 0 {
			return nil
		}
		if len(found) >= maxJudgedLinks {
			return nil
		}
		severity, message, err := judgeLink(p, file)
		if err != nil {
			return err
		}
		found = append(found, api.Finding{Type: severity, Message: message, File: file})
		return nil
	})
	p.ReportFew(p.Application.Name, found)
	return err
}

func judgeLink(p *check.Pass, file string) (severity api.ReportEntryType, message string, err error) {
	says, err := fs.ReadLink(p.Tree, file)
	if errors.Is(err, fs.ErrInvalid) {
		return api.EntryError, fmt.Sprintf("%q is a symbolic link that leads nowhere", file), nil
	}
	if err != nil {
		return "", "", err
	}
	says = filepath.ToSlash(says)
	severity = api.EntryError
	if !neededToBuild(file) {
		severity = api.EntryWarning
	}
	target := path.Join(path.Dir(file), says)
	if path.IsAbs(says) || !within(p.Application.Name, target) {
		return severity, fmt.Sprintf("%q is a symbolic link to %q, outside the application's folder", file, says), nil
	}
	where, err := lookUp(p.Tree, p.Application.Name, target)
	switch {
	case err != nil:
		return "", "", err
	case where != nowhere:
		return api.EntryWarning, fmt.Sprintf("%q is a symbolic link to %q", file, says), nil
	case madeByBuild(target):
		severity = api.EntryWarning
	}
	return severity, fmt.Sprintf("%q is a symbolic link to %q, which is not there", file, says), nil
}

// place is what is known of a path in an application's folder.
type place int

const (
	nowhere place = iota
	there
	beyondLink // a folder on the way is a link, so the path alone does not tell
)

// lookUp looks for a clean path in the folder or below it by the listings on the way.
func lookUp(tree fs.FS, folder, file string) (place, error) {
	if file == folder {
		return there, nil
	}
	parts := strings.Split(strings.TrimPrefix(file, folder+"/"), "/")
	for i, part := range parts {
		entries, err := fs.ReadDir(tree, folder)
		if err != nil {
			return nowhere, err
		}
		entry := check.Find(entries, part)
		switch {
		case entry == nil:
			return nowhere, nil
		case i == len(parts)-1:
			return there, nil
		case entry.Type()&fs.ModeSymlink != 0:
			return beyondLink, nil
		case !entry.IsDir():
			return nowhere, nil
		}
		folder = path.Join(folder, part)
	}
	return there, nil
}

// within tells whether a clean path is that of the folder or below it.
func within(folder, file string) bool {
	return file == folder || strings.HasPrefix(file, folder+"/")
}

// madeByBuild tells whether a path leads through a folder that builds usually fill,
// so that it may well be there later.
func madeByBuild(file string) bool {
	return slices.ContainsFunc(strings.Split(file, "/"), func(part string) bool {
		return vendoredName(part) || slices.Contains([]string{"dist", "build", "target", "public"}, part)
	})
}
