package secrets

import (
	"context"
	"strings"
)

// Knows tells whether this family says that the secret stands in a text of the file,
// so that no other check has to. The error is that of loading the rules.
func Knows(ctx context.Context, file, text, secret string) (bool, error) {
	d, err := detector()
	if err != nil {
		return false, err
	}
	for _, l := range d.find(ctx, file, text).leaks {
		if l.secret != "" && (strings.Contains(l.secret, secret) || strings.Contains(secret, l.secret)) {
			return true, nil
		}
	}
	return false, nil
}
