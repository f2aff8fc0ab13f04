package secretname_test

import (
	"testing"

	"github.com/greenroom-registry/greenroom/internal/check/secretname"
)

func TestIs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"CTP_CLIENT_SECRET": true, "API_KEY": true, "apikey": true, "DB_PASSWORD": true, "TOKEN": true,
		"TOKEN_URL": false, "PASSWORD_LENGTH": false, "PUBLIC_API_KEY": false, "ADYEN_CLIENT_KEY": false, "KEY": false, "": false,
	} {
		if secretname.Is(name) != want {
			t.Errorf("%q is a secret's name: %t, want %t", name, !want, want)
		}
	}
}
