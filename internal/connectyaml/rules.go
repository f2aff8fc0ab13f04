package connectyaml

import "slices"

// Rule is one thing that connect.yaml has to obey by itself.
type Rule struct {
	// ID is stable and begins with "spec/": people filter findings by it.
	ID string
	// Summary says in one line what holds when the rule is obeyed.
	Summary string
	// Why says what goes wrong otherwise, and where the rule comes from.
	Why string
	// Fix says what of it is repaired by machine, "" for nothing: its findings may
	// have a fix.
	Fix string
}

// The ids of the rules.
const (
	ruleEncoding        = "spec/encoding"
	ruleSyntax          = "spec/syntax"
	ruleDocument        = "spec/document"
	ruleDepth           = "spec/depth"
	ruleAlias           = "spec/alias"
	ruleExpansion       = "spec/expansion"
	ruleDuplicateKey    = "spec/duplicate-key"
	ruleUnknownKey      = "spec/unknown-key"
	ruleOtherFormat     = "spec/other-format"
	ruleRequired        = "spec/required"
	ruleType            = "spec/type"
	ruleChoice          = "spec/choice"
	ruleBlank           = "spec/blank"
	rulePattern         = "spec/pattern"
	ruleReserved        = "spec/reserved-key"
	ruleRange           = "spec/range"
	ruleItems           = "spec/items"
	ruleBackoff         = "spec/backoff-order"
	ruleConfigTwice     = "spec/duplicate-configuration-key"
	ruleGlobalTwice     = "spec/duplicate-global-key"
	ruleNameTwice       = "spec/duplicate-application"
	ruleMerchantKey     = "spec/merchant-center-key"
	ruleMerchantCloud   = "spec/cloud-identifier"
	ruleMerchantSecured = "spec/merchant-center-secured"
	ruleNoApplications  = "spec/no-applications"
	ruleTemplate        = "spec/template-leftover"
	ruleTooMany         = "spec/too-many-findings"
)

// Rules lists every rule that Parse can report, in a stable order.
func Rules() []Rule { return slices.Clone(rules) }

var rules = []Rule{
	{
		ID: ruleEncoding, Summary: "connect.yaml is UTF-8.",
		Why: "The official reader takes every byte for UTF-8. Of another encoding it reads other letters than were " +
			"written, in descriptions as in keys. An editor that saves UTF-16 is the usual cause.",
	},
	{
		ID: ruleSyntax, Summary: "connect.yaml is YAML 1.2.",
		Why: "The official parser reads YAML 1.2 with the yaml package of npm. Of a file with a mistake of syntax " +
			"it reads nothing, so none of its applications can be deployed. YAML 1.2 forbids tabs in the " +
			"indentation, and gives * @ % and a colon with a space behind it a meaning of their own.",
		Fix: "Quotes a text that begins with * @ % or a backtick, and a description, default or script that has a " +
			"colon and a space inside. Indents with spaces for tabs where all widths of a tab mean the same. Moves a " +
			"dash that can belong to one list only into its column.",
	},
	{
		ID: ruleDocument, Summary: "connect.yaml holds one document, which is not empty.",
		Why: "The official parser reads one document and refuses a file that has two, as it cannot know which of " +
			"them is meant. An empty file is often one that was never saved.",
	},
	{
		ID: ruleDepth, Summary: "Values are nested at most 32 deep.",
		Why: "No part of the format is nested more than six deep, so deeper nesting is a bracket that was not " +
			"closed, or a file that was made to exhaust its reader.",
	},
	{
		ID: ruleAlias, Summary: "An alias comes after its anchor and not inside it, and aliases are resolved at most 100 times.",
		Why: "An unquoted text that begins with a star, such as the cron expression */5 * * * *, is an alias in " +
			"YAML, and there is no anchor for it. The bound of 100 is the official reader's: a few lines of " +
			"aliases can stand for billions of values.",
		Fix: "Quotes a text that was taken for an alias.",
	},
	{
		ID: ruleExpansion, Summary: "The configuration is at most 1 MiB as JSON, once aliases are resolved.",
		Why: "The API answers with the configuration of each application, in every draft and Connector. A file of " +
			"some kilobytes can grow to megabytes by its aliases. The bound is Greenroom's own.",
	},
	{
		ID: ruleDuplicateKey, Summary: "No key stands twice in one object.",
		Why: "YAML 1.2 forbids it, and the official reader refuses the file. Readers that allow it keep one of the " +
			"two values and lose the other in silence. Often a line is copied, or an entry of a list lacks its " +
			"dash.",
		Fix: "Removes the second of two lines that say the same.",
	},
	{
		ID: ruleUnknownKey, Summary: "Only known keys are used.",
		Why: "A key that nobody reads does nothing, while its author counts on it: require: true makes no value " +
			"required. The official parser therefore refuses unknown keys in every object. Only services, event " +
			"applications and jobs have an endpoint, since nothing sends requests to the others.",
		Fix: "Renames a key that is nearly a known one, and removes the endpoint of an application that has none.",
	},
	{
		ID: ruleOtherFormat, Summary: "The file is not of another format: that of the 2023 beta, or a Kubernetes manifest.",
		Why: "Until 2023 a configuration was one list, whose entries had a configurationType. The format of today " +
			"keeps the two kinds apart, in standardConfiguration and securedConfiguration, and the old one is not " +
			"read any more.",
		Fix: "Renames configurationType to configuration where it holds the two lists of today.",
	},
	{
		ID: ruleRequired, Summary: "Required keys are there.",
		Why: "Without them a deployment does not know what to do: which folder to build (name), how to run it " +
			"(applicationType), where to send requests (endpoint), when to run a job (schedule), or what to ask " +
			"the person who deploys it for (key and description).",
	},
	{
		ID: ruleType, Summary: "A value is of the type that its key needs.",
		Why: "The official parser converts nothing: where a text, a list or an object is needed, it takes no other. " +
			"Configuration ends up in environment variables, which are texts, but without quotes YAML reads 19 as a " +
			"number, true as a boolean and {a: b} as an object; as numbers, 010 and 1.0 would not be what was " +
			"written any more.",
		Fix: "Quotes numbers, booleans and brackets where a text is needed, takes quotes away where a number or a " +
			"boolean is, writes yes and no as true and false, and gives an optional key without a value the empty " +
			"one or removes it.",
	},
	{
		ID: ruleChoice, Summary: "applicationType and strategy are one of the known words.",
		Why: "The word decides how the application is built and run, and which other keys it has. Words are " +
			"compared letter for letter: Service is not service.",
		Fix: "Writes the known word where one is nearly right.",
	},
	{
		ID: ruleBlank, Summary: "Texts are not empty, and descriptions, defaults and scripts not only white space.",
		Why: "An empty default is no value for an environment variable, and an empty script nothing to run. Who " +
			"deploys the connector is shown the description and nothing else to know what to fill in.",
		Fix: "Removes an optional key whose text is blank.",
	},
	{
		ID: rulePattern, Summary: "Names, endpoints, configuration keys and schedules have their form.",
		Why: "The name of an application is that of its folder, an endpoint becomes part of a URL, and a " +
			"configuration key the name of an environment variable, which has letters, digits and underscores. A " +
			"schedule that is no cron expression never runs. The forms are the official schema's.",
		Fix: "Takes marks away from a key that is the name of a variable but for them, joins slashes that stand " +
			"side by side, and writes words such as @daily in small letters.",
	},
	{
		ID: ruleReserved, Summary: "PORT, K_SERVICE, K_REVISION and K_CONFIGURATION are no configuration keys, in any case.",
		Why: "The platform sets these variables in each container: PORT is the port on which it sends requests, and " +
			"the K_ variables name the revision that runs. A value of a deployment would be in the way of it, so " +
			"the official schema reserves them.",
	},
	{
		ID: ruleRange, Summary: "Numbers are whole and in their range.",
		Why: "The ranges are the official schema's: 1 to 20 for the seconds and counts of a health check, 1 to 600 " +
			"seconds for the times of a retry policy, and 5 to 100 for its attempts.",
	},
	{
		ID: ruleItems, Summary: "Lists have the items that they need.",
		Why: "An API client without any scope may do nothing. A connector that needs no API client has no apiClient " +
			"at all.",
	},
	{
		ID: ruleBackoff, Summary: "minBackoffSeconds is not more than maxBackoffSeconds.",
		Why: "The time between two deliveries grows from the one to the other. With the two the wrong way round " +
			"there is no such time.",
	},
	{
		ID: ruleConfigTwice, Summary: "No key stands twice in one configuration, standard and secured together.",
		Why: "Each key is one environment variable of the application, so the second value would replace the first. " +
			"A key in both lists would be a secret and readable at once.",
		Fix: "Removes the second of two entries that say the same.",
	},
	{
		ID: ruleGlobalTwice, Summary: "A key of inheritAs.configuration stands in no other configuration.",
		Why: "All applications get the global keys. A key of their own with the same name would be the same " +
			"environment variable, with two values.",
		Fix: "Removes the entry of the application where it says the same as the global one.",
	},
	{
		ID: ruleNameTwice, Summary: "Application names are unique.",
		Why: "The name of an application is that of its folder, and its configuration and its deployment are found " +
			"by it. Two applications of one name would be built from one folder.",
	},
	{
		ID: ruleMerchantKey, Summary: "Merchant Center applications declare the required standard keys of their type.",
		Why: "The build of a custom application puts its id and its entry point into the page that the Merchant " +
			"Center loads; a custom view needs its id. Without the values the Merchant Center does not find it, so " +
			"the official parser wants them declared, under these names, and required.",
		Fix: "Adds the entry, makes it required, or renames one that was meant to be it. The code may read the old " +
			"name; environment/undeclared finds where.",
	},
	{
		ID: ruleMerchantCloud, Summary: "Merchant Center applications have a CLOUD_IDENTIFIER, of their own or a global one.",
		Why: "The page of a custom application asks the API of the region in which the Merchant Center runs, and " +
			"CLOUD_IDENTIFIER says which that is (gcp-eu, aws-us). A value has to be there in every deployment: " +
			"the key is required, or its own entry has a default.",
		Fix: "Adds the entry, or makes the one that is there required.",
	},
	{
		ID: ruleMerchantSecured, Summary: "Merchant Center applications have no securedConfiguration.",
		Why: "A custom application or view runs in the browser of its user. Whatever its build gets is part of the " +
			"files that everybody can load, so there is no place for a secret.",
	},
	{
		ID: ruleNoApplications, Summary: "deployAs has an application.",
		Why: "The official parser lets an empty list pass, but a connector without an application deploys nothing.",
	},
	{
		ID: ruleTemplate, Summary: "Example keys and values of the starter templates are gone.",
		Why: "The official templates show how entries are written. Left in, they ask everybody who deploys the " +
			"connector for a value that no code reads, or give a value that does not work.",
	},
	{
		ID: ruleTooMany, Summary: "Not more than 500 findings are listed.",
		Why: "The first findings tell what is wrong, and many others have the same cause. The bound keeps reports " +
			"small, whatever the file.",
	},
}
