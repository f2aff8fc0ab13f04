package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The releases of the repository. In the second, one application has changed.
const (
	tag1 = "v1.0.0"
	tag2 = "v1.1.0"
)

// repository is the connector as git has it.
type repository struct {
	// bare is the repository in a folder, served at url; folder has its first
	// release checked out.
	bare, url, folder string
	// packed is what git sends for the first release, in bytes.
	packed int64
	server *httptest.Server
}

// makeRepository makes the repository below a folder and serves it on this machine.
func makeRepository(ctx context.Context, dir string) (*repository, error) {
	r := &repository{bare: filepath.Join(dir, "git", "connector.git"), folder: filepath.Join(dir, "connector")}
	script := commitScript(tag1, connector()) + commitScript(tag2, release2())
	if err := os.MkdirAll(r.bare, 0o700); err != nil {
		return nil, err
	}
	for _, c := range []struct {
		input string
		args  []string
	}{
		{"", []string{"init", "--quiet", "--bare", "--initial-branch=main", "--template="}},
		{script, []string{"fast-import", "--quiet"}},
		{"", []string{"config", "uploadpack.allowFilter", "true"}},
		{"", []string{"repack", "-adfq"}},
		{"", []string{"clone", "--quiet", "--no-local", "--depth=1", "--branch=" + tag1, "file://" + r.bare, r.folder}},
	} {
		if err := git(ctx, r.bare, c.input, c.args...); err != nil {
			return nil, err
		}
	}
	packs, err := filepath.Glob(filepath.Join(r.folder, ".git", "objects", "pack", "*.pack"))
	if err != nil || len(packs) != 1 {
		return nil, fmt.Errorf("%d packs in the clone: %w", len(packs), err)
	}
	info, err := os.Stat(packs[0])
	if err != nil {
		return nil, err
	}
	r.packed = info.Size()
	if err := os.RemoveAll(filepath.Join(r.folder, ".git")); err != nil {
		return nil, err
	}
	return r, r.serve()
}

// serve has git answer on a port of 127.0.0.1.
func (r *repository) serve() error {
	path, err := exec.LookPath("git")
	if err != nil {
		return fmt.Errorf("find git: %w", err)
	}
	root := filepath.Dir(r.bare)
	r.server = httptest.NewServer(&cgi.Handler{
		Path: path,
		Args: []string{"http-backend"},
		Dir:  root,
		Env:  append(gitEnvironment(), "GIT_PROJECT_ROOT="+root, "GIT_HTTP_EXPORT_ALL=1"),
	})
	r.url = r.server.URL + "/" + filepath.Base(r.bare)
	return nil
}

const signature = "Greenroom <bench@greenroom.example> 1767225600 +0000"

// commitScript is a release in the language of git fast-import.
func commitScript(tag string, f files) string {
	var script strings.Builder
	fmt.Fprintf(&script, "commit refs/heads/main\ncommitter %s\ndata <<END\n%s\nEND\n", signature, tag)
	script.WriteString("deleteall\n")
	for _, path := range f.paths() {
		fmt.Fprintf(&script, "M 100644 inline %q\ndata %d\n%s\n", path, len(f[path]), f[path])
	}
	fmt.Fprintf(&script, "tag %s\nfrom refs/heads/main\ntagger %s\ndata <<END\nrelease\nEND\n", tag, signature)
	return script.String()
}

// gitEnvironment keeps the settings of the machine and the user out.
func gitEnvironment() []string {
	return append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_TERMINAL_PROMPT=0")
}

func git(ctx context.Context, dir, input string, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir, cmd.Env, cmd.Stdin = dir, gitEnvironment(), bytes.NewBufferString(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git %s: %w: %s", args[0], err, bytes.TrimSpace(out))
	}
	return nil
}
