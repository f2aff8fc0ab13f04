package connectyaml

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/nearest"
)

// crossing reports what is wrong between parts of the file. It takes what it
// can read and leaves the rest to the walker.
type crossing struct {
	report *report
	global *node           // inheritAs.configuration, may be nil
	keys   map[string]bool // of the global configuration
	names  map[string]int  // the line of each application's name
	cloud  bool            // there is a global CLOUD_IDENTIFIER
}

func (r *report) cross(root *node) {
	c := crossing{
		report: r,
		global: root.get("inheritAs").get(keyConfiguration),
		keys:   map[string]bool{},
		names:  map[string]int{},
	}
	c.uniqueKeys(c.global, place{path: []string{"inheritAs", keyConfiguration}})
	for _, e := range entriesOf(c.global) {
		c.keys[e.get("key").asText()] = true
		c.cloud = c.cloud || e.get("key").asText() == cloudIdentifier && isTrue(e.get("required"))
	}
	for i, app := range root.get("deployAs").list() {
		if r.full {
			return
		}
		p := place{path: []string{"deployAs", strconv.Itoa(i)}, application: applicationName(app)}
		c.uniqueName(app, p)
		c.uniqueKeys(app.get(keyConfiguration), p.at(keyConfiguration))
		c.noGlobalKey(app, p)
		c.backoff(app.get("retryPolicy"), p.at("retryPolicy", "minBackoffSeconds"))
		c.merchantCenter(app, p)
	}
}

// entriesOf are those of a configuration, standard and secured.
func entriesOf(config *node) []*node {
	standard, secured := config.get(keyStandard).list(), config.get(keySecured).list()
	return append(standard[:len(standard):len(standard)], secured...)
}

// entryFor is the first entry of one of the lists with the key, or nil.
func entryFor(config *node, list, key string) *node {
	for _, e := range config.get(list).list() {
		if e.get("key").asText() == key {
			return e
		}
	}
	return nil
}

func isTrue(n *node) bool { return n != nil && n.kind == kindBoolean && n.truth }

func (c *crossing) uniqueKeys(config *node, p place) {
	lines := map[string]int{}
	entries := map[string]*node{}
	for _, e := range entriesOf(config) {
		key := e.get("key")
		if key.asText() == "" {
			continue
		}
		if first := lines[key.text]; first > 0 {
			c.report.fail(ruleConfigTwice, p, key.pos, fmt.Sprintf("the key %s stands twice in one configuration, first in line %d", quote(key.text), first),
				"Keep one of the entries: the lists standardConfiguration and securedConfiguration count together.")
			c.redundant(config, e, config, entries[key.text])
		} else {
			lines[key.text], entries[key.text] = key.pos.Line, e
		}
	}
}

// uniqueName is stricter than the official parser, which overlooks a name that
// JavaScript objects inherit, such as constructor: applications with one name
// would share one folder and one configuration.
func (c *crossing) uniqueName(app *node, p place) {
	name := app.get("name")
	if name.asText() == "" {
		return
	}
	if first := c.names[name.text]; first > 0 {
		c.report.fail(ruleNameTwice, p.ofFile(), name.pos, fmt.Sprintf("two applications are named %s, the first in line %d", quote(name.text), first),
			"Give each application the name of its own folder.")
	} else {
		c.names[name.text] = name.pos.Line
	}
}

func (c *crossing) noGlobalKey(app *node, p place) {
	for _, e := range entriesOf(app.get(keyConfiguration)) {
		if key := e.get("key"); key.asText() != "" && c.keys[key.text] {
			c.report.fail(ruleGlobalTwice, p.ofFile(), key.pos, fmt.Sprintf("the key %s of application %s is a global one already", quote(key.text), quote(p.application)),
				"Remove the entry here, or the one in inheritAs.configuration, which all applications get.")
			c.redundant(app.get(keyConfiguration), e, c.global, nil)
		}
	}
}

func (c *crossing) backoff(policy *node, p place) {
	least, most := policy.get("minBackoffSeconds"), policy.get("maxBackoffSeconds")
	if policy.get("strategy").asText() == "exponential-backoff" && least != nil && most != nil &&
		least.kind == kindNumber && most.kind == kindNumber && least.number > most.number {
		c.report.fail(ruleBackoff, p, least.pos, fmt.Sprintf("minBackoffSeconds is %s, more than maxBackoffSeconds, which is %s", quote(least.text), quote(most.text)),
			"Swap the two numbers, or raise maxBackoffSeconds.")
	}
}

const cloudIdentifier = "CLOUD_IDENTIFIER"

// needed are the standard keys that an application in the Merchant Center has
// to require, by its type.
var needed = map[string][]string{
	typeCustomApplication: {"CUSTOM_APPLICATION_ID", "ENTRY_POINT_URI_PATH"},
	typeMcApp:             {"CUSTOM_APPLICATION_ID", "ENTRY_POINT_URI_PATH"},
	typeCustomView:        {"CUSTOM_VIEW_ID"},
}

var purposes = map[string]string{
	"CUSTOM_APPLICATION_ID": "Id of the custom application in the Merchant Center",
	"ENTRY_POINT_URI_PATH":  "Path of the custom application in the Merchant Center",
	"CUSTOM_VIEW_ID":        "Id of the custom view in the Merchant Center",
	cloudIdentifier:         "Cloud region of the Merchant Center, such as gcp-eu",
}

func (c *crossing) merchantCenter(app *node, p place) {
	word := app.get(keyApplicationType).asText()
	if needed[word] == nil || app.get(oldKey) != nil {
		return
	}
	noun := strings.TrimPrefix(applicationShape.option(word).noun, "a ")
	config := app.get(keyConfiguration)
	for _, key := range needed[word] {
		c.neededKey(app, key, noun, p)
	}
	if own := entryFor(config, keyStandard, cloudIdentifier); !c.cloud && !isTrue(own.get("required")) && own.get("default").asText() == "" {
		c.withoutCloud(app, own, noun, p.ofFile())
	}
	if secured := config.get(keySecured); len(secured.list()) > 0 {
		c.report.fail(ruleMerchantSecured, p.ofFile(), secured.pos, fmt.Sprintf("the %s %s has securedConfiguration", noun, quote(p.application)),
			"What runs in the Merchant Center runs in the browser, where nothing is secret. Move the entries to a service, "+
				"or to standardConfiguration if they are no secrets.")
	}
}

func (c *crossing) neededKey(app *node, key, noun string, p place) {
	config := app.get(keyConfiguration)
	e := entryFor(config, keyStandard, key)
	if isTrue(e.get("required")) {
		return
	}
	if e != nil {
		c.report.fail(ruleMerchantKey, p, e.pos, fmt.Sprintf("the key %s of the %s %s is not required", key, noun, quote(p.application)),
			"Add required: true to the entry.")
		c.report.require(e)
		return
	}
	pos, help := app.pos, "Add the entry:\n"+neededEntry(key)
	wrong, secret := nearKey(config, key), entryFor(config, keySecured, key)
	if wrong != nil {
		pos, help = wrong.pos, fmt.Sprintf("Rename the key %s to %s, and make it required: true.", quote(wrong.asText()), key)
	} else if secret != nil {
		pos, help = secret.pos, "Move the entry from securedConfiguration to standardConfiguration, and make it required: true."
	}
	c.report.fail(ruleMerchantKey, p, pos, fmt.Sprintf("the %s %s needs the standard key %s", noun, quote(p.application), key), help)
	switch {
	case wrong != nil:
		c.report.renameNeeded(config, wrong, key)
	case secret == nil:
		c.report.declare(app, key)
	}
}

// nearKey is a standard key that was meant to be the needed one.
func nearKey(config *node, key string) *node {
	for _, e := range config.get(keyStandard).list() {
		k := e.get("key")
		if s := k.asText(); s != "" && (strings.HasSuffix(key, "_"+strings.ToUpper(s)) && strings.Contains(s, "_") || nearest.Name(s, []string{key}) != "") {
			return k
		}
	}
	return nil
}

func (c *crossing) withoutCloud(app, own *node, noun string, p place) {
	global := entryFor(c.global, keyStandard, cloudIdentifier)
	pos, message, help := app.pos, fmt.Sprintf("the %s %s needs the key %s, global or its own", noun, quote(p.application), cloudIdentifier),
		"Add the entry:\n"+neededEntry(cloudIdentifier)
	if own != nil {
		pos, message = own.pos, fmt.Sprintf("the key %s of the %s %s is neither required nor has it a default", cloudIdentifier, noun, quote(p.application))
		help = "Add required: true or a default to the entry."
	} else if global != nil {
		help = fmt.Sprintf("Add required: true to the global entry in line %d.", global.pos.Line)
	}
	c.report.fail(ruleMerchantCloud, p, pos, message, help)
	switch {
	case own != nil:
		c.report.require(own)
	case global != nil:
		c.report.require(global)
	default:
		c.report.declare(app, cloudIdentifier)
	}
}

func neededEntry(key string) string {
	return indented("configuration:\n  standardConfiguration:\n    - " + strings.ReplaceAll(neededLines(key), "\n", "\n      "))
}

func neededLines(key string) string {
	return "key: " + key + "\ndescription: " + purposes[key] + "\nrequired: true"
}
