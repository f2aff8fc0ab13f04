package scripts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/nodepackage"
)

var startsServer = check.Check{
	ID:    "scripts/starts-server",
	Title: "postDeploy and preUndeploy come to an end",
	Why: "Connect waits for these commands. One that starts a server or watches files never ends, so the deployment " +
		"hangs until it is given up. The container starts the application by itself.",
	Fix:            "Run a script that does its work and exits; leave the start of the application to the container.",
	RunApplication: runStartsServer,
}

func runStartsServer(p *check.Pass) error {
	all := hooks(p.Application)
	if len(all) == 0 {
		return nil
	}
	pkg, err := nodepackage.OfApplication(p.Tree, p.Application.Name)
	if err != nil {
		return err
	}
	for _, h := range all {
		done, _ := steps(h.command)
		for _, s := range done {
			what := ""
			if endless(s.words) {
				what = strings.Join(s.words[:min(len(s.words), 2)], " ")
			} else if name := s.script(); name != "" && pkg != nil && (name == "start" || endlessLine(pkg.Script(name))) {
				what = "the script " + name
			}
			if what == "" {
				continue
			}
			p.Report(h.finding(p, api.EntryWarning, fmt.Sprintf("%s of application %q runs %s, which does not end by itself", h.name, p.Application.Name, what), ""))
			break
		}
	}
	return nil
}

func endlessLine(line string) bool {
	done, _ := steps(line)
	return slices.ContainsFunc(done, func(s step) bool { return endless(s.words) })
}

// endless tells whether a command serves or watches until it is stopped.
func endless(words []string) bool {
	if slices.Contains([]string{"npx", "yarn", "pnpm"}, words[0]) && len(words) > 1 {
		words = words[1:]
	}
	program, rest := words[0], words[1:]
	switch program {
	case "nodemon", "ts-node-dev", "tsnd", "http-server", "pm2-runtime", "functions-framework", "uvicorn", "gunicorn", "live-server":
		return true
	case "vite":
		return len(rest) == 0 || slices.Contains([]string{"dev", "serve", "preview"}, rest[0])
	case "next":
		return len(rest) > 0 && slices.Contains([]string{"dev", "start"}, rest[0])
	case "nest":
		return len(rest) > 0 && rest[0] == "start"
	case "tsc", "tsx", "node", "webpack", "jest", "vitest":
		return slices.ContainsFunc(rest, func(w string) bool { return w == "--watch" || w == "watch" && program == "tsx" }) && !strings.Contains(strings.Join(rest, " "), "--watch=false")
	}
	return false
}
