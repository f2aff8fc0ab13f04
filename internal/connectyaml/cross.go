package connectyaml

import "fmt"

// cross reports what is wrong between the parts of a file.
func (r *report) cross(root *node) {
	p := place{}
	global := root.get("inheritAs").get("configuration")
	r.config(global, p.at("inheritAs").at("configuration"))
	count := map[string]int{}
	for _, k := range keys(global) {
		count[k.text]++
	}
	names := map[string]bool{}
	cloud := false
	for _, e := range global.get("standardConfiguration").list() {
		cloud = cloud || e.get("key").asText() == "CLOUD_IDENTIFIER" && isTrue(e.get("required"))
	}
	for _, e := range global.get("securedConfiguration").list() {
		cloud = cloud || e.get("key").asText() == "CLOUD_IDENTIFIER" && isTrue(e.get("required"))
	}
	for i, app := range root.get("deployAs").list() {
		p := place{path: []string{"deployAs", fmt.Sprint(i)}, application: app.get("name").asText()}
		if name := app.get("name"); name.asText() != "" {
			if names[name.text] {
				r.fail(ruleNameTwice, place{application: name.text}, name.pos, "two applications are named "+quote(name.text), "")
			}
			names[name.text] = true
		}
		config := app.get("configuration")
		r.config(config, p.at("configuration"))
		for _, k := range keys(config) {
			if count[k.text] > 0 {
				r.fail(ruleGlobalTwice, place{application: p.application}, k.pos, "global key "+quote(k.text)+" again", "")
			}
		}
		var need []string
		switch app.get("applicationType").asText() {
		case typeCustomApplication, typeMcApp:
			need = []string{"CUSTOM_APPLICATION_ID", "ENTRY_POINT_URI_PATH"}
		case typeCustomView:
			need = []string{"CUSTOM_VIEW_ID"}
		default:
			continue
		}
		for _, key := range need {
			e := standard(config, key)
			if e == nil || !isTrue(e.get("required")) {
				r.fail(ruleMerchantKey, p, app.pos, "lacks "+key, "")
			}
		}
		if e := standard(config, "CLOUD_IDENTIFIER"); !cloud && (e == nil || !isTrue(e.get("required")) && e.get("default").asText() == "") {
			r.fail(ruleMerchantCloud, place{application: p.application}, app.pos, "lacks CLOUD_IDENTIFIER", "")
		}
		if s := config.get("securedConfiguration"); len(s.list()) > 0 {
			r.fail(ruleMerchantSecret, place{application: p.application}, s.pos, "secured", "")
		}
	}
}

func standard(config *node, key string) *node {
	for _, e := range config.get("standardConfiguration").list() {
		if e.get("key").asText() == key {
			return e
		}
	}
	return nil
}

func isTrue(n *node) bool { return n != nil && n.kind == kindBoolean && n.truth }

func keys(config *node) []*node {
	var ks []*node
	for _, l := range []string{"standardConfiguration", "securedConfiguration"} {
		for _, e := range config.get(l).list() {
			if k := e.get("key"); k.asText() != "" {
				ks = append(ks, k)
			}
		}
	}
	return ks
}

func (r *report) config(config *node, p place) {
	seen := map[string]bool{}
	for _, k := range keys(config) {
		if seen[k.text] {
			r.fail(ruleConfigTwice, p, k.pos, "the key "+quote(k.text)+" stands twice in the configuration", "")
		}
		seen[k.text] = true
	}
}
