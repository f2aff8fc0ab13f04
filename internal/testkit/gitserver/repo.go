package gitserver

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Git's modes of the entries of a tree.
const (
	ModeFile      = "100644"
	ModeExec      = "100755"
	ModeSymlink   = "120000" // Data is where it points to
	ModeSubmodule = "160000" // Data is a commit
)

// Repo is a repository of a Server. What is committed to it depends on nothing but
// the calls before: neither on the time nor on the machine.
type Repo struct {
	// URL is where it is served.
	URL string
	// Dir is the bare repository.
	Dir string

	git     string
	home    string
	commits int
}

// Entry is a file, a symbolic link or a submodule of a commit.
type Entry struct{ Path, Mode, Data string }

// Repo makes an empty repository, served at the server's URL + "/" + name.
func (s *Server) Repo(tb testing.TB, name string) *Repo {
	tb.Helper()
	r := &Repo{
		URL:  s.URL + "/" + name,
		Dir:  filepath.Join(s.Root, filepath.FromSlash(name)),
		git:  s.git,
		home: s.Root,
	}
	if err := os.MkdirAll(r.Dir, 0o700); err != nil {
		tb.Fatalf("make repository %s: %v", name, err)
	}
	r.Git(tb, "", "init", "--quiet", "--bare", "--initial-branch=main", "--template=")
	r.Git(tb, "", "config", "uploadpack.allowFilter", "true")
	return r
}

// Commit makes a commit on the branch main that consists of just these files, and
// returns its id.
func (r *Repo) Commit(tb testing.TB, files map[string]string) string {
	tb.Helper()
	var entries []Entry
	for path, data := range files {
		entries = append(entries, Entry{Path: path, Mode: ModeFile, Data: data})
	}
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	return r.CommitEntries(tb, entries...)
}

// CommitEntries is like Commit, for what has other modes.
func (r *Repo) CommitEntries(tb testing.TB, entries ...Entry) string {
	tb.Helper()
	r.commits++
	var script strings.Builder
	fmt.Fprintf(&script, "commit refs/heads/main\ncommitter %s\n", r.signature())
	fmt.Fprintf(&script, "data <<END\ncommit %d\nEND\n", r.commits)
	if r.commits > 1 {
		script.WriteString("from refs/heads/main^0\ndeleteall\n")
	}
	for _, e := range entries {
		if e.Mode == ModeSubmodule {
			fmt.Fprintf(&script, "M %s %s %q\n", e.Mode, e.Data, e.Path)
			continue
		}
		fmt.Fprintf(&script, "M %s inline %q\ndata %d\n%s\n", e.Mode, e.Path, len(e.Data), e.Data)
	}
	r.Git(tb, script.String(), "fast-import", "--quiet", "--force")
	return r.Git(tb, "", "rev-parse", "refs/heads/main")
}

// signature is the author of the latest commit: one second later each time.
func (r *Repo) signature() string {
	return fmt.Sprintf("Test <test@example.com> %d +0000", 1_700_000_000+r.commits)
}

// Tag makes a lightweight tag of the latest commit.
func (r *Repo) Tag(tb testing.TB, name string) {
	tb.Helper()
	r.MoveTag(tb, name, "refs/heads/main")
}

// AnnotatedTag makes an annotated tag of the latest commit, and returns the id of
// the tag object.
func (r *Repo) AnnotatedTag(tb testing.TB, name string) string {
	tb.Helper()
	commit := r.Git(tb, "", "rev-parse", "refs/heads/main")
	id := r.Git(tb, fmt.Sprintf("object %s\ntype commit\ntag %s\ntagger %s\n\nrelease\n", commit, name, r.signature()), "mktag")
	r.MoveTag(tb, name, id)
	return id
}

// MoveTag makes the tag name the object, whether it exists already or not.
func (r *Repo) MoveTag(tb testing.TB, name, object string) {
	tb.Helper()
	r.Git(tb, "", "update-ref", "refs/tags/"+name, object)
}

// DeleteTag deletes the tag.
func (r *Repo) DeleteTag(tb testing.TB, name string) {
	tb.Helper()
	r.Git(tb, "", "update-ref", "-d", "refs/tags/"+name)
}

// Git runs git in the repository with the given input, and returns what it prints,
// without the line end.
func (r *Repo) Git(tb testing.TB, input string, args ...string) string {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), r.git, args...)
	cmd.Dir = r.Dir
	cmd.Env = environment(r.home)
	cmd.Stdin = strings.NewReader(input)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSuffix(string(out), "\n")
}
