package check

// Page is the address of the page about a rule, which docs/checks holds.
func Page(rule string) string {
	return "https://github.com/greenroom-registry/greenroom/blob/main/docs/checks/" + rule + ".md"
}
