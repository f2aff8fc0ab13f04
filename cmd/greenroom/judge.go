package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
	"github.com/greenroom-registry/greenroom/internal/config"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
)

// serverFlags name the server that judges.
type serverFlags struct {
	Server string `placeholder:"URL" help:"Have this server judge, by its own rule set: releases that it reads, and folders, which are sent."`
	credentials
}

func (f serverFlags) client() *client.Client {
	return remote{URL: f.Server, credentials: f.credentials}.client()
}

// judge runs the engine, or has a server do so, on whatever a path names. Many
// goroutines may use it.
type judge struct {
	engine       *check.Engine
	options      check.Options
	repositories config.Repositories
	server       *client.Client // nil: this process judges

	once      sync.Once // makes the source when the first repository is named
	source    *gitsource.Source
	sourceErr error
}

func newJudge(repositories config.Repositories, only string) *judge {
	return &judge{
		engine:       check.New(checks.All()...),
		options:      check.Options{Only: only, Parallel: runtime.GOMAXPROCS(0)},
		repositories: repositories,
	}
}

// judged is the result about a path, and what people alone are told.
type judged struct {
	check.Result
	notes []string
}

func (j *judge) judge(ctx context.Context, path string) (judged, error) {
	if url, tag, ok := splitRelease(path); ok {
		return j.release(ctx, url, tag)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return judged{}, errors.New("there is no such file or folder; a repository is written URL@TAG")
	case err != nil:
		return judged{}, err
	case info.IsDir():
		return j.folder(ctx, path)
	case j.server != nil:
		return judged{}, errors.New("it is a file: --server judges folders and releases")
	default:
		result, err := j.file(path)
		return judged{Result: result}, err
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

func (j *judge) release(ctx context.Context, url, tag string) (judged, error) {
	if tag == "" {
		return judged{}, errors.New("name the release too: URL@TAG")
	}
	if j.server != nil {
		return j.there(j.server.Validate(ctx, api.Repository{URL: url, Tag: tag}))
	}
	source, err := j.repository()
	if err != nil {
		return judged{}, err
	}
	tree, err := source.Tree(ctx, gitsource.Request{URL: url, Tag: tag})
	if err != nil {
		return judged{}, err
	}
	return j.here(ctx, tree)
}

// folder judges what git would commit of the folder, so that it gets the report
// that its commit will get.
func (j *judge) folder(ctx context.Context, path string) (judged, error) {
	source, err := j.repository()
	if err != nil {
		return judged{}, err
	}
	tree, err := source.Folder(ctx, path)
	if err != nil {
		return judged{}, err
	}
	var result judged
	if j.server == nil {
		result, err = j.here(ctx, tree)
	} else {
		result, err = j.sent(ctx, source, tree)
	}
	if len(tree.Untracked) > 0 {
		result.notes = append(result.notes, untracked(tree.Untracked))
	}
	return result, err
}

// here judges a tree by this process, and closes it.
func (j *judge) here(ctx context.Context, tree *gitsource.Tree) (judged, error) {
	result, err := j.engine.Run(ctx, tree.FS(), j.options)
	result.Report.Commit, result.Report.Tree = tree.Commit, tree.ID
	return judged{Result: result}, errors.Join(err, tree.Close())
}

// sent has the server judge a tree, and closes it.
func (j *judge) sent(ctx context.Context, source *gitsource.Source, tree *gitsource.Tree) (judged, error) {
	var pack bytes.Buffer
	err := source.Pack(ctx, tree, &pack)
	if err := errors.Join(err, tree.Close()); err != nil {
		return judged{}, err
	}
	result, err := j.there(j.server.ValidateTree(ctx, tree.ID, pack.Bytes()))
	result.Report.Commit = tree.Commit // which the server has not seen
	return result, err
}

// there is what the server's report says.
func (j *judge) there(r api.Report, err error) (judged, error) {
	if err != nil {
		return judged{}, explained(err)
	}
	out := judged{Result: check.Result{Report: r}}
	if r.Ruleset != j.engine.Ruleset() {
		own := j.engine.Report(nil)
		out.notes = append(out.notes, fmt.Sprintf("judged by the server's rule set, %s of engine %s; that of this greenroom is %s of engine %s",
			r.Ruleset, r.Engine, own.Ruleset, own.Engine))
	}
	return out, nil
}

// maxNamed is how many untracked files are named.
const maxNamed = 3

// untracked says which files nobody has judged, since no commit will have them.
func untracked(names []string) string {
	text := "not judged, since git does not track it: "
	if len(names) > 1 {
		text = "not judged, since git does not track them: "
	}
	text += check.Harmless(strings.Join(names[:min(maxNamed, len(names))], ", "))
	if more := len(names) - maxNamed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func (j *judge) repository() (*gitsource.Source, error) {
	j.once.Do(func() {
		if j.server == nil {
			go checks.Prepare() // while git reads the tree
		}
		options, err := j.repositories.Options()
		if err != nil {
			j.sourceErr = err
			return
		}
		j.source, j.sourceErr = gitsource.New(options)
	})
	return j.source, j.sourceErr
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
	return j.engine.RunFile(data, path, j.options)
}
