package layout

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/nodepackage"
)

var lockFile = check.Check{
	ID:    "layout/lock-file",
	Title: "A Node application has one lock file, that of its package manager",
	Why: "Without a lock file each build resolves the dependencies anew, so what is deployed is not what was tested. " +
		"The buildpack picks the package manager by the lock file: with two of them it may take the stale one, and " +
		"with one of another manager the commands of the scripts may not be there.",
	Fix:            "Commit the lock file that your package manager writes, and remove those of others.",
	RunApplication: runLockFile,
}

// lockFiles are the package managers of Node by the lock files that they read.
var lockFiles = []struct{ file, manager string }{
	{"package-lock.json", "npm"},
	{"npm-shrinkwrap.json", "npm"},
	{"yarn.lock", "yarn"},
	{"pnpm-lock.yaml", "pnpm"},
	{"bun.lock", "bun"},
	{"bun.lockb", "bun"},
}

// runLockFile judges no Java application: its package.json is for tools alone.
func runLockFile(p *check.Pass) error {
	folder, err := check.Folder(p.Tree, p.Application.Name)
	entry := check.Find(folder, nodepackage.FileName)
	if err != nil || entry == nil || firstNamed(folder, javaBuildFiles) != "" {
		return err
	}
	pkg, err := nodepackage.Read(p.Tree, p.Application.Name, entry)
	if err != nil || pkg.Defect != nil {
		return err // layout/build-file says so
	}
	files, managers := locksIn(folder)
	switch len(managers) {
	case 0:
		return judgeWithoutLock(p, pkg)
	case 1:
		judgeManager(p, pkg, files[0], managers[0])
		judgeCommands(p, pkg, files[0], managers[0])
	default:
		warnLock(p, pkg.File, 1, 1, fmt.Sprintf("application %q has the lock files of %s", p.Application.Name, strings.Join(managers, " and ")),
			fmt.Sprintf("Keep one of %s: that of the manager you install with.", strings.Join(files, ", ")))
	}
	return nil
}

// locksIn lists the lock files in a folder, and their managers, each once.
func locksIn(folder []fs.DirEntry) (files, managers []string) {
	for _, lock := range lockFiles {
		if check.Find(folder, lock.file) == nil {
			continue
		}
		files = append(files, lock.file)
		if !slices.Contains(managers, lock.manager) {
			managers = append(managers, lock.manager)
		}
	}
	return files, managers
}

// judgeWithoutLock reports dependencies that nothing locks. The lock file of a
// workspace stands at the root; that is not a matter of this rule.
func judgeWithoutLock(p *check.Pass, pkg *nodepackage.Package) error {
	dependencies := pkg.Dependencies()
	if len(dependencies) == 0 {
		return nil
	}
	root, err := fs.ReadDir(p.Tree, ".")
	if err != nil {
		return err
	}
	if files, _ := locksIn(root); len(files) > 0 {
		workspace, err := isWorkspace(p.Tree, root)
		if err != nil || workspace {
			return err
		}
	}
	line, column := pkg.MemberPosition(dependencies[0].Group)
	warnLock(p, pkg.File, line, column, fmt.Sprintf("application %q has dependencies and no lock file", p.Application.Name),
		"Run npm install in the application's folder and commit package-lock.json, or do so with your package manager.")
	return nil
}

// isWorkspace tells whether the root is the workspace of a package manager.
func isWorkspace(tree fs.FS, root []fs.DirEntry) (bool, error) {
	if firstNamed(root, []string{"pnpm-workspace.yaml", "lerna.json"}) != "" {
		return true, nil
	}
	entry := check.Find(root, nodepackage.FileName)
	if entry == nil {
		return false, nil
	}
	pkg, err := nodepackage.Read(tree, ".", entry)
	return err == nil && pkg.Defect == nil && pkg.Has("workspaces"), err
}

// judgeManager compares the lock file with packageManager: "yarn@4.1.0".
func judgeManager(p *check.Pass, pkg *nodepackage.Package, file, manager string) {
	named, _, _ := strings.Cut(pkg.Member("packageManager"), "@")
	if !slices.ContainsFunc(lockFiles, func(l struct{ file, manager string }) bool { return l.manager == named }) || named == manager {
		return
	}
	line, column := pkg.MemberPosition("packageManager")
	warnLock(p, pkg.File, line, column, fmt.Sprintf("packageManager of application %q is %s, but %s is a lock file of %s",
		p.Application.Name, named, file, manager), "")
}

// deployedScripts are those of package.json that a build or a deployment calls;
// the others are for developers.
var deployedScripts = []string{
	"preinstall", "install", "postinstall", "prepare", "prebuild", "build", "postbuild", "gcp-build", "heroku-prebuild",
	"heroku-postbuild", "prestart", "start", "connector:post-deploy", "connector:pre-undeploy",
}

// judgeCommands reports scripts that call another manager than that of the lock.
// The commands of connect.yaml are for scripts/package-manager.
func judgeCommands(p *check.Pass, pkg *nodepackage.Package, file, manager string) {
	for _, script := range pkg.Entries("scripts") {
		called := foreignManager(script.Text, manager)
		if called == "" || !slices.Contains(deployedScripts, script.Name) {
			continue
		}
		warnLock(p, pkg.File, script.Line, script.Column,
			fmt.Sprintf("the script %s of application %q calls %s, but %s is a lock file of %s", script.Name, p.Application.Name, called, file, manager),
			fmt.Sprintf("Call %s in the script, or commit the lock file of %s in place of %s.", manager, called, file))
	}
}

// npm is there with every Node, so that only what installs by its own lock file
// counts; any command of the others does.
var (
	npmInstall    = regexp.MustCompile(`^npm\s+(ci|install|i)\s*$`)
	commandsApart = regexp.MustCompile(`&&|\|\||[;|&\n]`)
)

// foreignManager is the package manager that a shell command calls, if it is not
// the one given; "" otherwise.
func foreignManager(command, manager string) string {
	for _, one := range commandsApart.Split(command, -1) {
		words := strings.Fields(one)
		if len(words) == 0 || words[0] == manager {
			continue
		}
		switch words[0] {
		case "npm":
			if npmInstall.MatchString(strings.TrimSpace(one)) {
				return "npm"
			}
		case "yarn", "pnpm", "bun":
			return words[0]
		}
	}
	return ""
}

func warnLock(p *check.Pass, file string, line, column int, message, help string) {
	p.Report(api.Finding{Type: api.EntryWarning, Message: message, File: file, Line: line, Column: column, Help: help})
}
