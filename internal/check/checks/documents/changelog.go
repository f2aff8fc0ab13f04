package documents

import (
	"io/fs"
	"regexp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

var changelog = check.Check{
	ID:    "documents/changelog",
	Title: "A changelog says what each version changes",
	Why: "Whoever has installed the connector decides by it whether to take the next version. " +
		"CHANGELOG, CHANGES, HISTORY, NEWS and RELEASES are looked for at the root, in .github and in docs, and in " +
		"each folder at the root; a section of the README or a folder .changeset will do.",
	Fix: "Add a CHANGELOG.md with a section for each version: https://keepachangelog.com has the form.",
	Run: runChangelog,
}

var (
	changelogNames  = regexp.MustCompile(`(?i)^(?:change[_-]?logs?|changes|history|news|releases?(?:[_-]?notes)?)(?:\.(?:md|mdx|txt|rst|adoc))?$|^\.changeset$`)
	changelogTitles = regexp.MustCompile(`(?i)change[ -]?log|changes|history|release|what's new`)
)

func runChangelog(p *check.Pass) error {
	root, err := fs.ReadDir(p.Tree, ".")
	if err != nil {
		return err
	}
	folders := []string{"."}
	for _, e := range root {
		if e.IsDir() {
			folders = append(folders, e.Name())
		}
	}
	d, err := find(p.Tree, changelogNames, folders...)
	if err != nil || d != nil {
		return err
	}
	about, err := find(p.Tree, readmeNames, placesOfDocuments...)
	if err != nil || about != nil && (!about.read || changelogTitles.MatchString(titles(about.text))) {
		return err
	}
	p.Report(api.Finding{
		Type: api.EntryInformation, Message: "the repository has no changelog", File: "CHANGELOG.md",
	})
	return nil
}
