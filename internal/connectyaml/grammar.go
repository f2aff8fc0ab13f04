package connectyaml

import (
	"regexp"
	"strings"
	"unicode"
)

// The keys and words that rules beyond the grammar speak of.
const (
	keyApplicationType = "applicationType"
	endpointKey        = "endpoint"
	keyConfiguration   = "configuration"
	keyStandard        = "standardConfiguration"
	keySecured         = "securedConfiguration"

	typeService = "service"
	typeEvent   = "event"
	typeJob     = "job"
	typeAssets  = "assets"
	// The types that run in the Merchant Center; mc-app is the old word for a
	// custom application.
	typeCustomApplication = "merchant-center-custom-application"
	typeCustomView        = "merchant-center-custom-view"
	typeMcApp             = "mc-app"
	typeUnknown           = "unknown"
)

// The formats. What they match is what the official schema matches, that of
// @commercetools-connect/specification 0.0.16.
var (
	blankless = &format{}

	nameFormat = &format{
		noun:    "an application name",
		pattern: regexp.MustCompile(`^[a-zA-Z0-9_-]{2,256}$`),
		mended:  mend(regexp.MustCompile(`[^a-zA-Z0-9_-]+`), "-"),
		help:    "Use 2 to 256 letters, digits, dashes and underscores. The folder of the application bears the same name.",
	}
	endpointFormat = &format{
		noun:     "an endpoint",
		pattern:  regexp.MustCompile(`^[a-zA-Z0-9_\-/]+$`),
		excludes: regexp.MustCompile(`//`),
		certain:  certainEndpoint,
		rule:     rulePattern,
		reason:   "has two slashes in a row",
		help: "Write a path of letters, digits, dashes, underscores and single slashes, such as /orders: " +
			"no scheme, no host, no query.",
	}
	keyFormat = &format{
		noun:     "a configuration key",
		pattern:  regexp.MustCompile(`^[a-zA-Z0-9_]{2,256}$`),
		excludes: regexp.MustCompile(`(?i)^(?:PORT|K_SERVICE|K_REVISION|K_CONFIGURATION)$`),
		rule:     ruleReserved,
		reason:   "is a variable that the platform sets itself",
		mended:   mendKey,
		certain:  certainKey,
		help: "Use 2 to 256 letters, digits and underscores, as in CTP_API_URL. " +
			"What the value is for belongs into the description.",
	}
	// A text that holds a schedule anywhere is one: the official pattern has
	// no anchors.
	scheduleFormat = &format{
		noun: "a schedule",
		pattern: regexp.MustCompile(`@(?:annually|yearly|monthly|weekly|daily|hourly|reboot)` +
			`|@every (?:\d+(?:ns|us|µs|ms|s|m|h))+` +
			`|(?:(?:(?:\d+,)+\d+|(?:\d+|\*)[/-]\d+|\d+|\*) ?){5,7}`),
		certain: certainSchedule,
		help: "Write a cron expression such as '0 4 * * *', or a word such as '@daily'. " +
			"Keep the quotes: without them * and @ mean something else in YAML.",
	}
)

var mendKey = mend(regexp.MustCompile(`[^a-zA-Z0-9_]+`), "_")

// mend replaces what a pattern matches, and trims it at both ends. It gives up
// on long texts, which were meant to be something else, and on letters that
// would be lost.
func mend(wrong *regexp.Regexp, by string) func(string) string {
	return func(s string) string {
		if strings.ContainsFunc(s, func(c rune) bool { return c > unicode.MaxASCII }) {
			return ""
		}
		s = strings.Trim(wrong.ReplaceAllString(s, by), by)
		if len(s) < 2 || len(s) > 40 {
			return ""
		}
		return s
	}
}

// The fields that several objects have.
var (
	configuration = object{noun: "a configuration", fields: []field{
		optional(keyStandard, list{item: object{
			noun: "an entry of standardConfiguration",
			fields: []field{
				required("key", text{keyFormat}, "key: CTP_API_URL", docKey),
				required("description", text{blankless}, "description: What the value is for", docDescription),
				optional("required", boolean{}, docRequired),
				optional("default", text{blankless}, "The value when the deployment sets none. Values are strings: quote numbers and booleans."),
			},
		}}, "Values that are no secrets."),
		optional(keySecured, list{item: object{
			noun: "an entry of securedConfiguration",
			fields: []field{
				required("key", text{keyFormat}, "key: CTP_CLIENT_SECRET", docKey),
				required("description", text{blankless}, "description: What the secret is for", docDescription),
				optional("required", boolean{}, docRequired),
			},
			hints: map[string]string{
				"default": "A secured value has no default, since everybody could read it. " +
					"Remove the default, or move the entry to standardConfiguration if its value is no secret.",
			},
		}}, "Secrets, which are stored encrypted and have no default."),
	}}

	name = required("name", text{nameFormat}, "name: the-folder-of-the-application",
		"Name of the application and of its folder at the root of the repository. Unique in the file.")
	route = required(endpointKey, text{endpointFormat}, "endpoint: /orders",
		"Path under which the application is reached.")

	settings = optional(keyConfiguration, configuration, "What is set when the application is deployed, as environment variables.")
	commands = optional("scripts", object{noun: "scripts", fields: []field{
		optional("postDeploy", text{blankless}, "Command that runs after a deployment, such as npm run connector:post-deploy."),
		optional("preUndeploy", text{blankless}, "Command that runs before a deployment is removed."),
	}}, "Commands that prepare and clean up.")
	health = optional("healthCheck", object{noun: "a health check", fields: []field{
		required("path", text{endpointFormat}, "path: /health", "Path that answers with a 2xx status while the application is healthy."),
		optional("intervalSeconds", whole{1, 20}, "Seconds between two checks."),
		optional("timeoutSeconds", whole{1, 20}, "Seconds after which a check has failed."),
		optional("unhealthyThreshold", whole{1, 20}, "How many failed checks in a row make the application unhealthy."),
	}}, "How it is checked that the application is well.")
	retries = optional("retryPolicy", choice{
		noun: "a retry policy", key: "strategy", what: "strategy", doc: "When a failed message is delivered again.",
		options: []option{
			{"immediate", "At once.", object{noun: "an immediate retry policy"}},
			{"exponential-backoff", "After a time that grows with each attempt.", object{noun: "an exponential-backoff retry policy", fields: []field{
				required("minBackoffSeconds", whole{1, 600}, "minBackoffSeconds: 10", "Seconds before the first repetition, not more than maxBackoffSeconds."),
				required("maxBackoffSeconds", whole{1, 600}, "maxBackoffSeconds: 600", "Seconds that the time grows to at most."),
				optional("maxAttempts", whole{5, 100}, "How often a message is delivered before it is given up."),
			}}},
		},
	}, "How messages are delivered again that the application failed to handle.")
	properties = required("properties", object{noun: "the properties of a job", fields: []field{
		required("schedule", text{scheduleFormat}, "schedule: '0 4 * * *'", "When the job runs: a cron expression, or a word such as '@daily'. Keep the quotes."),
	}}, "properties:\n  schedule: '0 4 * * *'", "When the job runs.")
)

// What is said of the fields of an entry, standard and secured.
const (
	docKey         = "Name of the environment variable that holds the value. Unique in the configuration."
	docDescription = "What the value is for. Who deploys the connector reads it."
	docRequired    = "Whether a deployment must set the value. Default: false."
)

// assetsOnly are hints for an application that is no program.
var assetsOnly = map[string]string{
	keyConfiguration: "An assets application is a folder of static files: nothing reads its configuration. Remove it.",
	"scripts":        "An assets application is a folder of static files: it has no scripts. Remove them.",
}

var applicationShape = choice{
	noun: "an application", key: keyApplicationType, what: "application type", doc: "What the application is, and so how it is run.",
	options: []option{
		{typeService, "Answers HTTP requests, such as those of API extensions.",
			object{noun: "a service", fields: []field{name, route, settings, commands, health}}},
		{typeEvent, "Handles messages, which arrive as HTTP requests.",
			object{noun: "an event application", fields: []field{name, route, settings, commands, health, retries}}},
		{typeJob, "Runs by a schedule, which calls its endpoint.",
			object{noun: "a job", fields: []field{name, route, settings, commands, properties}}},
		{typeAssets, "A folder of static files.",
			object{noun: "an assets application", fields: []field{name}, hints: assetsOnly}},
		{typeCustomApplication, "A custom application of the Merchant Center. Needs the required standard keys CUSTOM_APPLICATION_ID and ENTRY_POINT_URI_PATH, and CLOUD_IDENTIFIER.",
			object{noun: "a custom application", fields: []field{name, settings, commands}}},
		{typeCustomView, "A custom view of the Merchant Center. Needs the required standard key CUSTOM_VIEW_ID, and CLOUD_IDENTIFIER.",
			object{noun: "a custom view", fields: []field{name, settings, commands}}},
		{typeMcApp, "The old word for merchant-center-custom-application.",
			object{noun: "a custom application", fields: []field{name, settings, commands}}},
		{typeUnknown, "A type that is not named.",
			object{noun: "an application of type unknown", fields: []field{name, route, settings, commands}}},
	},
}

// grammar is the whole of connect.yaml.
var grammar = object{noun: FileName, fields: []field{
	optional("inheritAs", object{noun: "inheritAs", fields: []field{
		optional(keyConfiguration, configuration, "Configuration that all applications get. Its keys stand in no other configuration."),
		optional("apiClient", object{noun: "an API client", fields: []field{
			required("scopes", list{item: text{}, atLeast: 1}, "scopes:\n  - manage_orders", "Scopes that the connector needs, without the project, such as manage_orders."),
		}}, "The API client that a deployment gets."),
	}}, "What all applications have in common."),
	required("deployAs", list{item: applicationShape},
		"deployAs:\n  - name: my-service\n    applicationType: service\n    endpoint: /my-service",
		"The applications of the connector."),
}}
