package layout

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

var largeFile = check.Check{
	ID:    "layout/large-file",
	Title: "No file has more than 5 MiB",
	Why: "Each preview, publish and deployment fetches the whole repository, and a large file makes all of them slow. " +
		"In an application it is a warning, since it ends up in the image too; elsewhere it is only worth knowing. " +
		"The repositories of public connectors have 4 MiB in all, with all their files.",
	Fix: "Load the file from where it is kept when the application is built or runs, and take it out of the repository.",
	Run: runLargeFile,
}

const maxFileBytes = 5 << 20

func runLargeFile(p *check.Pass) error {
	found := map[string][]api.Finding{} // by application, "" elsewhere
	err := walk(p.Tree, ".", func(file string, entry fs.DirEntry) error {
		if !entry.Type().IsRegular() {
			return nil
		}
		info, err := entry.Info()
		if err != nil || info.Size() <= maxFileBytes {
			return err
		}
		severity, application := api.EntryInformation, ""
		if top, _, below := strings.Cut(file, "/"); below && isApplication(p.Spec, top) {
			severity, application = api.EntryWarning, top
		}
		found[application] = append(found[application], api.Finding{
			Type:        severity,
			Message:     fmt.Sprintf("%q has %.1f MiB", file, float64(info.Size())/(1<<20)),
			File:        file,
			Application: application,
		})
		return nil
	})
	for _, app := range p.Spec.Applications {
		p.ReportFew(app.Name, found[app.Name])
	}
	p.ReportFew(".", found[""])
	return err
}
