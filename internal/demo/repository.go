package demo

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Repository is a Git repository of the demo.
type Repository struct {
	// URL is its address, file://…
	URL string
	// Files is how many files its release has.
	Files int
}

// MakeRepository makes a bare Git repository in the folder dir with the files as
// its one release, tagged with an annotated tag. The same files always give the
// same commit.
func MakeRepository(ctx context.Context, dir string, files fs.FS, tag string) (Repository, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Repository{}, fmt.Errorf("make a repository: %w", err)
	}
	script, n, err := importScript(files, tag)
	if err != nil {
		return Repository{}, fmt.Errorf("read the files of a connector: %w", err)
	}
	if err := git(ctx, dir, nil, "init", "--quiet", "--bare", "--initial-branch=main", "--template="); err != nil {
		return Repository{}, err
	}
	if err := git(ctx, dir, script, "fast-import", "--quiet"); err != nil {
		return Repository{}, err
	}
	return Repository{URL: fileURL(dir), Files: n}, nil
}

// fileURL is the address of an absolute folder; C:\x is file:///C:/x.
func fileURL(dir string) string {
	return "file:///" + strings.TrimPrefix(filepath.ToSlash(dir), "/")
}

const signature = "Greenroom <demo@greenroom.example> 1767225600 +0000"

// importScript is a release in the language of git fast-import.
func importScript(files fs.FS, tag string) ([]byte, int, error) {
	var script bytes.Buffer
	fmt.Fprintf(&script, "commit refs/heads/main\ncommitter %s\ndata <<END\n%s\nEND\n", signature, tag)
	n := 0
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		n++
		fmt.Fprintf(&script, "M 100644 inline %q\ndata %d\n%s\n", path, len(data), data)
		return nil
	})
	fmt.Fprintf(&script, "tag %s\nfrom refs/heads/main\ntagger %s\ndata <<END\nrelease\nEND\n", tag, signature)
	return script.Bytes(), n, err
}

// git runs git without the configuration of the machine or the user.
func git(ctx context.Context, dir string, input []byte, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_DIR="+dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull)
	cmd.Stdin = bytes.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
	}
	return nil
}
