package publish

import (
	"fmt"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/report"
)

// maxEntries bounds how many findings a draft's report repeats; the run's own
// report holds all.
const maxEntries = 100

// The rules of findings that stand for the whole run.
const (
	ruleReachable = "repository/reachable"
	ruleSize      = "repository/size"
	ruleTrouble   = "server/trouble"
)

// titles are the titles of findings that the reference page names
// (ConnectorReportEntry), or that stand for the whole run.
var titles = map[string]string{
	check.RuleFileMissing: "Connector specification file not found",
	ruleReachable:         "Repository with the tag is not reachable",
	ruleSize:              "Git repository too large",
	ruleTrouble:           "Run not completed",
}

// entries is the report as the API shows it: how each family of checks ended,
// every Error and Warning, and where the whole report is.
func (r *attempt) entries(outcomes []check.Outcome, findings []api.Finding) []api.ConnectorReportEntry {
	now := api.Timestamp{Time: r.worker.Now()}
	var out []api.ConnectorReportEntry
	add := func(kind api.ReportEntryType, title, message, application string) {
		out = append(out, api.ConnectorReportEntry{
			Type: kind, Title: title, Message: message, Application: application, CreatedAt: now,
		})
	}
	for _, o := range outcomes {
		kind := api.EntryInformation
		if o.State == check.Failed {
			kind = api.EntryError
		}
		add(kind, o.EntryTitle(), o.Reason, o.Application)
	}
	shown := 0
	for _, f := range findings {
		if f.Type == api.EntryInformation {
			continue
		}
		if shown++; shown <= maxEntries {
			add(f.Type, title(f), message(f), f.Application)
		}
	}
	if shown > maxEntries {
		add(api.EntryWarning, "More findings", fmt.Sprintf("%d more are in the run's report.", shown-maxEntries), "")
	}
	add(api.EntryInformation, "Run", "The run and its whole report: "+r.address(), "")
	return out
}

// title is what the same problem is called when a create meets it, or the rule's
// name as words: layout/build-file is "Build file".
func title(f api.Finding) string {
	if t, ok := titles[f.Rule]; ok {
		return t
	}
	family, name, _ := strings.Cut(f.Rule, "/")
	if family == "spec" && f.Type == api.EntryError {
		return "Connector specification file is not valid"
	}
	words := strings.ReplaceAll(name, "-", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

// message ends in the place and the rule, by which the finding is found again.
func message(f api.Finding) string {
	text := strings.TrimSuffix(f.Message, ".") + "."
	if f.Help != "" {
		text += " " + f.Help
	}
	if f.File == "" {
		return text + " (" + f.Rule + ")"
	}
	return fmt.Sprintf("%s (%s, %s)", text, report.Place(f), f.Rule)
}
