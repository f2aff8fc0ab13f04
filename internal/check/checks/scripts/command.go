package scripts

import (
	"slices"
	"strings"
)

// step is one simple command of a shell line.
type step struct {
	words []string
	// certain is whether it runs whenever the steps before it succeed.
	certain bool
}

// steps cuts a shell line into its commands, up to the first that this reading
// does not understand: quotes, variables, another folder. What comes behind it is
// anybody's guess.
func steps(line string) (out []step, whole bool) {
	certain := true
	for _, part := range cut(line) {
		words := strings.Fields(part.text)
		for len(words) > 0 && strings.Contains(words[0], "=") {
			words = words[1:] // a variable for this command alone
		}
		if len(words) == 0 {
			continue
		}
		if strings.ContainsAny(part.text, "\"'`$()<>{}*#\\") || slices.Contains(elsewhere, words[0]) {
			return out, false
		}
		out = append(out, step{words: words, certain: certain})
		certain = certain && part.end == "&&"
	}
	return out, true
}

// elsewhere are the commands behind which names mean something else.
var elsewhere = []string{"cd", "pushd", "exec", "eval", "if", "for", "while"}

type part struct{ text, end string }

// cut splits at the operators between commands; end is the one behind a part.
func cut(line string) []part {
	var out []part
	for {
		i := strings.IndexAny(line, "&|;\n")
		if i < 0 {
			return append(out, part{line, ""})
		}
		end := line[i : i+1]
		if i+1 < len(line) && line[i+1] == line[i] && line[i] != '\n' {
			end = line[i : i+2]
		}
		out = append(out, part{line[:i], end})
		line = line[i+len(end):]
	}
}

// manager is the package manager of a step: "npm", "yarn", "pnpm", or "".
func (s step) manager() string {
	if slices.Contains([]string{"npm", "yarn", "pnpm"}, s.words[0]) {
		return s.words[0]
	}
	return ""
}

// installs tells whether a step installs the dependencies of the folder.
func (s step) installs() bool {
	if s.manager() == "" || s.otherFolder() {
		return false
	}
	if len(s.words) == 1 {
		return s.words[0] == "yarn"
	}
	return slices.Contains([]string{"install", "i", "ci", "clean-install"}, s.words[1]) && s.onlyFlags(2)
}

// onlyFlags tells whether the words from an index on are flags: a name there would
// install one package.
func (s step) onlyFlags(from int) bool {
	return !slices.ContainsFunc(s.words[from:], func(w string) bool { return !strings.HasPrefix(w, "-") })
}

// script is the name that a step runs from package.json, "" when it runs none or
// it is not clear which. A yarn or pnpm command may be an executable as well,
// unless its name has a colon.
func (s step) script() string {
	if s.manager() == "" || s.otherFolder() || len(s.words) < 2 {
		return ""
	}
	name := s.words[1]
	if name == "run" || name == "run-script" {
		if len(s.words) < 3 || slices.Contains(s.words, "--if-present") {
			return ""
		}
		name = s.words[2]
	} else if s.manager() == "npm" {
		if name == "start" {
			return name
		}
		return ""
	}
	if strings.HasPrefix(name, "-") {
		return ""
	}
	return name
}

// otherFolder tells whether the flags of a package manager name another package.
func (s step) otherFolder() bool {
	for _, w := range s.words[1:] {
		if w == "--" {
			return false
		}
		flag, _, _ := strings.Cut(w, "=")
		if slices.Contains([]string{"--prefix", "-C", "--dir", "--cwd", "-w", "--workspace", "--workspaces", "-ws", "-F", "--filter", "-r", "-g", "--global", "workspace", "workspaces"}, flag) {
			return true
		}
	}
	return false
}
