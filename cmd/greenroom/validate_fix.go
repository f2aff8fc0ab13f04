package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/fix"
)

// repairFlags say what becomes of the fixes that findings bring.
type repairFlags struct {
	Fix  bool `xor:"repair" help:"Repair what is mechanical, show the changes, and judge again."`
	Diff bool `xor:"repair" help:"Show what --fix would change, and change nothing."`
}

func (f repairFlags) wanted() bool { return f.Fix || f.Diff }

// repair fixes each path, or shows how, and then judges it as Run does. Programs find
// the reports alone on the standard output: with --json and its like the
// changes are shown on the other one.
func (c *validateCommand) repair(ctx context.Context, j *judge, io streams) error {
	for _, path := range c.Paths {
		if _, _, release := splitRelease(path); release {
			return fmt.Errorf("%s is a release, which stays as it is: --fix and --diff take folders and files of this machine", path)
		}
	}
	shown, out := io.out, c.printer(io.out)
	if c.forPrograms() {
		shown = io.err
	}
	var troubles error
	valid := true
	for _, path := range c.Paths {
		o, said, err := c.repairPath(ctx, j, path, shown, out)
		if err == nil {
			err = o.print(out, io.err)
		}
		if err == nil {
			_, err = fmt.Fprint(shown, said)
		}
		if err != nil {
			troubles = errors.Join(troubles, fmt.Errorf("%s: %w", path, err))
			continue
		}
		valid = valid && o.subject.Report.Valid
	}
	if err := out.end(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return verdict(troubles, valid)
}

// repairPath shows the changes of a path, carries them out unless they are only to
// be shown, and returns the report of what is there then, and how much was fixed.
func (c *validateCommand) repairPath(ctx context.Context, j *judge, path string, shown io.Writer, out printer) (outcome, string, error) {
	changes, fixed, err := c.changes(ctx, j, path, shown)
	if err != nil {
		return outcome{}, "", err
	}
	o := c.outcome(ctx, j, path, out)
	if o.err != nil {
		return outcome{}, "", o.err
	}
	return o, path + ": " + c.done(changes, fixed) + "\n", nil
}

// done says in a line what was fixed.
func (c *validateCommand) done(files, fixed int) string {
	what := count(fixed, "finding") + " in " + count(files, "file")
	switch {
	case fixed == 0:
		return "nothing to fix"
	case c.Diff:
		return "would fix " + what
	default:
		return "fixed " + what
	}
}

// changes returns how many files change, and how many findings are fixed by that.
func (c *validateCommand) changes(ctx context.Context, j *judge, path string, shown io.Writer) (files, fixed int, err error) {
	s, err := j.subject(ctx, path)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	changes, fixed, err := fix.Rounds(s.tree, s.disk, s.judge)
	if err != nil {
		return 0, 0, err
	}
	for _, change := range changes {
		if err := showChange(shown, filepath.ToSlash(filepath.Join(s.folder, change.Name)), change); err != nil {
			return 0, 0, err
		}
		if c.Diff {
			continue
		}
		if err := s.disk.Replace(change.Name, change.Was, change.Text); err != nil {
			return 0, 0, err
		}
	}
	return len(changes), fixed, nil
}

func showChange(w io.Writer, name string, change fix.Change) error {
	was, text := change.Plain()
	shown := diff.Diff(path.Join("a", name), was, path.Join("b", name), text)
	_, err := io.WriteString(w, check.Harmless(string(shown)))
	return err
}

// subject is what a path names, as it is judged and as it lies on the disk.
type subject struct {
	folder string // of the files
	tree   fs.FS
	disk   *fix.Folder
	judge  func(fs.FS) ([]api.Finding, error)
	close  func() error
}

func (j *judge) subject(ctx context.Context, path string) (*subject, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("there is no such file or folder")
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, errors.New("it is a symbolic link: name what it leads to")
	case info.IsDir():
		return j.folderSubject(ctx, path)
	default:
		return j.fileSubject(path)
	}
}

func (j *judge) fileSubject(path string) (*subject, error) {
	folder, name := filepath.Dir(path), filepath.Base(path)
	disk, err := fix.OpenFolder(folder)
	if err != nil {
		return nil, err
	}
	return &subject{folder: folder, tree: disk, disk: disk, close: disk.Close, judge: func(tree fs.FS) ([]api.Finding, error) {
		data, whole, err := check.ReadBounded(tree, name, check.MaxSpecBytes)
		if err != nil || !whole {
			return nil, err
		}
		result, err := j.engine.RunFile(data, name, j.options)
		return j.asked(result), err
	}}, nil
}

func (j *judge) folderSubject(ctx context.Context, path string) (*subject, error) {
	source, err := j.repository()
	if err != nil {
		return nil, err
	}
	disk, err := fix.OpenFolder(path)
	if err != nil {
		return nil, err
	}
	tree, err := source.Folder(ctx, path)
	if err != nil {
		return nil, errors.Join(err, disk.Close())
	}
	return &subject{folder: path, tree: tree.FS(), disk: disk,
		close: func() error { return errors.Join(tree.Close(), disk.Close()) },
		judge: func(tree fs.FS) ([]api.Finding, error) {
			result, err := j.engine.Run(ctx, tree, j.options)
			return j.asked(result), err
		}}, nil
}

// asked are the findings of the rules that --only names: a result has others too,
// where they kept the checks from running.
func (j *judge) asked(r check.Result) []api.Finding {
	return slices.DeleteFunc(slices.Clone(r.Report.Findings), func(f api.Finding) bool { return !strings.HasPrefix(f.Rule, j.options.Only) })
}

// repairable says how many findings a repair would take away, "" if none.
func repairable(findings []api.Finding) string {
	n := 0
	for _, f := range findings {
		if f.Fix != nil {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d of these can be repaired by greenroom validate --fix\n", n)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
