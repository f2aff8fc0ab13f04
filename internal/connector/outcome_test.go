package connector

import (
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

// passes is the outcome of a run over the draft's release when all is well.
func (w *world) passes(t failer, d api.ConnectorStaged) Outcome {
	t.Helper()
	w.repos.mu.Lock()
	r := w.repos.releases[d.Repository]
	w.repos.mu.Unlock()
	spec, findings := connectyaml.Parse([]byte(r.text))
	if spec == nil {
		t.Fatal(findings)
	}
	o := outcome(r.commit, "all is well")
	o.Spec, o.Report.Valid = spec, true
	return o
}

// fails is the outcome of a run over a bad release.
func fails() Outcome { return outcome("bad", "nothing is well") }

func outcome(commit, title string) Outcome {
	return Outcome{
		Commit:  commit,
		Entries: []api.ConnectorReportEntry{{Type: api.EntryInformation, Title: title, CreatedAt: api.Timestamp{Time: dawn}}},
		Report:  api.Report{Commit: commit, Engine: "e", Ruleset: "r", Findings: []api.Finding{}},
		Steps:   []api.RunStep{{Name: "check", Milliseconds: 1.5}},
	}
}

// titles are the titles of a report's entries, its warnings in capitals.
func titles(r *api.ConnectorReport) []string {
	if r == nil {
		return nil
	}
	out := []string{}
	for _, e := range r.Entries {
		title := e.Title
		if e.Type == api.EntryWarning {
			title = strings.ToUpper(title)
		}
		out = append(out, title)
	}
	return out
}
