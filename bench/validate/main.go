// Command validate measures what a person and a server wait for when a connector of
// usual size is judged, beside two floors of the same run: git's own clone of the
// repository, and gitleaks' own command on its files.
//
//	go run ./bench/validate [-rounds 7] [-write docs/performance-validation.md]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	rounds := flag.Int("rounds", 7, "how often everything is measured")
	write := flag.String("write", "", "file to write the result to, as Markdown; else it is printed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := measure(ctx, *rounds, *write); err != nil {
		fmt.Fprintln(os.Stderr, "bench/validate:", err)
		os.Exit(1) //nolint:gocritic // the signal's handler ends with the process
	}
}

func measure(ctx context.Context, rounds int, write string) (err error) {
	dir, err := os.MkdirTemp("", "greenroom-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	tools, err := build(ctx, dir)
	if err != nil {
		return err
	}
	r, err := makeRepository(ctx, dir)
	if err != nil {
		return err
	}
	defer r.server.Close()
	m := &measurements{repository: r, tools: tools, dir: dir}
	for n := range rounds {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", n+1, rounds)
		if err := m.round(ctx, n); err != nil {
			return err
		}
	}
	if write == "" {
		_, err = os.Stdout.WriteString(m.page())
		return err
	}
	return os.WriteFile(write, []byte(m.page()), 0o600)
}

// tools are the binaries that are measured.
type tools struct{ greenroom, gitleaks, gitleaksVersion string }

// build makes them once: nothing is compiled while it is measured.
func build(ctx context.Context, dir string) (tools, error) {
	bin := filepath.Join(dir, "bin")
	t := tools{greenroom: filepath.Join(bin, "greenroom.exe"), gitleaks: filepath.Join(bin, "gitleaks")}
	if _, err := tool(ctx, nil, "go", "build", "-o", t.greenroom, "github.com/greenroom-registry/greenroom/cmd/greenroom"); err != nil {
		return t, err
	}
	const module = "github.com/zricethezav/gitleaks/v8"
	version, err := tool(ctx, nil, "go", "list", "-m", "-f", "{{.Version}}", module)
	if err != nil {
		return t, err
	}
	t.gitleaksVersion = strings.TrimSpace(version)
	_, err = tool(ctx, []string{"GOBIN=" + bin}, "go", "install", module+"@"+t.gitleaksVersion)
	return t, err
}

// measurements are those of all rounds.
type measurements struct {
	repository *repository
	tools      tools
	dir        string

	clone, gitleaks, release, folder, start []sample
	served                                  []served
}

// round measures everything once, in the same order, so that what else the machine
// does meets all alike.
func (m *measurements) round(ctx context.Context, n int) error {
	clone := filepath.Join(m.dir, "clone"+strconv.Itoa(n))
	for _, c := range []struct {
		to      *[]sample
		command []string
	}{
		{&m.clone, []string{"git", "clone", "--quiet", "--depth=1", "--branch=" + tag1, m.repository.url, clone}},
		{&m.gitleaks, []string{m.tools.gitleaks, "dir", "--no-banner", "--log-level=error", m.repository.folder}},
		{&m.release, []string{m.tools.greenroom, "validate", "--repository-alias=https://connector.example/=" + m.repository.server.URL + "/",
			"https://connector.example/" + filepath.Base(m.repository.bare) + "@" + tag1}},
		{&m.folder, []string{m.tools.greenroom, "validate", m.repository.folder}},
		{&m.start, []string{m.tools.greenroom, "version"}},
	} {
		s, err := run(ctx, c.command[0], c.command[1:]...)
		if err != nil {
			return err
		}
		*c.to = append(*c.to, s)
	}
	s, err := serve(ctx, m.tools.greenroom, filepath.Join(m.dir, "data"+strconv.Itoa(n)), m.repository)
	m.served = append(m.served, s)
	return err
}
