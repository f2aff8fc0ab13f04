package main

import (
	"io"
	"os"
	"path/filepath"

	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
	"github.com/greenroom-registry/greenroom/internal/report"
)

// reportForm is the form in which results are printed. None of the flags: text for
// people.
type reportForm struct {
	JSON     bool `name:"json" xor:"form" help:"Print one JSON object a line for each path."`
	SARIF    bool `name:"sarif" xor:"form" help:"Print one SARIF 2.1.0 log with a run for each path, as code scanning takes it."`
	Markdown bool `name:"markdown" xor:"form" help:"Print Markdown of at most 65,536 bytes, for a comment on a pull request."`
	GitHub   bool `name:"github" xor:"form" help:"Print annotations of GitHub Actions."`
}

// forPrograms says whether the output is not for people.
func (f reportForm) forPrograms() bool { return f.JSON || f.SARIF || f.Markdown || f.GitHub }

// printer prints the results of a command in one form.
type printer struct {
	out io.Writer
	// render is what is printed of a result when it is its turn. Many goroutines use
	// it.
	render func(report.Subject) ([]byte, error)
	// keep is told of each result in order, and last says what is printed after all.
	keep func(report.Subject)
	last func() ([]byte, error)
}

func (f reportForm) printer(out io.Writer) printer {
	switch {
	case f.JSON:
		return printer{out, report.JSONLine, func(report.Subject) {}, nothing}
	case f.GitHub:
		github := func(s report.Subject) ([]byte, error) { return []byte(report.GitHub(s)), nil }
		return printer{out, github, func(report.Subject) {}, nothing}
	case f.SARIF:
		return together(out, tool().SARIF)
	case f.Markdown:
		return together(out, func(all []report.Subject) ([]byte, error) { return report.Markdown(all), nil })
	}
	options := report.TextOptions{Color: takesColor(out)}
	skipped := &report.Skipped{}
	return printer{
		out: out,
		render: func(s report.Subject) ([]byte, error) {
			text := report.Text(s, options)
			if s.Repository == "" {
				text += repairable(s.Report.Findings)
			}
			return []byte(text), nil
		},
		keep: func(s report.Subject) { skipped.Add(s.Outcomes) },
		last: func() ([]byte, error) { return []byte(skipped.Text()), nil },
	}
}

// together prints all results as one document.
func together(out io.Writer, document func([]report.Subject) ([]byte, error)) printer {
	var all []report.Subject
	return printer{
		out:    out,
		render: func(report.Subject) ([]byte, error) { return nil, nil },
		keep:   func(s report.Subject) { all = append(all, s) },
		last:   func() ([]byte, error) { return document(all) },
	}
}

func nothing() ([]byte, error) { return nil, nil }

// print prints a result that was rendered.
func (p printer) print(s report.Subject, text []byte) error {
	p.keep(s)
	_, err := p.out.Write(text)
	return err
}

// end prints what follows after all results.
func (p printer) end() error {
	text, err := p.last()
	if err == nil {
		_, err = p.out.Write(text)
	}
	return err
}

// tool is this binary, as a SARIF log names it.
func tool() report.Tool {
	return report.Tool{Version: version(), Rules: check.New(checks.All()...).Rules()}
}

// subjectOf says what the path of a result names.
func subjectOf(path string, r check.Result) report.Subject {
	s := report.Subject{Path: path, Report: r.Report, Outcomes: r.Outcomes}
	if r.Spec != nil {
		s.Applications = len(r.Spec.Applications)
	}
	if url, tag, ok := splitRelease(path); ok {
		s.Repository, s.Tag = url, tag
	} else if info, err := os.Stat(path); err == nil && info.IsDir() {
		s.Base = fromHere(path)
	}
	return s
}

// fromHere is the way to a folder from this one, with forward slashes; "" for this
// one, and for one that is elsewhere.
func fromHere(folder string) string {
	here, err := filepath.Abs(".")
	if err != nil {
		return ""
	}
	there, err := filepath.Abs(folder)
	if err != nil {
		return ""
	}
	way, err := filepath.Rel(here, there)
	if err != nil || way == "." || !filepath.IsLocal(way) {
		return ""
	}
	return filepath.ToSlash(way)
}
