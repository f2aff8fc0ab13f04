// Package secretname tells by its name whether a value is meant to be secret.
package secretname

import "regexp"

var (
	// ending is that of a secret's name: TOKEN_URL and PASSWORD_LENGTH are none.
	ending = regexp.MustCompile(`(?i)(^|_)((client|app|api|shared|webhook|signing|session)?secret(_?key)?|password|passwd|passphrase|private_?key|api_?key|secret_?access_?key|access_?token|auth_?token|api_?token|bearer_?token|refresh_?token|token|encryption_?key|hmac_?key)$`)
	// public is in the names of what is shown to everybody.
	public = regexp.MustCompile(`(?i)(^|_)(public|publishable|client_?key|site_?key|frontend|browser|has|use|enable|enabled|is|search)(_|$)`)
)

// Is tells whether the name of a variable, such as TAX_API_KEY, is that of a secret.
func Is(name string) bool { return ending.MatchString(name) && !public.MatchString(name) }
