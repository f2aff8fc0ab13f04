package layout

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/nodepackage"
	"github.com/greenroom-registry/greenroom/internal/check/source"
)

var undeclaredPackage = check.Check{
	ID:    "layout/undeclared-package",
	Title: "Code imports the packages that package.json declares, and no others",
	Why: "A package that package.json does not name is there only as long as another one happens to bring it along, in " +
		"a version that nobody chose; where none does, the build fails, or the application when it starts. If the lock " +
		"file has the package, so that it is there today, this is information only. Looked at is JavaScript and " +
		"TypeScript that is released; what is imported for types alone, or tried, may be missing.",
	Fix:            "Add the package to dependencies: npm install PACKAGE in the application's folder, or the like of your package manager.",
	RunApplication: runUndeclaredPackage,
}

func runUndeclaredPackage(p *check.Pass) error {
	pkg, err := nodepackage.OfApplication(p.Tree, p.Application.Name)
	if err != nil || pkg == nil {
		return err
	}
	known, err := packagesAround(p, pkg)
	if err != nil {
		return err
	}
	var found []api.Finding
	seen := map[string]bool{}
	_, err = source.Walk(p.Tree, p.Application.Name, func(f source.File) error {
		if f.Role != source.Released {
			return p.Context.Err()
		}
		for _, imported := range source.Imports(f) {
			name := packageOf(imported.Name)
			if name == "" || seen[name] || known.has(name) {
				continue
			}
			seen[name] = true
			found = append(found, known.finding(p, f, imported, name))
		}
		return p.Context.Err()
	})
	p.ReportFew(p.Application.Name, found)
	return err
}

// packageName is how npm names packages, with what follows of a path inside of one.
var packageName = regexp.MustCompile(`^(@[a-z0-9][a-z0-9._~-]*/)?[a-z0-9][a-z0-9._~-]*(/|$)`)

// packageOf is the package that the name of a module leads to, "" for a file and for
// what Node brings itself.
func packageOf(module string) string {
	name := strings.TrimSuffix(packageName.FindString(module), "/")
	if slices.Contains(builtin, name) {
		return ""
	}
	return name
}

// builtin are the modules of Node that need no prefix.
var builtin = []string{
	"assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram",
	"diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2", "https", "inspector", "module", "net", "os",
	"path", "perf_hooks", "process", "punycode", "querystring", "readline", "repl", "stream", "string_decoder", "sys",
	"timers", "tls", "trace_events", "tty", "url", "util", "v8", "vm", "wasi", "worker_threads", "zlib",
}

// packages are what the code of an application may import.
type packages struct {
	declared map[string]bool
	// folder are the files and folders that a base path of the compiler makes modules.
	folder []fs.DirEntry
	// settings are the files in which tools are told of other names.
	settings string
	// lock is the text of the lock file, and lockFile its name, "" when there is none.
	lock, lockFile string
}

// packagesAround reads what package.json declares, and that of the root: its packages
// are found from every folder below.
func packagesAround(p *check.Pass, pkg *nodepackage.Package) (packages, error) {
	root, err := fs.ReadDir(p.Tree, ".")
	if err != nil {
		return packages{}, err
	}
	known := packages{declared: map[string]bool{pkg.Member("name"): true}}
	known.declare(pkg)
	if entry := check.Find(root, nodepackage.FileName); entry != nil {
		above, err := nodepackage.Read(p.Tree, ".", entry)
		if err != nil {
			return packages{}, err
		}
		known.declare(above)
	}
	for _, folder := range []string{p.Application.Name, path.Join(p.Application.Name, "src")} {
		entries, err := listed(p.Tree, folder)
		if err != nil {
			return packages{}, err
		}
		known.folder = append(known.folder, entries...)
	}
	return known, known.read(p, root)
}

// listed are the entries of a folder, none when there is no such folder.
func listed(tree fs.FS, folder string) ([]fs.DirEntry, error) {
	above := path.Dir(folder)
	entries, err := fs.ReadDir(tree, above)
	if err != nil {
		return nil, err
	}
	if e := check.Find(entries, path.Base(folder)); e == nil || !e.IsDir() {
		return nil, nil
	}
	return fs.ReadDir(tree, folder)
}

// declare notes the packages of a package.json, and the names that module-alias gives.
func (k *packages) declare(pkg *nodepackage.Package) {
	for _, group := range []string{"dependencies", "devDependencies", "peerDependencies", "optionalDependencies", "_moduleAliases"} {
		for _, e := range pkg.Entries(group) {
			k.declared[e.Name] = true
		}
	}
}

// settingFiles are those that may give modules other names.
var settingFiles = regexp.MustCompile(`^(?:(?:tsconfig|jsconfig)[a-z.-]*\.json|(?:vite|webpack|rollup|babel|esbuild|custom-application|custom-view)[a-z.-]*\.[cm]?[jt]s(?:on)?|\.babelrc)$`)

const (
	// maxSettingBytes and maxLockBytes bound a file of each kind.
	maxSettingBytes = 256 << 10
	maxLockBytes    = 8 << 20
)

// read reads the settings beside the code, and the lock file: that of the folder, or
// of the root.
func (k *packages) read(p *check.Pass, root []fs.DirEntry) error {
	own, err := check.Folder(p.Tree, p.Application.Name)
	if err != nil {
		return err
	}
	for _, place := range []struct {
		folder  string
		entries []fs.DirEntry
	}{{p.Application.Name, own}, {".", root}} {
		for _, e := range place.entries {
			name := path.Join(place.folder, e.Name())
			if !e.Type().IsRegular() {
				continue
			}
			if settingFiles.MatchString(e.Name()) {
				data, _, err := check.ReadBounded(p.Tree, name, maxSettingBytes)
				if err != nil {
					return err
				}
				k.settings += string(data)
			}
			if k.lockFile == "" && isLockFile(e.Name()) {
				data, _, err := check.ReadBounded(p.Tree, name, maxLockBytes)
				if err != nil {
					return err
				}
				k.lock, k.lockFile = string(data), name
			}
		}
	}
	return nil
}

func isLockFile(name string) bool {
	return slices.ContainsFunc(lockFiles, func(l struct{ file, manager string }) bool { return l.file == name })
}

// has tells whether the package is declared, or is none: a folder of the application,
// or a name that a tool was told of.
func (k packages) has(name string) bool {
	scope, _, _ := strings.Cut(name, "/")
	if k.declared[name] || k.declared["@types/"+strings.ReplaceAll(strings.TrimPrefix(name, "@"), "/", "__")] {
		return true
	}
	if slices.ContainsFunc(k.folder, func(e fs.DirEntry) bool { return strings.TrimSuffix(e.Name(), path.Ext(e.Name())) == scope }) {
		return true
	}
	named := regexp.MustCompile(`["']` + regexp.QuoteMeta(scope) + `["'/*]`)
	return named.MatchString(k.settings)
}

// locked are the ways in which lock files name a package: that of npm, of Yarn, of
// pnpm, and of Bun.
func (k packages) locked(name string) bool {
	for _, form := range []string{`node_modules/` + name + `"`, "\n" + name + "@", `"` + name + "@", "/" + name + "@", "'" + name + "@", `"` + name + `": [`} {
		if strings.Contains(k.lock, form) {
			return true
		}
	}
	return false
}

func (k packages) finding(p *check.Pass, f source.File, at source.Import, name string) api.Finding {
	found := api.Finding{
		Type:    api.EntryWarning,
		Message: fmt.Sprintf("application %q imports the package %s, which its package.json does not declare", p.Application.Name, name),
		File:    f.Name, Line: at.Line, Column: at.Column,
		Help: fmt.Sprintf("Add it to dependencies: npm install %s in the folder %s, or the like of your package manager.", name, p.Application.Name),
	}
	if k.locked(name) {
		found.Type = api.EntryInformation
		found.Message += fmt.Sprintf("; it is in %s, since another package needs it", k.lockFile)
	}
	return found
}
