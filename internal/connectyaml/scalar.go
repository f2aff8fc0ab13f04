package connectyaml

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A schema says what a plain scalar means: the first form that it matches, or
// else a string.
type schema struct {
	first string // the characters that a scalar of another type may begin with
	forms []form
	// known are tags that mean something when they are written, and only then.
	known map[string]form
}

// form is how the values of a type are written.
type form struct {
	tag     string
	pattern *regexp.Regexp
	set     func(n *node, s string)
}

// core is the core schema of YAML 1.2, chapter 10.3.2.
var core = schema{
	first: "~nNtTfF0123456789+-.",
	forms: []form{
		{"!!null", regexp.MustCompile(`^(?:~|[Nn]ull|NULL)?$`), setNull},
		{"!!bool", regexp.MustCompile(`^(?:[Tt]rue|TRUE)$`), setTrue},
		{"!!bool", regexp.MustCompile(`^(?:false|False|FALSE)$`), setFalse},
		{"!!int", regexp.MustCompile(`^0o[0-7]+$`), setInteger(8)},
		{"!!int", regexp.MustCompile(`^[-+]?[0-9]+$`), setInteger(10)},
		{"!!int", regexp.MustCompile(`^0x[0-9a-fA-F]+$`), setInteger(16)},
		{"!!float", regexp.MustCompile(`^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$`), setEndless},
		{"!!float", regexp.MustCompile(`^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+$`), setFloat},
		{"!!float", regexp.MustCompile(`^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)$`), setFloat},
	},
	known: map[string]form{
		"!!binary":    {pattern: regexp.MustCompile(``), set: setOther},
		"!!timestamp": {pattern: timestamp, set: setOther},
		"!!merge":     {pattern: regexp.MustCompile(``), set: setMerge},
	},
}

// legacy is the schema of YAML 1.1, which a file gets that asks for it.
var legacy = schema{
	first: core.first + "yYoO",
	forms: []form{
		core.forms[0],
		{"!!bool", regexp.MustCompile(`^(?:Y|y|[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$`), setTrue},
		{"!!bool", regexp.MustCompile(`^(?:N|n|[Nn]o|NO|false|False|FALSE|[Oo]ff|OFF)$`), setFalse},
		{"!!int", regexp.MustCompile(`^[-+]?0b[0-1_]+$`), setInteger(2)},
		{"!!int", regexp.MustCompile(`^[-+]?0[0-7_]+$`), setInteger(8)},
		{"!!int", regexp.MustCompile(`^[-+]?[0-9][0-9_]*$`), setInteger(10)},
		{"!!int", regexp.MustCompile(`^[-+]?0x[0-9a-fA-F_]+$`), setInteger(16)},
		core.forms[6],
		{"!!float", regexp.MustCompile(`^[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?[eE][-+]?[0-9]+$`), setFloat},
		{"!!float", regexp.MustCompile(`^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*$`), setFloat},
		{"!!int", regexp.MustCompile(`^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+$`), setSexagesimal},
		{"!!float", regexp.MustCompile(`^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$`), setSexagesimal},
		{"!!timestamp", timestamp, setOther},
	},
	known: map[string]form{
		"!!binary": core.known["!!binary"],
		"!!merge":  {pattern: regexp.MustCompile(`^<<$`), set: setMerge},
	},
}

var timestamp = regexp.MustCompile(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}` +
	`(?:(?:t|T|[ \t]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:[ \t]*(?:Z|[-+][012]?[0-9](?::[0-9]{2})?))?)?$`)

// plain makes n the value of a plain scalar without a tag.
func (sc *schema) plain(n *node, s string) {
	if s != "" && !strings.ContainsRune(sc.first, rune(s[0])) {
		setText(n, s)
		return
	}
	for _, f := range sc.forms {
		if f.pattern.MatchString(s) {
			f.set(n, s)
			return
		}
	}
	setText(n, s)
}

// tagged makes n the value of a scalar with a tag. A tag that is not known, or
// not for such a text, makes a string. It returns false for a date that is none.
func (sc *schema) tagged(n *node, tag, s string) bool {
	for _, f := range sc.forms {
		if f.tag == tag && f.pattern.MatchString(s) {
			f.set(n, s)
			return true
		}
	}
	setText(n, s)
	if f, ok := sc.known[tag]; ok {
		if f.pattern.MatchString(s) {
			f.set(n, s)
		} else {
			return tag != "!!timestamp"
		}
	}
	return true
}

func setText(n *node, s string) { n.kind, n.text = kindText, s }

func setNull(n *node, s string)  { n.kind, n.text = kindNull, s }
func setTrue(n *node, s string)  { n.kind, n.text, n.truth = kindBoolean, s, true }
func setFalse(n *node, s string) { n.kind, n.text = kindBoolean, s }
func setOther(n *node, s string) { n.kind, n.text = kindOther, s }
func setMerge(n *node, s string) { n.kind, n.text = kindMerge, s }

func setNumber(n *node, s string, value float64) { n.kind, n.text, n.number = kindNumber, s, value }

func setFloat(n *node, s string) {
	value, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	if err != nil && !math.IsInf(value, 0) {
		value = math.NaN() // YAML 1.1 calls also "._" a float
	}
	setNumber(n, s, value)
}

func setEndless(n *node, s string) {
	value := math.Inf(1)
	if strings.HasSuffix(strings.ToLower(s), "nan") {
		value = math.NaN()
	}
	setNumber(n, s, value)
}

// setInteger reads digits into a float: the grammar compares numbers and
// computes with none.
func setInteger(base float64) func(n *node, s string) {
	prefix := map[float64]string{2: "0b", 8: "0o", 16: "0x"}[base]
	return func(n *node, s string) {
		digits := strings.ReplaceAll(strings.TrimLeft(s, "+-"), "_", "")
		value := 0.0
		for _, d := range strings.ToLower(strings.TrimPrefix(digits, prefix)) {
			value = value*base + float64(strings.IndexRune("0123456789abcdef", d))
		}
		if strings.HasPrefix(s, "-") {
			value = -value
		}
		setNumber(n, s, value)
	}
}

// setSexagesimal reads 1:30 as ninety, as YAML 1.1 does.
func setSexagesimal(n *node, s string) {
	value := 0.0
	for part := range strings.SplitSeq(strings.ReplaceAll(strings.TrimLeft(s, "+-"), "_", ""), ":") {
		f, _ := strconv.ParseFloat(part, 64) // digits and a dot
		value = value*60 + f
	}
	if strings.HasPrefix(s, "-") {
		value = -value
	}
	setNumber(n, s, value)
}
