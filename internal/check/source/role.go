package source

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// Role is what a file of an application is there for.
type Role int

// The roles.
const (
	// Released files are part of the application as it runs.
	Released Role = iota
	// Test files are read by tests alone.
	Test
	// Tool files set up, build or watch the application.
	Tool
	// Document files are for readers: manuals and examples.
	Document
)

var roleOfFolder = map[string]Role{
	"test": Test, "tests": Test, "__tests__": Test, "__mocks__": Test, "__fixtures__": Test, "mocks": Test, "fixtures": Test,
	"testdata": Test, "spec": Test, "specs": Test, "e2e": Test, "cypress": Test,
	"scripts": Tool, "tools": Tool, "dev-utils": Tool, "infrastructure": Tool, "infra": Tool,
	"doc": Document, "docs": Document, "example": Document, "examples": Document, "sample": Document, "samples": Document,
}

// sourceSet is where Maven and Gradle look for the code of Java: src/main/java,
// src/test/java, and others by habit, such as src/it/java and src/integrationTest/java.
var sourceSet = regexp.MustCompile(`(?:^|/)src/([^/]+)/(?:java|kotlin)(?:/|$)`)

// RoleOf goes by the habits of the field: the names of the folders on the way to a
// file, the outermost first, and then the names that test runners and tools look
// for, such as jest.config.js. The path begins below the application's folder,
// whose own name says nothing; nor do those of Java's packages, as in com.example.
func RoleOf(below string) Role {
	folders := path.Dir(below)
	if m := sourceSet.FindStringSubmatchIndex(folders); m != nil {
		if set := strings.ToLower(folders[m[2]:m[3]]); set == "it" || strings.Contains(set, "test") {
			return Test
		}
		folders = folders[:m[0]]
	}
	for folder := range strings.SplitSeq(folders, "/") {
		if role := roleOfFolder[strings.ToLower(folder)]; role != Released {
			return role
		}
	}
	return roleOfName(path.Base(below))
}

func roleOfName(name string) Role {
	stem := strings.TrimSuffix(name, path.Ext(name))
	ends := func(end string) bool { return strings.HasSuffix(stem, end) }
	begins := func(start string) bool { return strings.HasPrefix(stem, start) }
	switch {
	case slices.ContainsFunc([]string{".test", ".spec", "_test", ".e2e", ".mock"}, ends), begins("test_"), stem == "conftest",
		path.Ext(name) == ".java" && (ends("Test") || ends("Tests") || ends("IT")):
		return Test
	case slices.ContainsFunc([]string{".config", ".stories", ".d"}, ends), slices.ContainsFunc([]string{"jest.", "jest-", "webpack.", "."}, begins),
		slices.Contains([]string{"gulpfile.js", "Gruntfile.js", "setup.py", "noxfile.py"}, name):
		return Tool
	}
	return Released
}

// Within tells whether one of the folders on the way to a file has one of the names.
func Within(file string, names ...string) bool {
	return slices.ContainsFunc(strings.Split(path.Dir(file), "/"), func(part string) bool { return slices.Contains(names, part) })
}
