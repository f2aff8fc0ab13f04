package connectyaml

// Rule is one thing that connect.yaml has to obey by itself.
type Rule struct {
	// ID is stable and begins with "spec/": people filter findings by it.
	ID string
	// Summary says in one line what holds when the rule is obeyed.
	Summary string
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
func Rules() []Rule {
	return []Rule{
		{ruleEncoding, "connect.yaml is UTF-8."},
		{ruleSyntax, "connect.yaml is YAML 1.2."},
		{ruleDocument, "connect.yaml holds one document, which is not empty."},
		{ruleDepth, "Values are nested at most 32 deep."},
		{ruleAlias, "An alias comes after its anchor and not inside it, and aliases are resolved at most 100 times."},
		{ruleExpansion, "The configuration is at most 1 MiB as JSON, once aliases are resolved."},
		{ruleDuplicateKey, "No key stands twice in one object."},
		{ruleUnknownKey, "Only known keys are used."},
		{ruleOtherFormat, "The file is not of another format: that of the 2023 beta, or a Kubernetes manifest."},
		{ruleRequired, "Required keys are there."},
		{ruleType, "A value is of the type that its key needs."},
		{ruleChoice, "applicationType and strategy are one of the known words."},
		{ruleBlank, "Texts are not empty, and descriptions, defaults and scripts not only white space."},
		{rulePattern, "Names, endpoints, configuration keys and schedules have their form."},
		{ruleReserved, "PORT, K_SERVICE, K_REVISION and K_CONFIGURATION are no configuration keys, in any case."},
		{ruleRange, "Numbers are whole and in their range."},
		{ruleItems, "Lists have the items that they need."},
		{ruleBackoff, "minBackoffSeconds is not more than maxBackoffSeconds."},
		{ruleConfigTwice, "No key stands twice in one configuration, standard and secured together."},
		{ruleGlobalTwice, "A key of inheritAs.configuration stands in no other configuration."},
		{ruleNameTwice, "Application names are unique."},
		{ruleMerchantKey, "Merchant Center applications declare the required standard keys of their type."},
		{ruleMerchantCloud, "Merchant Center applications have a CLOUD_IDENTIFIER, of their own or a global one."},
		{ruleMerchantSecured, "Merchant Center applications have no securedConfiguration."},
		{ruleNoApplications, "deployAs has an application."},
		{ruleTemplate, "Example keys and values of the starter templates are gone."},
		{ruleTooMany, "Not more than 500 findings are listed."},
	}
}
