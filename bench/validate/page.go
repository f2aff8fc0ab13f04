package main

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"
)

// row is one line of the table: a measurement of each round.
type row struct {
	what    string
	samples []sample
}

func (m *measurements) rows() []row {
	of := func(get func(served) sample) (all []sample) {
		for _, s := range m.served {
			all = append(all, get(s))
		}
		return all
	}
	return []row{
		{"`git clone --depth 1` (the floor)", m.clone},
		{"`gitleaks dir FOLDER`, " + m.tools.gitleaksVersion, m.gitleaks},
		{"`greenroom validate URL@TAG`", m.release},
		{"`greenroom validate FOLDER`", m.folder},
		{"`greenroom version`: the start of a process", m.start},
		{"server: first preview, nothing known", of(func(s served) sample { return sample{s.preview.took, s.memory} })},
		{"server: publish after the preview", of(func(s served) sample { return sample{s.publish.took, s.memory} })},
		{"server: preview, one of four applications changed", of(func(s served) sample { return sample{s.change.took, s.memory} })},
	}
}

// page is the result as Markdown. Nothing in it tells on which machine it came to be.
func (m *measurements) page() string {
	var rows strings.Builder
	for _, r := range m.rows() {
		rows.WriteString(r.line(m.clone))
	}
	return fmt.Sprintf(`# How long validation takes

<!-- Generated: go run ./bench/validate -write docs/performance-validation.md -->

A generated connector of four applications (TypeScript, JavaScript, React, Java) with %d
files, %d KiB of text of which git sends %d KiB, is served by git over HTTP on the same
machine. Everything is measured %d times, one after the other in each round, every
command from the start of its process to its end; a server is new in each round. A ratio is
the median of those of the rounds, so that it says the same on a slow machine as on a
fast one. Measured on %s with %d processors (%s/%s, %s).

| | median | least to most | ÷ clone | peak memory |
| --- | ---: | ---: | ---: | ---: |
%s
Peak memory is that of the largest process, git's included; a server's is that of all
three runs. What a server did in its runs, as its own steps tell (medians):

| run | step | time |
| --- | --- | ---: |
%s`, len(connector()), connector().bytes()>>10, m.repository.packed>>10, len(m.clone), time.Now().UTC().Format(time.DateOnly),
		runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), &rows, m.steps())
}

// line is the row, its ratios to the floor's sample of the same round.
func (r row) line(floor []sample) string {
	var took []time.Duration
	var ratios []float64
	var memory int64
	for n, s := range r.samples {
		took = append(took, s.took)
		ratios = append(ratios, float64(s.took)/float64(floor[n].took))
		memory = max(memory, s.memory)
	}
	return fmt.Sprintf("| %s | %s | %s to %s | %.2f | %d MiB |\n", r.what, shown(median(took)),
		shown(slices.Min(took)), shown(slices.Max(took)), median(ratios), memory>>20)
}

// steps are the lines of the table of steps.
func (m *measurements) steps() string {
	var lines strings.Builder
	for _, run := range []struct {
		name string
		of   func(served) ran
	}{
		{"first preview", func(s served) ran { return s.preview }},
		{"publish", func(s served) ran { return s.publish }},
		{"one application changed", func(s served) ran { return s.change }},
	} {
		took := map[string][]time.Duration{}
		for _, s := range m.served {
			for step, milliseconds := range run.of(s).steps {
				took[step] = append(took[step], time.Duration(milliseconds*float64(time.Millisecond)))
			}
		}
		for _, step := range slices.Sorted(maps.Keys(took)) {
			fmt.Fprintf(&lines, "| %s | %s | %s |\n", run.name, step, shown(median(took[step])))
		}
	}
	return lines.String()
}

func shown(d time.Duration) string {
	return fmt.Sprintf("%.0f ms", float64(d.Microseconds())/1000)
}

func median[T time.Duration | float64](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
