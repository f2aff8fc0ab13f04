package check

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/greenroom-registry/greenroom/api"
)

// maxListed is how many findings ReportFew lists of one folder.
const maxListed = 20

// ReportFew reports the first 20 findings about a folder, and how many it leaves
// out. It is for findings that have one cause where they are many: whoever committed
// a folder of links or has a habit in the code sees it by the first ones. Errors go
// first, so that what is left out is no worse than what is listed. Each listed one
// counts for the bound of Report, which only a tree of many folders reaches.
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
