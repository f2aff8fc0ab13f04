package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/mattn/go-isatty"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
	"github.com/greenroom-registry/greenroom/internal/config"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
)

type validateCommand struct {
	config.Repositories
	Paths []string `arg:"" optional:"" name:"path" help:"Folder, file read as a connect.yaml, or URL@TAG of a repository. Default: this folder."`
	JSON  bool     `name:"json" help:"Print one JSON object a line for each path."`
	Only  string   `placeholder:"PREFIX" help:"Keep the rules whose names begin so, such as spec/."`
}

// Run judges each path. It ends with exit code 1 when one of them is not valid,
// and with 2 when one could not be judged; the others are judged all the same.
func (c *validateCommand) Run(ctx context.Context, io streams) error {
	if len(c.Paths) == 0 {
		c.Paths = []string{"."}
	}
	j := &judge{engine: check.New(checks.All()...), only: check.Options{Only: c.Only}, repositories: c.Repositories}
	var troubles error
	valid := true
	for _, path := range c.Paths {
		result, err := j.judge(ctx, path)
		if err != nil {
			troubles = errors.Join(troubles, fmt.Errorf("%s: %w", path, err))
			continue
		}
		valid = valid && result.Report.Valid
		if err := c.print(io.out, path, result); err != nil {
			return err
		}
	}
	if troubles != nil {
		return troubles
	}
	if !valid {
		return exitCode(exitFound)
	}
	return nil
}

func (c *validateCommand) print(w io.Writer, path string, r check.Result) error {
	if !c.JSON {
		return check.WriteText(w, path, r, check.TextOptions{Color: takesColor(w)})
	}
	return json.NewEncoder(w).Encode(struct {
		Path string `json:"path"`
		api.Report
	}{path, r.Report})
}

// takesColor says whether it is a terminal whose user wants color
// (https://no-color.org).
func takesColor(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd()) && os.Getenv("NO_COLOR") == ""
}

// judge runs the engine on whatever a path names.
type judge struct {
	engine       *check.Engine
	only         check.Options
	repositories config.Repositories
	source       *gitsource.Source // made when the first repository is named
}

func (j *judge) judge(ctx context.Context, path string) (check.Result, error) {
	if url, tag, ok := splitRelease(path); ok {
		return j.release(ctx, url, tag)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return check.Result{}, errors.New("there is no such file or folder; a repository is written URL@TAG")
	case err != nil:
		return check.Result{}, err
	case info.IsDir():
		return j.folder(ctx, path)
	default:
		return j.file(path)
	}
}

// splitRelease takes URL@TAG apart. The tag starts after the first @ of the path
// part: git@host belongs to the URL, and tags may hold an @ themselves.
func splitRelease(text string) (url, tag string, ok bool) {
	path := pathPart(text)
	if path < 0 {
		return "", "", false
	}
	if at := strings.IndexByte(text[path:], '@'); at >= 0 {
		return text[:path+at], text[path+at+1:], true
	}
	return text, "", true
}

// pathPart is where the path of a repository's URL begins: behind the host of
// scheme://host/… or git@host:…; -1 for what is no such URL.
func pathPart(text string) int {
	if scheme, rest, ok := strings.Cut(text, "://"); ok {
		if slash := strings.IndexByte(rest, '/'); slash >= 0 {
			return len(scheme) + len("://") + slash
		}
		return -1
	}
	if strings.HasPrefix(text, "git@") {
		return strings.IndexByte(text, ':')
	}
	return -1
}

func (j *judge) release(ctx context.Context, url, tag string) (check.Result, error) {
	if tag == "" {
		return check.Result{}, errors.New("name the release too: URL@TAG")
	}
	if j.source == nil {
		options, err := j.repositories.Options()
		if err != nil {
			return check.Result{}, err
		}
		if j.source, err = gitsource.New(options); err != nil {
			return check.Result{}, err
		}
	}
	tree, err := j.source.Tree(ctx, gitsource.Request{URL: url, Tag: tag})
	if err != nil {
		return check.Result{}, err
	}
	result, err := j.engine.Run(ctx, tree.FS(), j.only)
	result.Report.Commit = tree.Commit
	return result, errors.Join(err, tree.Close())
}

// folder reads below the folder alone: a link cannot lead out of it.
func (j *judge) folder(ctx context.Context, path string) (check.Result, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return check.Result{}, err
	}
	result, err := j.engine.Run(ctx, root.FS(), j.only)
	return result, errors.Join(err, root.Close())
}

// file reads no more than shows that a file is too large to be a connect.yaml.
func (j *judge) file(path string) (check.Result, error) {
	f, err := os.Open(path)
	if err != nil {
		return check.Result{}, err
	}
	data, err := io.ReadAll(io.LimitReader(f, check.MaxSpecBytes+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return check.Result{}, err
	}
	return j.engine.RunFile(data, path, j.only)
}
