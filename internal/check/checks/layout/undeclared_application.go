package layout

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/nodepackage"
)

var undeclaredApplication = check.Check{
	ID:    "layout/undeclared-application",
	Title: "Each folder that can be started is an application",
	Why: "Connect deploys the applications that connect.yaml names and nothing else. A folder beside them that has a " +
		"start script looks like one that was forgotten; it may as well be a tool, so this is information only. " +
		"Nothing is said of the folders of a workspace.",
	Fix: "Add the folder to deployAs, or leave it as it is if it is not to be deployed.",
	Run: runUndeclaredApplication,
}

// besideTheCode are names of folders that hold no application to deploy.
var besideTheCode = []string{
	"doc", "docs", "documentation", "website", "example", "examples", "sample", "samples", "demo", "test", "tests", "e2e",
	"cypress", "playwright", "mock", "mocks", "script", "scripts", "tool", "tools", "tooling", "dev", "ci", "package",
	"packages", "lib", "libs", "shared", "common", "infra", "infrastructure", "terraform", "node_modules", "target",
	"build", "dist", "vendor", "storybook",
}

func runUndeclaredApplication(p *check.Pass) error {
	root, err := fs.ReadDir(p.Tree, ".")
	if err != nil {
		return err
	}
	for _, app := range p.Spec.Applications {
		if check.Find(root, app.Name) == nil {
			return nil // the folder may be meant: layout/application-folder says so
		}
	}
	workspace, err := isWorkspace(p.Tree, root)
	if err != nil || workspace {
		return err
	}
	var found []api.Finding
	for _, entry := range root {
		name := entry.Name()
		if !entry.IsDir() || isApplication(p.Spec, name) || strings.HasPrefix(name, ".") || slices.Contains(besideTheCode, strings.ToLower(name)) {
			continue
		}
		f, err := startedBy(p.Tree, name)
		if err != nil {
			return err
		}
		if f.File != "" {
			f.Type = api.EntryInformation
			f.Message = fmt.Sprintf("the folder %q can be started, but no application of connect.yaml has its name", name)
			found = append(found, f)
		}
	}
	p.ReportFew(".", found)
	return nil
}

// startedBy is where a folder says how it is started, as the place of a finding;
// that has no file when it does not.
func startedBy(tree fs.FS, folder string) (api.Finding, error) {
	inside, err := fs.ReadDir(tree, folder)
	if err != nil {
		return api.Finding{}, err
	}
	if entry := check.Find(inside, nodepackage.FileName); entry != nil {
		pkg, err := nodepackage.Read(tree, folder, entry)
		if err != nil || pkg.Defect != nil {
			return api.Finding{}, err
		}
		for _, script := range pkg.Entries("scripts") {
			if script.Name == "start" {
				return api.Finding{File: pkg.File, Line: script.Line, Column: script.Column}, nil
			}
		}
	}
	const pom = "pom.xml"
	if entry := check.Find(inside, pom); entry == nil || !entry.Type().IsRegular() {
		return api.Finding{}, nil
	}
	file := path.Join(folder, pom)
	data, whole, err := check.ReadBounded(tree, file, maxListBytes)
	if err != nil || !whole || !startsProgram(data) {
		return api.Finding{}, err
	}
	return api.Finding{File: file, Line: 1, Column: 1}, nil
}

// startsProgram tells a pom.xml that makes a program from one that makes a library,
// by the plugins of Spring Boot and Quarkus and by a main class.
func startsProgram(pom []byte) bool {
	return slices.ContainsFunc([]string{"<artifactId>spring-boot-maven-plugin<", "<artifactId>quarkus-maven-plugin<", "<mainClass>"},
		func(mark string) bool { return bytes.Contains(pom, []byte(mark)) })
}
