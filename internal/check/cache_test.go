package check_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

// identified is a tree that knows its contents, as one of git does.
type identified struct{ fstest.MapFS }

func (t identified) ID(name string) string {
	sum := sha256.New()
	for _, file := range slices.Sorted(maps.Keys(t.MapFS)) {
		if name == "." || file == name || strings.HasPrefix(file, name+"/") {
			fmt.Fprintf(sum, "%q %q\n", file, t.MapFS[file].Data)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// watched are a check of applications and one of the tree, which quote all that
// they may see, and note that they ran.
type watched struct {
	mu  sync.Mutex
	ran []string
}

func (w *watched) note(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ran = append(w.ran, what)
}

func (w *watched) checks() []check.Check {
	quote := func(p *check.Pass, name string) error {
		data, err := fs.ReadFile(p.Tree, name)
		if err == nil && len(data) > 0 {
			p.Report(api.Finding{Type: api.EntryWarning, Message: string(data), File: name, Line: 1, Column: 1})
		}
		return err
	}
	return []check.Check{
		{ID: "layout/quote", RunApplication: func(p *check.Pass) error {
			w.note(p.Application.Name)
			return quote(p, p.Application.Name+"/code")
		}},
		{ID: "secrets/hide", RunApplication: func(p *check.Pass) error {
			p.Redact("secret-of-" + p.Application.Name)
			return nil
		}},
		{ID: "documents/quote", Run: func(p *check.Pass) error {
			w.note("tree")
			return quote(p, "README.md")
		}},
	}
}

func twoApplicationsWith(one, two, readme string) identified {
	return identified{fstest.MapFS{
		"connect.yaml": file(twoApplications), "one/code": file(one), "two/code": file(two), "README.md": file(readme),
	}}
}

// The second run of a tree has nothing to check, and what it says is the same; a
// change in one application leaves the other alone.
func TestCache(t *testing.T) {
	t.Parallel()
	var w watched
	engine, cache := check.New(w.checks()...), check.NewCache()
	judge := func(tree fs.FS) (check.Result, []string) {
		w.ran = nil
		r, err := engine.Run(t.Context(), tree, check.Options{Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		return r, w.ran
	}
	first, ran := judge(twoApplicationsWith("a", "b secret-of-one", "c"))
	if want := []string{"one", "two", "tree"}; !slices.Equal(ran, want) {
		t.Errorf("the first run checked %q, want %q", ran, want)
	}
	second, ran := judge(twoApplicationsWith("a", "b secret-of-one", "c"))
	if len(ran) > 0 {
		t.Errorf("the second run checked %q", ran)
	}
	if diff := cmp.Diff(first.Report, second.Report); diff != "" {
		t.Errorf("its report differs (-first +second):\n%s", diff)
	}
	if got := second.Report.Findings[2].Message; got != "b [redacted]" {
		t.Errorf("the second run says %q: it has lost a secret", got)
	}
	want := []string{
		"Connector specification file validation check succeeded",
		"Application layout check skipped for one", "Application layout check skipped for two",
		"Committed secrets check skipped for one", "Committed secrets check skipped for two",
		"Documents check skipped",
	}
	if diff := cmp.Diff(append(want, notRun...), states(second)); diff != "" {
		t.Errorf("outcomes of the second run (-want +got):\n%s", diff)
	}
	third, ran := judge(twoApplicationsWith("a", "changed", "c"))
	if want := []string{"two", "tree"}; !slices.Equal(ran, want) {
		t.Errorf("after a change in two, %q were checked, want %q", ran, want)
	}
	if got := states(third)[1:3]; got[0] != "Application layout check skipped for one" || got[1] != "Application layout check succeeded for two" {
		t.Errorf("the outcomes are %q", got)
	}
	if _, ran = judge(twoApplicationsWith("a", "changed", "new")); !slices.Equal(ran, []string{"one", "two", "tree"}) {
		t.Errorf("after a change at the root, which all may read, %q were checked", ran)
	}
}

// What failed is said to have failed, whoever found it.
func TestCacheOfFailures(t *testing.T) {
	t.Parallel()
	engine, cache := check.New(check.Check{ID: "layout/no", RunApplication: func(p *check.Pass) error {
		p.Report(api.Finding{Type: api.EntryError, Message: "no", File: "connect.yaml", Line: 1, Column: 1})
		return nil
	}}), check.NewCache()
	for range 2 {
		r, err := engine.Run(t.Context(), twoApplicationsWith("a", "b", "c"), check.Options{Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		if got := states(r)[1]; got != "Application layout check failed for one" {
			t.Errorf("outcome %q", got)
		}
	}
}

// Whatever is judged before, by however many at once: the report is that of an
// engine that has seen nothing.
func TestCacheNeverShows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var w watched
		engine, cache := check.New(w.checks()...), check.NewCache()
		text := rapid.SampledFrom([]string{"", "a", "secret-of-one", "secret-of-two", strings.Repeat("long ", 5000)})
		for range rapid.IntRange(1, 8).Draw(t, "runs") {
			tree := twoApplicationsWith(text.Draw(t, "one"), text.Draw(t, "two"), text.Draw(t, "readme"))
			got, err := engine.Run(t.Context(), tree, check.Options{Cache: cache, Parallel: rapid.IntRange(0, 4).Draw(t, "parallel")})
			if err != nil {
				t.Fatal(err)
			}
			want, err := engine.Run(t.Context(), tree, check.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.Report, got.Report); diff != "" {
				t.Fatalf("the report differs (-without +with a cache):\n%s", diff)
			}
		}
	})
}

// The checks of a family share what one of them has found out about an application.
func TestOnce(t *testing.T) {
	t.Parallel()
	type key struct{}
	looked := map[string]int{}
	share := func(p *check.Pass) error {
		name, err := check.Once(p, key{}, func() (string, error) {
			looked[p.Application.Name]++
			return p.Application.Name, nil
		})
		if name != p.Application.Name {
			t.Errorf("application %s got what was found out about %s", p.Application.Name, name)
		}
		return err
	}
	run(t, treeWith(twoApplications), check.Options{},
		check.Check{ID: "layout/a", RunApplication: share}, check.Check{ID: "layout/b", RunApplication: share})
	if want := map[string]int{"one": 1, "two": 1}; !maps.Equal(looked, want) {
		t.Errorf("looked %v times, want %v", looked, want)
	}
}
