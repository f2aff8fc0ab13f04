package main

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/demo/connectors"
)

// files are texts by their paths.
type files map[string]string

// application is one of the generated connector.
type application struct {
	name, extension  string
	modules, locked  int // how many files of code, and packages of the lock file
	folder, manifest string
}

// applications are those of the connector: one of each kind that is common.
var applications = []application{
	{name: "checkout-service", extension: "ts", modules: 52, locked: 1200, folder: "src", manifest: nodeManifest},
	{name: "order-events", extension: "js", modules: 40, locked: 1000, folder: "src", manifest: nodeManifest},
	{name: "stock-console", extension: "tsx", modules: 40, locked: 1500, folder: "src", manifest: consoleManifest},
	{name: "catalog-job", extension: "java", modules: 28, folder: "src/main/java/catalog"},
}

// changed is the application that the second release changes.
const changed = "order-events"

// connector is a repository of several applications, the same each time: about 180
// files that take some 550 KB when git has packed them.
func connector() files {
	tree := files{
		"connect.yaml":    specification,
		"LICENSE":         licenseText(),
		"CHANGELOG.md":    "# Changelog\n\n## 1.0.0\n\nThe first release.\n",
		"SECURITY.md":     "# Security\n\nReport what you find to security@acme.example. We answer within two days.\n",
		"README.md":       "# Acme checkout\n\nTaxes, stock and orders of Acme in one connector.\n\n## Installation\n\nInstall it from the Merchant Center.\n\n## Configuration\n\nSee connect.yaml.\n\n## License\n\nMIT\n",
		"docs/events.md":  prose(1),
		"docs/service.md": prose(2),
		"docs/console.md": prose(3),
	}
	for n, app := range applications {
		maps.Copy(tree, app.files(uint64(n)))
	}
	return tree
}

// licenseText is that of a connector of the demo.
func licenseText() string {
	text, err := fs.ReadFile(connectors.All()[0].Files, "LICENSE")
	if err != nil {
		panic(err) // it is in the binary
	}
	return string(text)
}

// release2 is the connector with a change in one application.
func release2() files {
	tree := connector()
	name := changed + "/src/" + moduleName(0) + ".js"
	tree[name] += "\nexport const release = 2;\n"
	return tree
}

func (a application) files(seed uint64) files {
	tree := files{}
	w := newWriter(seed)
	for n := range a.modules {
		name := fmt.Sprintf("%s/%s/%s.%s", a.name, a.folder, moduleName(n), a.extension)
		if a.extension == "java" {
			name = fmt.Sprintf("%s/%s/%s.java", a.name, a.folder, title(moduleName(n)))
		}
		tree[name] = w.module(a.extension, n)
	}
	if a.extension == "java" {
		tree[a.name+"/pom.xml"] = mavenManifest
		tree[a.name+"/src/test/java/catalog/PriceTest.java"] = w.module("java", 0)
		return tree
	}
	tree[a.name+"/package.json"] = fmt.Sprintf(a.manifest, a.name)
	tree[a.name+"/package-lock.json"] = w.lockFile(a.name, a.locked)
	tree[a.name+"/test/main.test."+a.extension] = w.module(a.extension, 0)
	if a.manifest == consoleManifest {
		tree[a.name+"/custom-application-config.mjs"] = consoleConfig
	}
	return tree
}

// writer writes what looks like code, from a seed.
type writer struct {
	random *rand.Rand
	bytes  *rand.ChaCha8
}

func newWriter(seed uint64) writer {
	source := rand.NewChaCha8([32]byte{byte(seed), 7})
	return writer{random: rand.New(source), bytes: source}
}

var (
	nouns = strings.Fields("cart order price stock customer payment session token address shipment discount product variant channel store tax rate line item invoice refund key secret password voucher region currency locale message event extension subscription query page limit offset cursor batch retry header body request response client project scope config")
	verbs = strings.Fields("load save find merge apply split check count filter sort group parse format validate convert send receive confirm cancel create update remove publish")
)

func moduleName(n int) string { return nouns[n%len(nouns)] + strings.Repeat("s", n/len(nouns)) }

func title(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

func (w writer) noun() string { return nouns[w.random.IntN(len(nouns))] }
func (w writer) verb() string { return verbs[w.random.IntN(len(verbs))] }

// module is a file of some 5 KB.
func (w writer) module(extension string, n int) string {
	templates := scriptTemplates
	opening, closing := fmt.Sprintf("import { logger } from './%s.js';\nimport { %s } from './%s.js';\n", w.noun(), w.noun(), w.noun()), ""
	if extension == "java" {
		templates = javaTemplates
		opening, closing = "package catalog;\n\nimport java.util.List;\n\n/** Generated for a measurement. */\npublic final class "+title(moduleName(n))+" {\n", "}\n"
	}
	var text strings.Builder
	text.WriteString(opening)
	for text.Len() < 5000 {
		words := strings.NewReplacer("{verb}", w.verb(), "{Noun}", title(w.noun()), "{noun}", w.noun(), "{other}", w.noun(), "{Other}", title(w.noun()),
			"{number}", fmt.Sprint(w.random.IntN(5000)), "{third}", w.noun())
		text.WriteString(words.Replace(templates[w.random.IntN(len(templates))]))
	}
	text.WriteString(closing)
	return text.String()
}

// lockFile is a package-lock.json of so many packages. Their digests are what git
// cannot pack.
func (w writer) lockFile(name string, packages int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "{\n  \"name\": %q,\n  \"version\": \"1.0.0\",\n  \"lockfileVersion\": 3,\n  \"requires\": true,\n  \"packages\": {\n    \"\": { \"name\": %q, \"version\": \"1.0.0\" }", name, name)
	digest := make([]byte, 64)
	for n := range packages {
		_, _ = w.bytes.Read(digest) // never fails
		dependency := fmt.Sprintf("%s-%s-%d", w.noun(), w.noun(), n)
		version := fmt.Sprintf("%d.%d.%d", w.random.IntN(9), w.random.IntN(20), w.random.IntN(20))
		fmt.Fprintf(&text, ",\n    \"node_modules/%s\": {\n      \"version\": %q,\n      \"resolved\": \"https://packages.example/%s/-/%s-%s.tgz\",\n      \"integrity\": \"sha512-%s\",\n      \"license\": \"MIT\"\n    }",
			dependency, version, dependency, dependency, version, base64.StdEncoding.EncodeToString(digest))
	}
	text.WriteString("\n  }\n}\n")
	return text.String()
}

// prose is a page of documentation.
func prose(seed uint64) string {
	w := newWriter(100 + seed)
	var text strings.Builder
	text.WriteString("# How it works\n\n")
	for range 120 {
		fmt.Fprintf(&text, "To %s the %s of a %s, the connector has to %s its %s first.\n", w.verb(), w.noun(), w.noun(), w.verb(), w.noun())
	}
	return text.String()
}

// paths are those of the files, in order.
func (f files) paths() []string { return slices.Sorted(maps.Keys(f)) }

func (f files) bytes() (n int) {
	for _, text := range f {
		n += len(text)
	}
	return n
}
