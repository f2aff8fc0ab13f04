package documents

import (
	"regexp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

var security = check.Check{
	ID:    "documents/security",
	Title: "A reader knows whom to tell about a vulnerability",
	Why: "Who finds a hole in a connector and nobody to tell either keeps it or publishes it. SECURITY.md is looked for at " +
		"the root, in .github and in docs; an e-mail address, or a heading or link about support, contact, security " +
		"or issues in the README will do.",
	Fix: "Add a SECURITY.md with an address for reports and which versions get fixes, or name a contact in the README.",
	Run: runSecurity,
}

var (
	securityNames = regexp.MustCompile(`(?i)^security(?:\.(?:md|mdx|txt|rst|adoc))?$`)
	contactTitles = regexp.MustCompile(`(?i)support|contact|security|vulnerab|issues?\b|help|feedback`)
	address       = regexp.MustCompile(`(?i)\b([a-z0-9._%+-]+)@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b`)
	issueTracker  = regexp.MustCompile(`(?i)https?://\S+/issues\b`)
)

func runSecurity(p *check.Pass) error {
	d, err := find(p.Tree, securityNames, placesOfDocuments...)
	if err != nil || d != nil {
		return err
	}
	about, err := find(p.Tree, readmeNames, placesOfDocuments...)
	if err != nil || about != nil && (!about.read || namesContact(about.text)) {
		return err
	}
	p.Report(api.Finding{
		Type: api.EntryInformation, Message: "the repository names nobody to tell about a vulnerability", File: "SECURITY.md",
	})
	return nil
}

func namesContact(text string) bool {
	if contactTitles.MatchString(titles(text)) || issueTracker.MatchString(text) {
		return true
	}
	for _, m := range address.FindAllStringSubmatch(text, -1) {
		if m[1] != "git" { // git@github.com is where a clone comes from
			return true
		}
	}
	return false
}
