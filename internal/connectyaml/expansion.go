package connectyaml

import "fmt"

// maxConfiguration is how much configuration a Spec may hold, in bytes of JSON.
// A file of 256 KiB without aliases stays far below it; with them it could
// become a document a hundred times its size.
const maxConfiguration = 1 << 20

// expansion reports a file whose aliases make too much of it. The official
// parser has no such bound.
func (r *report) expansion(root *node) {
	inherit := root.get("inheritAs")
	size := configurationSize(inherit.get(keyConfiguration))
	for _, scope := range inherit.get("apiClient").get("scopes").list() {
		size += jsonSize(scope.asText())
	}
	for _, app := range root.get("deployAs").list() {
		if size > maxConfiguration {
			break
		}
		size += jsonSize(app.get("name").asText()) + configurationSize(app.get(keyConfiguration))
	}
	if size > maxConfiguration {
		r.fail(ruleExpansion, place{}, root.pos, fmt.Sprintf("the configuration is more than %d MiB as JSON once aliases are resolved", maxConfiguration>>20),
			"Write what applications share once, under inheritAs.configuration, and shorten the descriptions.")
	}
}

// entryMembers is what the names of an entry's members take.
const entryMembers = len(`{"key":,"description":,"default":,"required":false},`)

// configurationSize counts no further than is needed to know that it is too
// much.
func configurationSize(config *node) int {
	size := 0
	for _, list := range []string{keyStandard, keySecured} {
		for _, e := range config.get(list).list() {
			if size > maxConfiguration {
				return size
			}
			size += entryMembers
			for _, key := range []string{"key", "description", "default"} {
				size += jsonSize(e.get(key).asText())
			}
		}
	}
	return size
}

// jsonSize is the length of a text as JSON, with its quotes.
func jsonSize(s string) int {
	size := len(`""`) + len(s)
	for _, c := range []byte(s) {
		switch {
		case c == '"', c == '\\':
			size++
		case c < ' ':
			size += len(`\u0000`) - 1
		}
	}
	return size
}
