package jsonbody

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// details decodes body and returns what is wrong with it.
func details[T any](t *testing.T, body string, read func(*Object) T) []string {
	t.Helper()
	_, err := Decode([]byte(body), read)
	if err == nil {
		return nil
	}
	var out []string
	for _, o := range problemOf(t, err).Objects {
		if want := "Request body is not valid: " + strings.Replace(o.DetailedErrorMessage, ": ", " ", 1); o.Message != want {
			t.Errorf("message %q, want %q", o.Message, want)
		}
		out = append(out, o.DetailedErrorMessage)
	}
	return out
}

// short is a rule.
func short(v string) string {
	if len(v) > 3 {
		return "must be short."
	}
	return ""
}

type everything struct {
	Text, Needed  string
	Texts         []string
	FewTexts      []string
	NeededTexts   []string
	Number        int64
	NeededNumber  int64
	Flag          bool
	Inner         string
	InnerElements []string
}

func readAll(o *Object) everything {
	e := everything{
		Text:         o.String("text", short),
		Needed:       o.RequiredString("needed", short),
		Texts:        o.Strings("texts", short),
		FewTexts:     o.StringsUpTo(2, "fewTexts", short),
		NeededTexts:  o.RequiredStrings("neededTexts", short),
		Number:       o.Int("number", 1),
		NeededNumber: o.RequiredInt("neededNumber", 1),
		Flag:         o.RequiredBool("flag"),
	}
	if inner := o.Object("inner"); inner != nil {
		e.Inner = inner.RequiredString("text", short)
	}
	for _, element := range o.Objects("elements", 3) {
		e.InnerElements = append(e.InnerElements, element.RequiredString("text", short))
	}
	return e
}

const complete = `{"text": "a", "needed": "b", "texts": ["x", "y", "x"], "fewTexts": ["x", "x"], "neededTexts": [], "number": 7, "neededNumber": 9007199254740993,
	"flag": true, "inner": {"text": "c"}, "elements": [{"text": "d"}, {"text": ""}]}`

func TestObject(t *testing.T) {
	t.Parallel()
	got, err := Decode([]byte(complete), readAll)
	if err != nil {
		t.Fatal(err)
	}
	want := everything{
		Text: "a", Needed: "b", Texts: []string{"x", "y"}, FewTexts: []string{"x"}, NeededTexts: []string{}, Number: 7, NeededNumber: 9007199254740993,
		Flag: true, Inner: "c", InnerElements: []string{"d", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestObjectReportsEverything(t *testing.T) {
	t.Parallel()
	missing := []string{
		"$.needed: is required.", "$.neededTexts: is required.", "$.neededNumber: is required.",
		"$.flag: is required.", "$.inner: is required.", "$.elements: is required.",
	}
	for _, tc := range []struct {
		name, body string
		want       []string
	}{
		{"absent", `{}`, missing},
		{"null", `{"needed": null, "neededTexts": null, "neededNumber": null, "flag": null, "inner": null, "elements": null, "text": null}`, missing},
		{"another case", `{"Needed": "", "neededtexts": [], "NEEDEDNUMBER": 1, "Flag": true, "iNNer": {}, "elementS": []}`, missing},
		{"other types", `{"text": 1, "needed": true, "texts": "x", "fewTexts": 1, "neededTexts": {}, "number": "7", "neededNumber": [],
			"flag": "true", "inner": [], "elements": {}}`, []string{
			"$.text: must be a string, but is a number.",
			"$.needed: must be a string, but is a boolean.",
			"$.texts: must be an array, but is a string.",
			"$.fewTexts: must be an array, but is a number.",
			"$.neededTexts: must be an array, but is an object.",
			"$.number: must be an integer, but is a string.",
			"$.neededNumber: must be an integer, but is an array.",
			"$.flag: must be true or false, but is a string.",
			"$.inner: must be an object, but is an array.",
			"$.elements: must be an array, but is an object.",
		}},
		{"inside", `{"text": "long", "needed": "", "texts": ["a", "long", 1, null], "fewTexts": ["a", "long", "a"], "neededTexts": ["long"], "number": 0, "neededNumber": 1,
			"flag": false, "inner": {"text": 1}, "elements": [{"text": "long"}, 5, null, {}]}`, []string{
			"$.text: must be short.",
			"$.texts[1]: must be short.",
			"$.texts[2]: must be a string, but is a number.",
			"$.texts[3]: must be a string, but is null.",
			"$.fewTexts: must have at most 2 elements, but has 3.",
			"$.neededTexts[0]: must be short.",
			"$.number: must be at least 1, but is 0.",
			"$.inner.text: must be a string, but is a number.",
			"$.elements: must have at most 3 elements, but has 4.",
		}},
		{"elements", `{"needed": "", "neededTexts": [], "neededNumber": 1, "flag": false, "inner": {"text": ""},
			"elements": [{"text": "long"}, 5, {}]}`, []string{
			"$.elements[1]: must be an object, but is a number.",
			"$.elements[0].text: must be short.",
			"$.elements[2].text: is required.",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, details(t, tc.body, readAll)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestInt(t *testing.T) {
	t.Parallel()
	read := func(o *Object) int64 { return o.Int("n", -5) }
	for digits, want := range map[string]int64{"-5": -5, "0": 0, "-0": 0, "9223372036854775807": 1<<63 - 1} {
		if got, err := Decode(fmt.Appendf(nil, `{"n": %s}`, digits), read); err != nil || got != want {
			t.Errorf("%s is read as %d, error %v", digits, got, err)
		}
	}
	for digits, want := range map[string]string{
		"-6":                     "must be at least -5, but is -6.",
		"1.0":                    "must be an integer, but is 1.0.",
		"1e2":                    "must be an integer, but is 1e2.",
		"9223372036854775808":    "must be an integer of 64 bits, but is 9223372036854775808.",
		strings.Repeat("9", 300): "must be an integer of 64 bits, but is " + strings.Repeat("9", 200) + "….",
	} {
		if diff := cmp.Diff([]string{"$.n: " + want}, details(t, `{"n": `+digits+`}`, read)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", digits, diff)
		}
	}
}

func TestFail(t *testing.T) {
	t.Parallel()
	got := details(t, `{"inner": {"x": 1}}`, func(o *Object) any {
		o.Object("inner").Fail("x", "is odd.")
		return nil
	})
	if diff := cmp.Diff([]string{"$.inner.x: is odd."}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A body of 1 MiB must not be answered with a hundred.
func TestProblemsAreBounded(t *testing.T) {
	t.Parallel()
	of := func(n int) []string {
		return details(t, `{"texts": [`+strings.TrimSuffix(strings.Repeat("0,", n), ",")+`]}`,
			func(o *Object) []string { return o.Strings("texts", short) })
	}
	if got := of(100); len(got) != 100 || got[99] != "$.texts[99]: must be a string, but is a number." {
		t.Errorf("%d problems for 100, the last %q", len(got), got[len(got)-1])
	}
	if got := of(500_000); len(got) != 101 || got[100] != "$: has 499900 more problems." {
		t.Errorf("%d problems for 500000, the last %q", len(got), got[len(got)-1])
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       "",
		strings.Repeat("ä", 200): strings.Repeat("ä", 200),
		strings.Repeat("ä", 201): strings.Repeat("ä", 200) + "…",
	} {
		if got := Cut(text); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
