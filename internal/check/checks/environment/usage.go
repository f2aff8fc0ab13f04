package environment

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/source"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

// place is an access and the file in which it is.
type place struct {
	access
	file string
}

// usage is what the code of an application does with its variables.
type usage struct {
	// first is the most telling access to each key that is read.
	first map[string]place
	// optional are the keys that some code does without, set those that are set in
	// the folder itself.
	optional, set map[string]bool
	// members are accesses whose values objects get, and fallbacks the members for
	// which some code has another value.
	members   []place
	fallbacks map[string]bool
	// writes are where the code sets variables, tests where it does without those of
	// the platform.
	writes, tests []place
	// mentioned are the keys of the application's configuration that stand anywhere in the files.
	mentioned map[string]bool
	// complete is whether every read was seen.
	complete bool
}

// usageOf reads the code of an application, once for all checks of the family.
func usageOf(p *check.Pass) (*usage, error) {
	return check.Once(p, usageKey{}, func() (*usage, error) { return readUsage(p) })
}

type usageKey struct{}

func readUsage(p *check.Pass) (*usage, error) {
	u := &usage{first: map[string]place{}, optional: map[string]bool{}, set: map[string]bool{}, mentioned: map[string]bool{}, fallbacks: map[string]bool{}, complete: true}
	whole, err := source.Walk(p.Tree, p.Application.Name, func(f source.File) error {
		words(f.Text, func(word string) {
			if _, own := p.Application.KeyPositions[word]; own {
				u.mentioned[word] = true
			}
		})
		u.file(p.Application, f)
		return p.Context.Err()
	})
	u.complete = u.complete && whole
	if err != nil {
		return nil, err
	}
	u.weighMembers()
	return u, u.dotenv(p)
}

func (u *usage) file(app *connectyaml.Application, f source.File) {
	if strings.HasSuffix(f.Name, ".java") || strings.HasSuffix(f.Name, ".kt") || binders.MatchString(f.Text) || readsOutside(f.Text) {
		u.complete = false // Spring and such libraries bind variables to names of their own
	}
	if f.Language == 0 {
		u.settings(f.Text)
	}
	found, dynamic := accesses(f)
	if dynamic && f.Role == source.Released {
		u.complete = false
	}
	if f.Role != source.Released {
		return
	}
	if app.InMerchantCenter() {
		found = placeholders(f) // the code itself runs in a browser
	}
	fallbacks(f.Tokens(), func(member string) { u.fallbacks[member] = true })
	lenient := f.Language == source.Python && strings.Contains(f.Text, "KeyError")
	for _, a := range append(found, springPlaceholders(f)...) {
		if lenient && a.need == bare {
			a.need = optional
		}
		u.add(place{a, f.Name})
	}
}

// weighMembers adds the accesses whose values objects get, once the whole code was
// seen.
func (u *usage) weighMembers() {
	for _, p := range u.members {
		if u.fallbacks[p.member] {
			p.need = optional
		}
		p.member = ""
		u.add(p)
	}
}

// binders are libraries of Python and Go that make the names of variables from those
// of members.
var binders = regexp.MustCompile(`BaseSettings|\.prefixed\(|spf13/viper|kelseyhightower/envconfig|sethvargo/go-envconfig|knadh/koanf|caarlos0/env`)

// outside are what names a package elsewhere in the repository, which may read
// variables too.
var outside = []string{
	`"file:`, `"link:`, `"portal:`, `"workspace:`,
	`require('../../../`, `require("../../../`, `from '../../../`, `from "../../../`,
}

func readsOutside(text string) bool {
	return slices.ContainsFunc(outside, func(s string) bool { return strings.Contains(text, s) })
}

func (u *usage) add(p place) {
	if p.need == bare && p.member != "" {
		u.members = append(u.members, p)
		return
	}
	switch p.need {
	case written:
		u.writes = append(u.writes, p)
		u.set[p.key] = true
	case optional:
		u.optional[p.key] = true
		if slices.Contains(reservedKeys, p.key) {
			u.tests = append(u.tests, p)
		}
	default:
		if old, ok := u.first[p.key]; !ok || p.need > old.need {
			u.first[p.key] = p
		}
	}
}

// setting is a variable that a command or a file of settings sets.
var setting = regexp.MustCompile(`(?m)(?:^|[\s"'])([A-Z][A-Z0-9_]+)["']?\s*[=:]`)

func (u *usage) settings(text string) {
	for _, m := range setting.FindAllStringSubmatch(text, -1) {
		u.set[m[1]] = true
	}
}

// dotenv reads the files of variables that are committed with the code.
func (u *usage) dotenv(p *check.Pass) error {
	folder, err := check.Folder(p.Tree, p.Application.Name)
	if err != nil {
		return err
	}
	for _, name := range []string{".env", ".env.production"} {
		entry := check.Find(folder, name)
		if entry == nil || entry.Type()&fs.ModeType != 0 {
			continue
		}
		data, _, err := check.ReadBounded(p.Tree, p.Application.Name+"/"+name, maxDotenvBytes)
		if err != nil {
			return err
		}
		u.settings(string(data))
	}
	return nil
}

const maxDotenvBytes = 64 << 10

// needed are the keys that the code cannot do without, with where it says so, in
// the order of the files.
func (u *usage) needed() []place {
	var out []place
	for key, p := range u.first {
		if p.need == strict || !u.optional[key] && !u.set[key] {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b place) int { return strings.Compare(a.key, b.key) })
	return out
}

// declaredKeys are those of the application and the global ones.
func declaredKeys(spec *connectyaml.Spec, app *connectyaml.Application) []string {
	var keys []string
	for _, positions := range []connectyaml.KeyPositions{app.KeyPositions, spec.GlobalKeyPositions} {
		for key := range positions {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
