package layout

import (
	"bytes"
	"fmt"
	"io/fs"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

var lfsPointer = check.Check{
	ID:    "layout/lfs-pointer",
	Title: "An application's files are in Git itself, not in Git LFS",
	Why: "Git LFS commits a pointer of a few lines in place of the file. The file itself is not fetched, so the " +
		"application is built with the pointer. That is a warning for documents and for what tests read.",
	Fix:            "Take the file out of Git LFS (git lfs migrate export --include=PATH) and commit it, or load it from elsewhere when the application runs.",
	RunApplication: runLFSPointer,
}

// By the specification of Git LFS a pointer has less than 1024 bytes and begins
// with its version. maxPointerBytes is the size of the largest.
const maxPointerBytes = 1023

var pointerVersion = []byte("version https://git-lfs.github.com/spec/v1\n")

func runLFSPointer(p *check.Pass) error {
	var found []api.Finding
	err := walkApplication(p, func(file string, entry fs.DirEntry) error {
		if !entry.Type().IsRegular() {
			return nil
		}
		info, err := entry.Info()
		if err != nil || info.Size() > maxPointerBytes || info.Size() <= int64(len(pointerVersion)) {
			return err
		}
		data, whole, err := check.ReadBounded(p.Tree, file, maxPointerBytes)
		if err != nil || !whole || !isPointer(data) {
			return err
		}
		severity := api.EntryError
		if !neededToBuild(file) {
			severity = api.EntryWarning
		}
		found = append(found, api.Finding{
			Type:    severity,
			Message: fmt.Sprintf("%q is a Git LFS pointer: the file that it stands for is not fetched", file),
			File:    file,
			Line:    1,
			Column:  1,
		})
		return nil
	})
	p.ReportFew(p.Application.Name, found)
	return err
}

func isPointer(data []byte) bool {
	return bytes.HasPrefix(data, pointerVersion) && bytes.Contains(data, []byte("\noid sha256:"))
}
