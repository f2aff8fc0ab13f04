package check

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/greenroom-registry/greenroom/api"
)

// Identified is a tree that knows what identifies the contents of a file or folder,
// as git's object ids do: what has one id has the same contents.
type Identified interface {
	fs.FS
	// ID is that of a path, "" when there is nothing.
	ID(name string) string
}

const (
	// keptUnits is how many verdicts a cache has: those of some eighty connectors.
	keptUnits = 2048
	// keptBytes is the size of the largest, by what its findings say. Both
	// together bound the memory to 32 MiB.
	keptBytes = 16 << 10
)

// Cache keeps verdicts by all that they depend on, so that of two runs of one
// commit the second has nothing left to check, and a change in one application
// leaves the verdicts on the others. It is in memory alone, since a verdict knows
// the secrets that it found. It is safe for concurrent use; a nil Cache is empty,
// and remains so.
type Cache struct{ verdicts *lru.Cache[string, verdict] }

// NewCache returns an empty Cache.
func NewCache() *Cache {
	verdicts, err := lru.New[string, verdict](keptUnits)
	if err != nil {
		panic(err) // of a size that is not positive
	}
	return &Cache{verdicts: verdicts}
}

func (c *Cache) get(key string) (verdict, bool) {
	if c == nil || key == "" {
		return verdict{}, false
	}
	v, ok := c.verdicts.Get(key)
	v.findings, v.reused = slices.Clone(v.findings), true // the run will add to them
	return v, ok
}

func (c *Cache) put(key string, v verdict) {
	if c == nil || key == "" || v.size() > keptBytes {
		return
	}
	v.findings = slices.Clone(v.findings)
	c.verdicts.Add(key, v)
}

// size is what a verdict takes in memory, roughly.
func (v verdict) size() (bytes int) {
	for _, f := range v.findings {
		bytes += len(f.Message) + len(f.File) + len(f.Snippet) + len(f.Help) + perFinding
		if f.Fix != nil {
			bytes += fixSize(f.Fix)
		}
	}
	for _, s := range v.secrets {
		bytes += len(s)
	}
	return bytes
}

const perFinding = 256

func fixSize(f *api.Fix) (bytes int) {
	for _, e := range f.Edits {
		bytes += len(e.File) + len(e.Text) + perFinding
	}
	return bytes
}

// key names all that the verdict of a unit depends on; "" when that is not known or
// not to be kept. What a check of an application sees besides its folder are the
// names at the root and the files there.
func (e *Engine) key(j job, u unit) string {
	if j.Cache == nil || j.identified == nil || j.Only != "" {
		return ""
	}
	sum := sha256.New()
	line := func(parts ...any) { fmt.Fprintf(sum, "%q\n", parts) }
	line(e.ruleset, u.family, u.application)
	if u.application == whole {
		line(j.identified.ID("."))
		return hex.EncodeToString(sum.Sum(nil))
	}
	root, err := fs.ReadDir(j.tree, ".")
	if err != nil {
		return ""
	}
	for _, entry := range root {
		id := ""
		if !entry.IsDir() || entry.Name() == j.spec.Applications[u.application].Name {
			id = j.identified.ID(entry.Name())
		}
		line(entry.Name(), entry.Type().String(), id)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
