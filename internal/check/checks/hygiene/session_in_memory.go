package hygiene

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/source"
)

var sessionInMemory = check.Check{
	ID:    "hygiene/session-in-memory",
	Title: "A service keeps no sessions in its memory",
	Why: "Instances of a service are started and stopped as requests come, and two requests of one visitor may reach two " +
		"of them. A session that lives in the memory of one instance is lost then. express-session and @fastify/session " +
		"keep theirs there unless they are given a store. JavaScript and TypeScript alone are judged.",
	Fix:            "Give the middleware a store that all instances share, such as Redis, or keep the session in a signed cookie.",
	RunApplication: runSessionInMemory,
}

func runSessionInMemory(p *check.Pass) error {
	if p.Application.Type != "service" {
		return nil
	}
	var found []api.Finding
	err := released(p, func(f source.File) {
		if f.Language != source.JavaScript {
			return
		}
		for _, k := range sessionsIn(codeOf(f)) {
			found = append(found, api.Finding{
				Type:    api.EntryWarning,
				Message: fmt.Sprintf("application %q keeps sessions in its memory: %s", p.Application.Name, k.what),
				File:    f.Name, Line: k.at.Line, Column: k.at.Column,
			})
		}
	})
	p.ReportFew(p.Application.Name, found)
	return err
}

var sessionPackages = []string{"express-session", "@fastify/session", "fastify-session"}

// keeper is what keeps sessions in memory, and where.
type keeper struct {
	what string
	at   source.Token
}

// sessionsIn are the keepers of a file, in their order.
func sessionsIn(c code) []keeper {
	middleware, maps := c.sessionNames()
	var found []keeper
	for i, t := range c.Tokens {
		switch {
		case t.Is("new") && (c.Are(i+1, "session", ".", "MemoryStore", "(") || c.Are(i+1, "expressSession", ".", "MemoryStore", "(")):
			found = append(found, keeper{"a MemoryStore", t})
		case t.Kind == source.Text && slices.Contains(sessionPackages, t.Text) && c.Are(i-2, "require", "(") && c.At(i+1).Is(")") && c.lacksStore(i+1):
			found = append(found, keeper{t.Text + " has no store", c.At(i - 2)})
		case t.Kind != source.Word || c.At(i-1).Is("."):
		case middleware[t.Text] != "" && c.lacksStore(i):
			found = append(found, keeper{middleware[t.Text] + " has no store", t})
		case maps[t.Text].Line > 0 && c.Are(i+1, ".", "set", "("):
			found = append(found, keeper{"the Map " + t.Text, maps[t.Text]})
			delete(maps, t.Text)
		}
	}
	slices.SortFunc(found, func(a, b keeper) int { return cmp.Or(a.at.Line-b.at.Line, a.at.Column-b.at.Column) })
	return found
}

// sessionNames are the names that the packages for sessions get in a file, with
// that of the package, and the Maps for sessions at its outermost level.
func (c code) sessionNames() (middleware map[string]string, maps map[string]source.Token) {
	middleware, maps = map[string]string{}, map[string]source.Token{}
	depth := 0
	for i, t := range c.Tokens {
		switch {
		case t.Is("{") || t.Is("${"):
			depth++
		case t.Is("}"):
			depth--
		case t.Kind == source.Text && slices.Contains(sessionPackages, t.Text):
			if name := c.importedAs(i); name != "" {
				middleware[name] = t.Text
			}
		case depth == 0 && c.At(i-1).Is("const") && sessionMap.MatchString(t.Text) && c.Are(i+1, "=", "new", "Map"):
			maps[t.Text] = t
		}
	}
	return middleware, maps
}

// importedAs is the name that a package gets, whose own name is the text at an
// index: import session from "…", import * as session from, const session = require("…").
func (c code) importedAs(i int) string {
	name := i - 2
	switch {
	case c.Are(i-1, "from"):
	case c.Are(i-2, "require", "("):
		name = i - 4
		if !c.At(name + 1).Is("=") {
			return ""
		}
	default:
		return ""
	}
	if c.At(name).Kind != source.Word {
		return ""
	}
	return c.At(name).Text
}

// lacksStore tells whether the middleware at an index is called, or registered, with
// options that name no store. Options that are not written there may name one.
func (c code) lacksStore(i int) bool {
	if !c.At(i+1).Is("(") && (!c.Are(i-2, "register", "(") || !c.At(i+1).Is(",")) {
		return false
	}
	options := i + 2
	return c.At(options).Is(")") || c.At(options).Is("{") && !c.mayNameStore(options)
}

// mayNameStore tells whether an object has a member store, or takes over members
// of another one.
func (c code) mayNameStore(open int) bool {
	end := c.Closing(open)
	return end < 0 || slices.ContainsFunc(c.Tokens[open:end], func(t source.Token) bool {
		return t.Is("store") || t.Is("...") || t.Kind == source.Text && t.Text == "store"
	})
}

// sessionMap are names for a store of sessions: sessions, userSessions, sessionStore.
var sessionMap = regexp.MustCompile(`^(\w*S|\w*_s|s)essions?(Store|Map|ById|Cache)?$`)
