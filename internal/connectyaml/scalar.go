package connectyaml

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// The core schema of YAML 1.2, chapter 10.3.2: what a plain scalar means.
var (
	coreNull  = regexp.MustCompile(`^(?:~|[Nn]ull|NULL)?$`)
	coreTrue  = regexp.MustCompile(`^(?:[Tt]rue|TRUE)$`)
	coreFalse = regexp.MustCompile(`^(?:[Ff]alse|FALSE)$`)
	coreInt   = regexp.MustCompile(`^[-+]?[0-9]+$`)
	coreOctal = regexp.MustCompile(`^0o[0-7]+$`)
	coreHex   = regexp.MustCompile(`^0x[0-9a-fA-F]+$`)
	coreInf   = regexp.MustCompile(`^[-+]?\.(?:inf|Inf|INF)$`)
	coreNaN   = regexp.MustCompile(`^\.(?:nan|NaN|NAN)$`)
	coreFloat = regexp.MustCompile(`^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+)$`)
)

// resolveCore is the value of a plain scalar.
func resolveCore(s string, n *node) {
	n.text = s
	switch {
	case coreNull.MatchString(s):
		n.kind = kindNull
	case coreTrue.MatchString(s):
		n.kind, n.truth = kindBoolean, true
	case coreFalse.MatchString(s):
		n.kind = kindBoolean
	case coreInt.MatchString(s):
		n.kind, n.number = kindNumber, number(s, 10)
	case coreOctal.MatchString(s):
		n.kind, n.number = kindNumber, number(s[2:], 8)
	case coreHex.MatchString(s):
		n.kind, n.number = kindNumber, number(s[2:], 16)
	case coreInf.MatchString(s):
		n.kind, n.number = kindNumber, math.Inf(1)
	case coreNaN.MatchString(s):
		n.kind, n.number = kindNumber, math.NaN()
	case coreFloat.MatchString(s):
		n.kind, n.number = kindNumber, float(s)
	default:
		n.kind = kindText
	}
}

func float(s string) float64 {
	f, _ := strconv.ParseFloat(strings.TrimPrefix(s, "+"), 64) // the pattern leaves overflow alone, which is infinite
	return f
}

func number(digits string, base int) float64 {
	if base == 10 {
		return float(digits)
	}
	f := 0.0
	for _, d := range digits {
		v, _ := strconv.ParseInt(string(d), base, 64) // the pattern leaves digits alone
		f = f*float64(base) + float64(v)
	}
	return f
}
