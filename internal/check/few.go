package check

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/greenroom-registry/greenroom/api"
)

// maxListed is how many findings one check lists of one folder. Who has more of
// them has one cause to mend, and the first ones show it.
const maxListed = 20

// ReportFew reports the first findings about a folder, and how many it leaves out.
// Errors go first: what is left out is no more than what is listed.
func (p *Pass) ReportFew(folder string, findings []api.Finding) {
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
