package hygiene

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/source"
)

var hardCodedHost = check.Check{
	ID:    "hygiene/hard-coded-host",
	Title: "Released code names no host of one environment",
	Why: "A connector runs in the projects and regions of many customers. An address such as http://localhost:3000, one " +
		"of a private network or a tunnel is not there when it is deployed, and an API host of commercetools with a region " +
		"in its name is the wrong one for projects of all others. Not meant are defaults for a variable, addresses that " +
		"are compared or logged, what is chosen for development alone, tables of several regions, tests and settings.",
	Fix:            "Read the address from a variable, and declare that under standardConfiguration in connect.yaml.",
	RunApplication: runHardCodedHost,
}

// host is a form of address that belongs to one environment.
type host struct {
	form *regexp.Regexp
	what string
}

// hosts are the forms; the first group is the part to show. A local address counts
// with a port or a path: http://localhost alone is what new URL needs to read a path.
var hosts = []host{
	{regexp.MustCompile(`^([a-z][a-z0-9+]*://(?:[^/@\s]*@)?(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?)(?::|/.|$)`), "which is the machine itself"},
	{regexp.MustCompile(`^([a-z][a-z0-9+]*://(?:[^/@\s]*@)?(?:10\.\d+|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d+\.\d+(?::\d+)?)(?:[:/]|$)`), "which is in a private network"},
	{regionalHost, "which is that of one region"},
	{regexp.MustCompile(`^((?:https?|wss?)://[a-z0-9.-]+\.(?:ngrok\.io|ngrok\.app|ngrok\.dev|ngrok-free\.app|ngrok-free\.dev|loca\.lt|trycloudflare\.com|serveo\.net|localhost\.run|lhr\.life|devtunnels\.ms))(?:[:/]|$)`), "which is a tunnel to one machine"},
}

var regionalHost = regexp.MustCompile(`^(https://[a-z][a-z-]*\.([a-z0-9-]+\.(?:gcp|aws|azure))\.commercetools\.com)(?:/|$)`)

// alone is a local address without port and path.
var alone = regexp.MustCompile(`^https?://(localhost|127\.0\.0\.1|\[::1\])$`)

// customizationFiles are the settings of Merchant Center customizations, which have
// addresses for development.
var customizationFiles = regexp.MustCompile(`(^|/)custom-(application|view)-config\.[a-z]+$`)

func runHardCodedHost(p *check.Pass) error {
	var found []api.Finding
	err := released(p, func(f source.File) {
		if customizationFiles.MatchString(f.Name) {
			return
		}
		found = append(found, hardCodedHosts(p, f)...)
	})
	p.ReportFew(p.Application.Name, found)
	return err
}

// hardCodedHosts are those of a file, each once.
func hardCodedHosts(p *check.Pass, f source.File) []api.Finding {
	var found []api.Finding
	c := codeOf(f)
	seen, regions, binds := map[string]bool{}, c.regions(), c.bindsSettings()
	for i, t := range c.Tokens {
		address, what := hostOf(t)
		if address == "" || seen[address] || len(regions) > 1 && regionalHost.MatchString(address) || binds && c.isAssigned(i) || !c.isUsedAsItIs(i) {
			continue
		}
		seen[address] = true
		for _, user := range credentials.FindAllString(t.Text, -1) {
			p.Redact(user) // the snippet has the line
		}
		found = append(found, api.Finding{
			Type:    api.EntryWarning,
			Message: fmt.Sprintf("the code of application %q names %s, %s", p.Application.Name, address, what),
			File:    f.Name, Line: t.Line, Column: t.Column,
		})
	}
	return found
}

// hostOf is the address of one environment with which a text begins, and what is
// wrong with it; "" when there is none.
func hostOf(t source.Token) (address, what string) {
	if t.Kind != source.Text && t.Kind != source.Piece || alone.MatchString(t.Text) {
		return "", ""
	}
	for _, h := range hosts {
		if m := h.form.FindStringSubmatch(t.Text); m != nil {
			return credentials.ReplaceAllString(m[1], "://"), h.what
		}
	}
	return "", ""
}

// credentials are those in front of a host.
var credentials = regexp.MustCompile(`://[^/@\s]*@`)

// regions are those whose hosts the code names. With more than one, it chooses.
func (c code) regions() map[string]bool {
	out := map[string]bool{}
	for _, t := range c.Tokens {
		if t.Kind != source.Text && t.Kind != source.Piece {
			continue
		}
		if m := regionalHost.FindStringSubmatch(t.Text); m != nil {
			out[m[2]] = true
		}
	}
	return out
}

// maxBefore is how many tokens before a text may say that it is for development.
const maxBefore = 30

var (
	// forDevelopment are names of what is not there in production.
	forDevelopment = regexp.MustCompile(`(?i)^(node_env|app_env|debug|local|servers|.*(development|local|swagger|openapi|staging)|(is_?)?(dev|test)(_?(mode|env))?)$`)
	// unused are names for addresses that readers see, or that stand in for another.
	unused = regexp.MustCompile(`(?i)default|fallback|example|placeholder|sample|mock|dummy|description|local|dev|test|docs|href`)
	// comparing and providing are functions that look at an address, or take one for
	// the case that there is none.
	comparing = regexp.MustCompile(`(?i)^(startsWith|endsWith|includes|contains|indexOf|test|match|matches|replace|replaceAll|split|equals|equal|HasPrefix|HasSuffix|startswith|endswith)$`)
	providing = regexp.MustCompile(`(?i)env|default|fallback|optional|else|config|coalesce|^or$|^get(Property)?$|^option$|^String(Var)?P?$|^str$|(?-i:^url$)|^field$|^value$`)
)

// isUsedAsItIs tells whether the text at an index is an address that the code goes
// to in any case. Where that is in doubt, it is not.
func (c code) isUsedAsItIs(i int) bool {
	before, behind := c.At(i-1), c.At(i+1)
	for _, mark := range []string{"||", "??", "or", "?", "===", "==", "!==", "!=", "case", "||=", "??=", "else", "in"} {
		if before.Is(mark) || behind.Is(mark) {
			return false
		}
	}
	if c.isNumberedAtRunTime(i) || c.inLogCall(i) || c.isBesideDevelopment(i) {
		return false
	}
	if c.isAssigned(i) || before.Is(":") {
		return c.isAssignedForUse(i)
	}
	open := c.Opening(i - 1)
	if !c.At(open).Is("(") || c.At(open-1).Kind != source.Word {
		return true
	}
	callee, first := c.At(open-1).Text, open == i-1
	switch {
	case callee == "URL" && !first:
		return regionalHost.MatchString(c.At(i).Text) // any other is there to read a path
	case strings.EqualFold(callee, "get") && first:
		return true
	}
	return !comparing.MatchString(callee) && !providing.MatchString(callee)
}

// isNumberedAtRunTime tells whether the port follows, which is then that of the
// application itself: http://localhost:${PORT}.
func (c code) isNumberedAtRunTime(i int) bool {
	return strings.HasSuffix(c.At(i).Text, ":")
}

func (c code) isBesideDevelopment(i int) bool {
	for n := i - 1; n >= 0 && n > i-maxBefore; n-- {
		if t := c.At(n); t.Kind != source.Mark && forDevelopment.MatchString(t.Text) {
			return true
		}
	}
	return false
}

// binders are what classes are marked with whose members get the values of variables.
var binders = []string{"ConfigurationProperties", "ConfigProperties", "BaseSettings", "class-validator"}

// bindsSettings tells whether the members of a class get their values from outside,
// so that what the code assigns to them is a default.
func (c code) bindsSettings() bool {
	return slices.ContainsFunc(c.Tokens, func(t source.Token) bool { return t.Kind != source.Piece && slices.Contains(binders, t.Text) })
}

func (c code) isAssigned(i int) bool { return c.At(i-1).Is("=") || c.At(i-1).Is(":=") }

// isAssignedForUse tells whether the text at an index is a value of its own; not a
// default of a parameter, the end of a condition, or what only readers see.
func (c code) isAssignedForUse(i int) bool {
	mark, name := c.At(i-1), i-2
	if mark.Is("=") && c.At(name-1).Is(":") {
		name -= 2 // a type stands between
	}
	if unused.MatchString(c.At(name).Text) {
		return false
	}
	around := c.At(name - 1)
	if mark.Is(":") {
		return (around.Is("{") || around.Is(",")) && !c.isAmongDefaults(name)
	}
	if c.language == source.Java || c.language == source.Go {
		return true
	}
	if c.language == source.Python {
		open := c.Opening(name - 1)
		return !c.At(open - 2).Is("def")
	}
	return !around.Is(",") && !around.Is("{") && !c.At(c.Opening(name-1)).Is("(")
}

// maxObjects is how many objects around a member are looked at.
const maxObjects = 3

// isAmongDefaults tells whether the member at an index is one of an object of
// defaults: defaults = { url: "…" }.
func (c code) isAmongDefaults(member int) bool {
	for range maxObjects {
		open := c.Opening(member - 1)
		if !c.At(open).Is("{") || !c.At(open-1).Is("=") && !c.At(open-1).Is(":") && !c.At(open-1).Is("(") {
			return false
		}
		if member = open - 2; unused.MatchString(c.At(member).Text) {
			return true
		}
	}
	return false
}
