package scripts

import (
	"fmt"
	"io/fs"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

var packageManager = check.Check{
	ID:    "scripts/package-manager",
	Title: "postDeploy and preUndeploy use the package manager that the lock file is of",
	Why: "npm reads package-lock.json, yarn reads yarn.lock, pnpm reads pnpm-lock.yaml. Each ignores the lock files of " +
		"the others, and installs versions that nobody tested; npm ci refuses to run at all. The buildpack puts yarn and " +
		"pnpm beside npm only where it finds their lock file, so that any command of them may be missing.",
	Fix:            "Install with the package manager whose lock file is committed, or commit the lock file of this one.",
	RunApplication: runPackageManager,
}

// lockFiles by the package manager that writes them, the one to name first.
var lockFiles = []struct {
	manager string
	names   []string
}{
	{"npm", []string{"package-lock.json", "npm-shrinkwrap.json"}},
	{"yarn", []string{"yarn.lock"}},
	{"pnpm", []string{"pnpm-lock.yaml"}},
}

func runPackageManager(p *check.Pass) error {
	all := hooks(p.Application)
	if len(all) == 0 {
		return nil
	}
	folder, err := check.Folder(p.Tree, p.Application.Name)
	if err != nil {
		return err
	}
	root, err := fs.ReadDir(p.Tree, ".")
	if err != nil {
		return err
	}
	locked, atRoot := lockedBy(folder), lockedBy(root)
	if len(locked) == 0 {
		return nil
	}
	for _, h := range all {
		done, _ := steps(h.command)
		for _, s := range done {
			manager := s.manager()
			if manager == "" || locked[manager] != "" || atRoot[manager] != "" {
				continue
			}
			does := "calls"
			if s.installs() {
				does = "installs with"
			} else if manager == "npm" || s.otherFolder() {
				continue // npm runs scripts, whatever the lock file
			}
			p.Report(h.finding(p, api.EntryWarning, fmt.Sprintf("%s of application %q %s %s, but its folder has only %s",
				h.name, p.Application.Name, does, manager, anyOf(locked)), ""))
			break
		}
	}
	return nil
}

// lockedBy are the lock files of a folder by package manager.
func lockedBy(folder []fs.DirEntry) map[string]string {
	out := map[string]string{}
	for _, l := range lockFiles {
		for _, file := range l.names {
			if check.Find(folder, file) != nil {
				out[l.manager] = file
			}
		}
	}
	return out
}

func anyOf(locked map[string]string) string {
	for _, l := range lockFiles {
		if file := locked[l.manager]; file != "" {
			return file
		}
	}
	return ""
}
