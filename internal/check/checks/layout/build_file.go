package layout

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/nodepackage"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

var buildFile = check.Check{
	ID:    "layout/build-file",
	Title: "Each application can be built from its folder",
	Why: "Connect builds each folder with a buildpack, which picks the language by the build file that it finds: " +
		"package.json for JavaScript and TypeScript, pom.xml or build.gradle for Java. Those are the languages that " +
		"its documentation names; the build file of another (Python, Go) is a warning. A folder without a build file, " +
		"or with a package.json that is not a JSON object, does not build. An assets application may hold finished " +
		"files, so a missing build file is a warning there; a Merchant Center customization is always built by npm scripts.",
	Fix:            "Add a package.json to the application's folder, with the scripts that build and start it.",
	RunApplication: runBuildFile,
}

// The build files that a buildpack picks a language by, beside package.json.
var (
	javaBuildFiles  = []string{"pom.xml", "build.gradle", "build.gradle.kts"}
	otherBuildFiles = []string{"requirements.txt", "pyproject.toml", "go.mod"}
)

func runBuildFile(p *check.Pass) error {
	folder, err := check.Folder(p.Tree, p.Application.Name)
	if err != nil || len(folder) == 0 {
		return err // layout/application-folder says so
	}
	if entry := check.Find(folder, nodepackage.FileName); entry != nil {
		return judgePackage(p, entry)
	}
	judgeWithoutPackage(p, folder)
	return nil
}

// judgePackage reports a package.json that npm cannot read.
func judgePackage(p *check.Pass, entry fs.DirEntry) error {
	pkg, err := nodepackage.Read(p.Tree, p.Application.Name, entry)
	if err != nil || pkg.Defect == nil {
		return err
	}
	p.Report(api.Finding{
		Type:    api.EntryError,
		Message: pkg.Defect.Message,
		File:    pkg.File,
		Line:    pkg.Defect.Line,
		Column:  pkg.Defect.Column,
		Help:    pkg.Defect.Help,
	})
	return nil
}

// judgeWithoutPackage reports a folder that has no package.json, if no other
// build file stands in for it.
func judgeWithoutPackage(p *check.Pass, folder []fs.DirEntry) {
	app := p.Application
	severity, message, help := api.EntryError, fmt.Sprintf("the folder of application %q has no build file", app.Name), ""
	java, other := firstNamed(folder, javaBuildFiles), firstNamed(folder, otherBuildFiles)
	switch {
	case app.InMerchantCenter():
		message = fmt.Sprintf("the folder of application %q has no package.json, which a %s is built by", app.Name, app.Type)
	case java != "":
		return
	case other != "":
		severity = api.EntryWarning
		message = fmt.Sprintf("application %q is built by %s, but Connect documents JavaScript, TypeScript and Java alone", app.Name, other)
		help = "Ask the operator of your deployments whether the language is supported before you publish."
	case app.Type == "assets":
		severity = api.EntryWarning
		help = "Add a package.json whose build script puts the files into place, unless they are committed as they are served."
	}
	if near := misspelled(folder); near != "" {
		help = fmt.Sprintf("Did you mean %q? The name of the build file is %s, in lower case.", near, nodepackage.FileName)
	}
	p.Report(api.Finding{
		Type:    severity,
		Message: fmt.Sprintf("[deployAs.%d.name]: %s", p.Index, message),
		File:    connectyaml.FileName,
		Line:    app.NamePosition.Line,
		Column:  app.NamePosition.Column,
		Help:    help,
	})
}

func firstNamed(folder []fs.DirEntry, names []string) string {
	for _, e := range folder {
		if slices.Contains(names, e.Name()) {
			return e.Name()
		}
	}
	return ""
}

func misspelled(folder []fs.DirEntry) string {
	for _, e := range folder {
		if strings.EqualFold(e.Name(), nodepackage.FileName) {
			return e.Name()
		}
	}
	return ""
}
