package hygiene

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/secretname"
	"github.com/greenroom-registry/greenroom/internal/check/source"
)

var debugLogging = check.Check{
	ID:    "hygiene/debug-logging",
	Title: "The log of a released application has neither debug output nor its variables",
	Why: "console.log, System.out.println, printStackTrace, print and fmt.Println have no level: in the logs of a " +
		"deployment, what was printed to find a mistake hides what matters. Each application is told once, with the first " +
		"place. Code that logs all of its variables, or one that is named like a secret, shows secrets to whoever may " +
		"read the logs, so each such place is a warning. Tests, tools, modules of a logger and the scripts that run " +
		"around a deployment may print.",
	Fix:            "Remove the line, or write with a logger that has levels (console.info and console.error count as such).",
	RunApplication: runDebugLogging,
}

const withoutSecrets = "Log the names of the variables that matter, never their values."

func runDebugLogging(p *check.Pass) error {
	hooks, err := hookScripts(p)
	if err != nil {
		return err
	}
	var leaks []api.Finding
	var debug places
	err = released(p, func(f source.File) {
		c := codeOf(f)
		mayPrint := printsByDesign(f, hooks)
		for i := range c.Tokens {
			if what := c.loggedVariables(i); what != "" {
				leaks = append(leaks, api.Finding{
					Type:    api.EntryWarning,
					Message: fmt.Sprintf("application %q logs %s", p.Application.Name, what),
					File:    f.Name, Line: c.At(i).Line, Column: c.At(i).Column,
					Help: withoutSecrets,
				})
			}
			if !mayPrint && c.isDebugOutput(i) {
				debug.add(f, c.At(i))
			}
		}
	})
	p.ReportFew(p.Application.Name, leaks)
	if debug.count > 0 {
		p.Report(debug.finding(fmt.Sprintf("application %q writes debug output in %s", p.Application.Name, &debug)))
	}
	return err
}

// loggedVariables says which variables of the environment the log gets by the
// expression that begins at an index, "" when it gets none.
func (c code) loggedVariables(i int) string {
	all := 0 // how many tokens stand for all variables
	switch c.language {
	case source.JavaScript:
		switch {
		case !c.Are(i, "process", ".", "env"):
		case c.At(i+3).Is(".") && secretname.Is(c.At(i+4).Text) && c.isLogged(i, i+5):
			return c.At(i + 4).Text
		default:
			all = 3
		}
	case source.Python:
		if c.Are(i, "os", ".", "environ") {
			all = 3
		}
	case source.Java:
		if c.Are(i, "System", ".", "getenv", "(", ")") {
			all = 5
		}
	case source.Go:
		if c.Are(i, "os", ".", "Environ", "(", ")") {
			all = 5
		}
	}
	if all > 0 && c.isLogged(i, i+all) {
		return "all of its variables"
	}
	return ""
}

// isDebugOutput tells whether a call of what prints without a level begins at an
// index.
func (c code) isDebugOutput(i int) bool {
	are := func(texts ...string) bool { return c.Are(i, texts...) }
	switch c.language {
	case source.JavaScript:
		return (are("console", ".", "log", "(") || are("console", ".", "debug", "(") || are("console", ".", "dir", "(")) && !c.At(i-1).Is(".")
	case source.Python:
		return are("print", "(") && !c.At(i-1).Is(".") && !c.At(i-1).Is("def")
	case source.Java:
		return are("System", ".", "out", ".", "println", "(") || are("System", ".", "out", ".", "print", "(") || are("System", ".", "out", ".", "printf", "(") || are(".", "printStackTrace", "(", ")")
	case source.Go:
		return are("fmt", ".", "Println", "(") || are("fmt", ".", "Print", "(") || are("fmt", ".", "Printf", "(")
	}
	return false
}

// loggerFile is named after the logger that is in there.
var loggerFile = regexp.MustCompile(`(?i)(^|[/._-])log(ger|ging)?(s|[._-].*)?\.[a-z]+$|logger\.[a-z]+$`)

// printsByDesign tells whether a file is there to print: a logger, a command, or a
// script that runs around a deployment.
func printsByDesign(f source.File, hooks []string) bool {
	if strings.HasPrefix(f.Text, "#!") || loggerFile.MatchString(f.Name) || source.Within(f.Name, "connector", "connectors", "bin", "cli") {
		return true
	}
	for _, hook := range hooks {
		if inBuild(f.Name[strings.Index(f.Name, "/")+1:]) == hook {
			return true
		}
	}
	return false
}

// inBuild is the path of a script without its extension and outermost folder, which
// are not the same before and after a build: src/hooks/deploy.ts runs as
// build/hooks/deploy.js.
func inBuild(file string) string {
	file = strings.TrimSuffix(file, path.Ext(file))
	if _, inner, ok := strings.Cut(file, "/"); ok {
		return inner
	}
	return file
}
