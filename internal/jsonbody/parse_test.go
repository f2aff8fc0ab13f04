package jsonbody

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

// problemOf returns the caller's view of err, which must be one.
func problemOf(t *testing.T, err error) problem.Error {
	t.Helper()
	var p *problem.Error
	if !errors.As(err, &p) {
		t.Fatalf("error %v, want a *problem.Error", err)
	}
	if p.Status != http.StatusBadRequest || len(p.Objects) == 0 {
		t.Fatalf("status %d with %d objects, want 400 with some", p.Status, len(p.Objects))
	}
	for _, o := range p.Objects {
		if o.Code != api.CodeInvalidJSONInput || o.Message == "" || o.DetailedErrorMessage == "" {
			t.Fatalf("object %+v, want InvalidJsonInput with a message and its details", o)
		}
	}
	return *p
}

// nested is n arrays or objects inside each other.
func nested(open, inside, end string, n int) string {
	return strings.Repeat(open, n) + inside + strings.Repeat(end, n)
}

func nothing(*Object) struct{} { return struct{}{} }

func TestDecodeAcceptsJSON(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{}`,
		" \t\r\n{ } \n",
		`{"a": null, "A": true, "b": [1, -2.5e3, "x", {}, []]}`,
		`{"a": "\u0001 \ud83d\ude00 \\ \/ ä"}`,
		nested(`{"a":`, `1`, `}`, 100),
		`{"a":` + nested(`[`, ``, `]`, 99) + `}`,
	} {
		if _, err := Decode([]byte(body), nothing); err != nil {
			t.Errorf("%.80s: %v", body, err)
		}
	}
}

func TestDecodeRefusesWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, detail string }{
		{"empty", ``, "The body is empty; send a JSON object."},
		{"blank", " \n", "The body is empty; send a JSON object."},
		{"cut off", `{"a": [1`, "Line 1, column 9: the text ends too early."},
		{"place in lines of wide characters", "{\n \"ä\": tru}", "Line 2, column 10: invalid character '}' in literal true (expecting 'e')."},
		{"repeated name", `{"a":1,"a":2}`, "Line 1, column 8: duplicate object member name."},
		{"repeated name, escaped", `{"a":1,"\u0061":2}`, "Line 1, column 8: duplicate object member name."},
		{"repeated name further in", `{"a":[{"b":1,"b":1}]}`, "Line 1, column 14: duplicate object member name."},
		{"second value", `{} {}`, "Line 1, column 5: there is text after the end of the body."},
		{"trailing text", `{}x`, "Line 1, column 3: invalid character 'x' at start of value."},
		{"trailing comma", `{"a":1,}`, "Line 1, column 7: invalid character ',' at start of value."},
		{"NUL, escaped", `{"a":"b\u0000"}`, `Line 1, column 15: a string contains the character NUL (\u0000).`},
		{"NUL in a name", `{"\u0000":1}`, `Line 1, column 10: a string contains the character NUL (\u0000).`},
		{"NUL", "{\"a\":\"\x00\"}", `Line 1, column 7: invalid character '\x00' in string (expecting non-control character).`},
		{"invalid UTF-8", "{\"a\":\"\xff\"}", "Line 1, column 7: invalid UTF-8."},
		{"invalid UTF-8 in a name", "{\"\xc3\x28\":1}", "Line 1, column 3: invalid UTF-8."},
		{"lone high surrogate", `{"a":"\ud800"}`, "Line 1, column 7: invalid surrogate pair `\\ud800\"}` in string."},
		{"lone low surrogate", `{"a":"\udc00abcdefg"}`, "Line 1, column 7: invalid surrogate pair `\\udc00abcdef` in string."},
		{"surrogates the wrong way round", `{"a":"\udc00\ud800"}`, "Line 1, column 7: invalid surrogate pair `\\udc00\\ud800` in string."},
		{"byte order mark", "\ufeff{}", `Line 1, column 1: invalid character '\ufeff' at start of value.`},
		{"no number", `{"a":NaN}`, "Line 1, column 6: invalid character 'N' at start of value."},
		{"leading zero", `{"a":01}`, "Line 1, column 7: invalid character '1' after object value (expecting ',' or '}')."},
		{"line end in a string", "{\"a\":\"\n\"}", `Line 1, column 7: invalid character '\n' in string (expecting non-control character).`},
		{"objects too deep", nested(`{"a":`, `1`, `}`, 101), "Line 1, column 502: it is nested deeper than 100 levels."},
		{"arrays too deep", `{"a":` + nested(`[`, ``, `]`, 100) + `}`, "Line 1, column 106: it is nested deeper than 100 levels."},
		{"far too deep", strings.Repeat(`[`, 1<<20), "Line 1, column 102: it is nested deeper than 100 levels."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := Decode([]byte(tc.body), nothing)
			o := problemOf(t, err).Objects
			if o[0].Message != "Request body does not contain valid JSON." {
				t.Errorf("message %q, want the fixed one of the contract", o[0].Message)
			}
			if diff := cmp.Diff(tc.detail, o[0].DetailedErrorMessage); diff != "" || len(o) != 1 {
				t.Errorf("%d details (-want +got):\n%s", len(o), diff)
			}
		})
	}
}

func TestDecodeRefusesWhatIsNoObject(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`null`: "null", `true`: "a boolean", `1`: "a number", `"a"`: "a string", `[]`: "an array",
	} {
		_, err := Decode([]byte(body), nothing)
		if got := problemOf(t, err).Objects[0].DetailedErrorMessage; got != "$: must be an object, but is "+want+"." {
			t.Errorf("%s: %q", body, got)
		}
	}
}

// FuzzDecode: what is accepted is what the standard library takes for one JSON
// object, without the texts in which readers differ.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"version":1,"actions":[{"action":"setName","name":"ä😀"}]}`, `{"a":1,"a":2}`, `{"a":"\ud83d\ude00"}`,
		`{"a":"\ud800"}`, `{"a":"\u0000"}`, `{"version":1e3,"texts":["a","a"],"flag":false}`, `[1]`, "{\"a\":\"\xff\"}", `{} 1`,
		nested(`[`, ``, `]`, 101),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		members, err := Decode(body, readEverything)
		if err != nil {
			problemOf(t, err)
			return
		}
		if !utf8.Valid(body) || bytes.Contains(body, []byte{0}) {
			t.Errorf("accepted %q", body)
		}
		var want map[string]any
		if err := json.Unmarshal(body, &want); err != nil {
			t.Fatalf("accepted %q, which is no JSON object: %v", body, err)
		}
		if len(members) != len(want) {
			t.Errorf("%d members of %q, want %d: a name is repeated", len(members), body, len(want))
		}
	})
}

// readEverything asks for members of every type, and returns all that there are.
func readEverything(o *Object) map[string]any {
	o.Int("version", -1<<62)
	o.String("name", free)
	o.Strings("texts", free)
	if o.Has("flag") {
		o.RequiredBool("flag")
	}
	if o.Has("actions") {
		for _, a := range o.Objects("actions", 3) {
			a.RequiredString("action", free)
		}
	}
	return o.members
}

func free(string) string { return "" }
