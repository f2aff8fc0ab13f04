package connectyaml

import "fmt"

// The keys and values of the files that new connectors begin with.
var (
	templateKeys     = map[string]bool{"GLOBAL_STANDARD_CONFIGURATION": true, "GLOBAL_SECURED_CONFIGURATION": true}
	templateDefaults = map[string]bool{"default-key": true}
)

// warnings are about files that are valid and still not what was wanted.
func (r *report) warnings(root *node) {
	if apps := root.get("deployAs"); apps != nil && apps.kind == kindList && len(apps.items) == 0 {
		r.warn(ruleNoApplications, place{path: []string{"deployAs"}}, apps.pos, "the connector has no application",
			"List an application:\n"+indented(grammar.field("deployAs").example))
	}
	r.leftovers(root.get("inheritAs").get(keyConfiguration), place{path: []string{"inheritAs", keyConfiguration}})
	for i, app := range root.get("deployAs").list() {
		p := place{path: []string{"deployAs", fmt.Sprint(i), keyConfiguration}, application: applicationName(app)}
		r.leftovers(app.get(keyConfiguration), p)
	}
}

func (r *report) leftovers(config *node, p place) {
	for _, list := range []string{keyStandard, keySecured} {
		for i, e := range config.get(list).list() {
			if key := e.get("key"); templateKeys[key.asText()] {
				r.warn(ruleTemplate, p.at(list, fmt.Sprint(i), "key"), key.pos, fmt.Sprintf("the key %s is an example of the template", quote(key.text)),
					"Remove the entry, or name what the connector really needs.")
			}
			if value := e.get("default"); templateDefaults[value.asText()] {
				r.warn(ruleTemplate, p.at(list, fmt.Sprint(i), "default"), value.pos, fmt.Sprintf("the default %s is an example of the template", quote(value.text)),
					"Write a default that works, or remove it.")
			}
		}
	}
}
