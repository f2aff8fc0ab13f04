package connectyaml

import "regexp"

// A shape says what a value has to be. The shapes are plain data, so that a
// JSON Schema can be made of the same table.
type shape interface{ what() string }

type (
	// object has these fields and no other.
	object struct {
		noun   string
		fields []field
	}
	field struct {
		key      string
		required bool
		value    shape
	}
	// choice is an object whose fields depend on the word at one key.
	choice struct {
		noun    string
		key     string
		options []option
	}
	option struct {
		word   string
		object object
	}
	// list has items of one shape.
	list struct {
		of      shape
		atLeast int
	}
	// text is a string that is not empty.
	text struct{ format *format }
	// integer is a whole number between two others, both included.
	integer struct{ from, to int }
	boolean struct{}
)

// format is the form of a text. A text without one may say anything but
// nothing.
type format struct {
	// noun names such a text in messages.
	noun string
	// pattern is what it matches, nil when it only must not be blank.
	pattern *regexp.Regexp
	// excludes is what it must not match, and rule and excuse are about that.
	excludes *regexp.Regexp
	rule     string
	reason   string
	// help says how to write one.
	help string
}

func (o object) what() string  { return "an object" }
func (c choice) what() string  { return "an object" }
func (l list) what() string    { return "a list" }
func (t text) what() string    { return "a string" }
func (i integer) what() string { return "a whole number" }
func (b boolean) what() string { return "true or false" }

func required(key string, value shape) field { return field{key: key, required: true, value: value} }
func optional(key string, value shape) field { return field{key: key, value: value} }

// The formats. The patterns are those of the official schema, of version
// 0.0.16 of @commercetools-connect/specification.
var (
	blankless = &format{noun: "a text"}

	applicationName = &format{
		noun:    "an application name",
		pattern: regexp.MustCompile(`^[a-zA-Z0-9_-]{2,256}$`),
		help:    "Use 2 to 256 letters, digits, dashes and underscores. The folder of the application has the same name.",
	}
	endpoint = &format{
		noun:     "an endpoint",
		pattern:  regexp.MustCompile(`^[a-zA-Z0-9_\-/]+$`),
		excludes: regexp.MustCompile(`//`),
		rule:     rulePattern,
		reason:   "has two slashes in a row",
		help:     "Write a path of letters, digits, dashes, underscores and single slashes, such as /orders: no host, no query.",
	}
	configurationKey = &format{
		noun:     "a configuration key",
		pattern:  regexp.MustCompile(`^[a-zA-Z0-9_]{2,256}$`),
		excludes: regexp.MustCompile(`(?i)^(PORT|K_SERVICE|K_REVISION|K_CONFIGURATION)$`),
		rule:     ruleReserved,
		reason:   "is a reserved word: the platform sets this variable itself",
		help:     "Use 2 to 256 letters, digits and underscores, as in CTP_API_URL. What the key is for belongs in its description.",
	}
	// The official pattern is not anchored: a text that holds a schedule is one.
	schedule = &format{
		noun: "a schedule",
		pattern: regexp.MustCompile(`@(annually|yearly|monthly|weekly|daily|hourly|reboot)` +
			`|@every (\d+(ns|us|µs|ms|s|m|h))+` +
			`|(((\d+,)+\d+|(\d+|\*)[/-]\d+|\d+|\*) ?){5,7}`),
		help: "Write a cron expression of five fields, such as '0 4 * * *', or a word such as '@daily'. " +
			"Quote it: a plain * or @ means something else in YAML.",
	}
)

// The grammar of connect.yaml.
var (
	configuration = object{"a configuration", []field{
		optional("standardConfiguration", list{of: object{"an entry of standardConfiguration", []field{
			required("key", text{configurationKey}),
			required("description", text{blankless}),
			optional("required", boolean{}),
			optional("default", text{blankless}),
		}}}),
		optional("securedConfiguration", list{of: object{"an entry of securedConfiguration", []field{
			required("key", text{configurationKey}),
			required("description", text{blankless}),
			optional("required", boolean{}),
		}}}),
	}}
	scripts = object{"scripts", []field{
		optional("postDeploy", text{blankless}),
		optional("preUndeploy", text{blankless}),
	}}
	healthCheck = object{"a health check", []field{
		required("path", text{endpoint}),
		optional("intervalSeconds", integer{1, 20}),
		optional("timeoutSeconds", integer{1, 20}),
		optional("unhealthyThreshold", integer{1, 20}),
	}}
	retryPolicy = choice{"a retry policy", "strategy", []option{
		{"immediate", object{"an immediate retry policy", nil}},
		{"exponential-backoff", object{"an exponential-backoff retry policy", []field{
			required("minBackoffSeconds", integer{1, 600}),
			required("maxBackoffSeconds", integer{1, 600}),
			optional("maxAttempts", integer{5, 100}),
		}}},
	}}

	name     = required("name", text{applicationName})
	route    = required("endpoint", text{endpoint})
	health   = optional("healthCheck", healthCheck)
	settings = optional("configuration", configuration)
	commands = optional("scripts", scripts)

	application = choice{"an application", "applicationType", []option{
		{"service", object{"a service", []field{name, route, settings, commands, health}}},
		{"event", object{"an event application", []field{name, route, settings, commands, health,
			optional("retryPolicy", retryPolicy)}}},
		{"job", object{"a job", []field{name, route, settings, commands,
			required("properties", object{"properties", []field{required("schedule", text{schedule})}})}}},
		{"assets", object{"an assets application", []field{name}}},
		{typeCustomApplication, object{"a custom application", []field{name, settings, commands}}},
		{typeMcApp, object{"a custom application", []field{name, settings, commands}}},
		{typeCustomView, object{"a custom view", []field{name, settings, commands}}},
		{"unknown", object{"an application of type unknown", []field{name, route, settings, commands}}},
	}}

	grammar = object{"connect.yaml", []field{
		optional("inheritAs", object{"inheritAs", []field{
			optional("configuration", configuration),
			optional("apiClient", object{"an API client", []field{
				required("scopes", list{of: text{}, atLeast: 1}),
			}}),
		}}),
		required("deployAs", list{of: application}),
	}}
)

// The types that run in the Merchant Center; mc-app is the old name of a
// custom application.
const (
	typeCustomApplication = "merchant-center-custom-application"
	typeCustomView        = "merchant-center-custom-view"
	typeMcApp             = "mc-app"
)
