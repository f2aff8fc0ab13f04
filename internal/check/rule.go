package check

// Rule describes a rule for people.
type Rule struct {
	ID string
	// Title says in one line what holds when the rule is obeyed.
	Title string
	// Why and Fix are those of its check; "" where only findings say them.
	Why, Fix string
}

// Page is the address of the page about a rule, which docs/checks holds.
func Page(rule string) string {
	return "https://github.com/greenroom-registry/greenroom/blob/main/docs/checks/" + rule + ".md"
}
