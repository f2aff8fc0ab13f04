package secrets_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fatih/semgroup"
	"github.com/zricethezav/gitleaks/v8/detect"
	"github.com/zricethezav/gitleaks/v8/sources"

	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks/secrets"
)

// BenchmarkScan compares our scan of a connector of 180 files and 550 KB with that
// of gitleaks by its own source of files, on the same files: the metric ratio is our
// time over theirs.
func BenchmarkScan(b *testing.B) {
	dir := b.TempDir()
	writeConnector(b, dir)
	engine := check.New(secrets.Checks()...)
	theirs, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		b.Fatal(err)
	}
	scan := func() {
		result, err := engine.Run(b.Context(), os.DirFS(dir), check.Options{Only: "secrets/"})
		if err != nil || len(result.Report.Findings) != 1 {
			b.Fatalf("%+v, %v", result.Report.Findings, err)
		}
	}
	scan() // loads the rules
	var ours, other time.Duration
	for b.Loop() {
		start := time.Now()
		scan()
		ours += time.Since(start)

		start = time.Now()
		files := &sources.Files{Path: dir, Config: &theirs.Config, Sema: semgroup.NewGroup(b.Context(), 40)}
		if _, err := theirs.DetectSource(b.Context(), files); err != nil {
			b.Fatal(err)
		}
		other += time.Since(start)
	}
	b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "ours-ms")
	b.ReportMetric(float64(other.Milliseconds())/float64(b.N), "gitleaks-ms")
	b.ReportMetric(float64(ours)/float64(other), "ratio")
}

// BenchmarkWorstFile scans one file of 1 MiB in which most rules find their keyword.
func BenchmarkWorstFile(b *testing.B) {
	dir := b.TempDir()
	write(b, filepath.Join(dir, "connect.yaml"), oneApplication)
	line := "key token secret api auth password aws slack stripe github gitlab twilio sendgrid jwt ey sk_ = value;\n"
	write(b, filepath.Join(dir, "tax", "index.js"), strings.Repeat(line, (1<<20)/len(line)))
	engine := check.New(secrets.Checks()...)
	for b.Loop() {
		if _, err := engine.Run(b.Context(), os.DirFS(dir), check.Options{Only: "secrets/"}); err != nil {
			b.Fatal(err)
		}
	}
}

func writeConnector(b *testing.B, dir string) {
	b.Helper()
	write(b, filepath.Join(dir, "connect.yaml"), oneApplication)
	for i := range 179 {
		var text strings.Builder
		for line := 0; text.Len() < 3000; line++ {
			fmt.Fprintf(&text, "export const apiClient%d = createClient({ secret: process.env.SECRET_%d, key: %d });\n", line, i, line)
		}
		write(b, filepath.Join(dir, "tax", fmt.Sprintf("module%d", i%12), fmt.Sprintf("file%d.ts", i)), text.String())
	}
	write(b, filepath.Join(dir, "tax", "leak.ts"), `const token = "`+githubToken+`"`)
}

func write(b *testing.B, file, text string) {
	b.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}
