package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

// says runs a check and counts its findings; summary is the one that tells of those
// that were left out, "" when none does.
func says(t *testing.T, report func(*check.Pass)) (result check.Result, summary api.Finding) {
	t.Helper()
	result = run(t, treeWith(twoApplications), check.Options{}, check.Check{
		ID: "layout/many", Run: func(p *check.Pass) error { report(p); return nil },
	})
	for _, f := range result.Report.Findings {
		if strings.Contains(f.Message, "more") {
			summary = f
		}
	}
	return result, summary
}

func finding(severity api.ReportEntryType, n int) api.Finding {
	return api.Finding{Type: severity, Message: fmt.Sprintf("number %03d", n), File: "one"}
}

// Of many findings 200 are told, and the worst of the others decides what the
// verdict is.
func TestReportIsBounded(t *testing.T) {
	t.Parallel()
	result, summary := says(t, func(p *check.Pass) {
		for n := range 250 {
			p.Report(finding(api.EntryWarning, n))
		}
		p.Report(finding(api.EntryError, 250))
	})
	if n := len(result.Report.Findings); n != 201 || result.Report.Valid {
		t.Errorf("%d findings, valid %t", n, result.Report.Valid)
	}
	if want := "51 more findings of this rule are left out, of which this is one: number 250"; summary.Message != want || summary.Type != api.EntryError {
		t.Errorf("%s: %s", summary.Type, summary.Message)
	}
	result, summary = says(t, func(p *check.Pass) {
		for n := range 200 {
			p.Report(finding(api.EntryWarning, n))
		}
	})
	if n := len(result.Report.Findings); n != 200 || summary.Message != "" {
		t.Errorf("%d findings, and %q", n, summary.Message)
	}
}

// A message ends within a letter of more than one byte without breaking it.
func TestMessageIsBounded(t *testing.T) {
	t.Parallel()
	result, _ := says(t, func(p *check.Pass) {
		p.Report(api.Finding{Type: api.EntryWarning, Message: "a" + strings.Repeat("é", 1500), File: "one"})
	})
	if got, want := result.Report.Findings[0].Message, "a"+strings.Repeat("é", 999)+"…"; got != want {
		t.Errorf("%d bytes, want %d", len(got), len(want))
	}
}

// Errors are listed before 20 Warnings, and the rest is counted.
func TestReportFew(t *testing.T) {
	t.Parallel()
	result, summary := says(t, func(p *check.Pass) {
		var found []api.Finding
		for n := range 30 {
			found = append(found, finding(api.EntryWarning, n))
		}
		p.ReportFew("one", append(found, finding(api.EntryError, 30)))
	})
	if n := len(result.Report.Findings); n != 21 || result.Report.Valid {
		t.Errorf("%d findings, valid %t", n, result.Report.Valid)
	}
	if want := `11 more like these are in "one"`; summary.Message != want || summary.Type != api.EntryWarning {
		t.Errorf("%s: %s", summary.Type, summary.Message)
	}
}
