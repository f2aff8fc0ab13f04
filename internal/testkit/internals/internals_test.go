package internals

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime/debug"
	"strconv"
	"testing"
)

// Real errors of the kinds that handlers meet are found.
func TestIn(t *testing.T) {
	t.Parallel()
	_, number := strconv.ParseInt("x", 10, 64)
	_, query := url.ParseQuery("%zz")
	_, file := os.Open("/srv/greenroom/key")
	for kind, text := range map[string]string{
		"number":   number.Error(),
		"query":    query.Error(),
		"file":     file.Error(),
		"deadline": fmt.Sprint(context.DeadlineExceeded),
		"canceled": fmt.Errorf("get: %w", context.Canceled).Error(),
		"database": "sql: database is closed",
		"locked":   "database is locked (5) (SQLITE_BUSY)",
		"query 2":  "near: SELECT id FROM draft",
		"type":     fmt.Sprintf("%T", errors.ErrUnsupported),
		"value":    fmt.Sprintf("%T", map[string]any{}),
		"slice":    fmt.Sprintf("%T", []byte{}),
		"stack":    string(debug.Stack()),
		"json":     "json: cannot unmarshal number into Go value of type string",
		"address":  "dial tcp 127.0.0.1:443: connect: refused",
		"scratch":  `{"message":"mkdir /tmp/greenroom-1: no space"}`,
		"windows":  `open C:\\data\\greenroom.db`,
	} {
		if len(In(text)) == 0 {
			t.Errorf("%s: nothing found in %s", kind, text)
		}
	}
}

func TestInOfWhatIsFine(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"message":"Send the body as application/json in UTF-8."}`,
		"Send grant_type=client_credentials, as a form or in the query.",
		"must be an absolute http or https address, such as https://github.com/acme/shop.git.",
		"must be a UUID; a key is written key=my-key. Get one from /oauth/token.",
		"The run with ID '5ab3edcd-9d23-4934-8f48-256805253119' was not found, see /x/v1/drafts.",
		"$.actions[0].action: must be one of setName, unlist.",
	} {
		if told := In(text); len(told) > 0 {
			t.Errorf("%q in %s", told, text)
		}
	}
	if told := In(`but is "/etc/passwd".`, "POST", `{"action":"/etc/passwd"}`); len(told) > 0 {
		t.Errorf("what was sent is told: %q", told)
	}
	if told := In(`but is "/etc/shadow".`, `{"action":"/etc/passwd"}`); len(told) != 1 || told[0] != "a file: /etc/shadow" {
		t.Errorf("found %q", told)
	}
}
