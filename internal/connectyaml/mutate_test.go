package connectyaml_test

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// A mutation changes the text of a connect.yaml a little, mostly for the worse.
type mutation struct {
	name  string
	apply func(m *mutator, text string) string
}

// mutator makes the same choices for the same seed.
type mutator struct{ *rand.Rand }

func pick[T any](m *mutator, from []T) T { return from[m.IntN(len(from))] }

var mutations = []mutation{
	{"key dropped", onBlock(func(_ *mutator, block []string) []string { return nil })},
	{"line dropped", onLine(func(_ *mutator, _ string) []string { return nil })},
	{"key added", onLine(func(m *mutator, l string) []string {
		return []string{l, indent(l) + pick(m, keyWords) + ": " + pick(m, values)}
	})},
	{"key renamed", onLine(renamed)},
	{"value retyped", onLine(func(m *mutator, l string) []string { return []string{withValue(l, pick(m, values))} })},
	{"block duplicated", onBlock(func(_ *mutator, b []string) []string { return slices.Concat(b, b) })},
	{"line duplicated", onLine(func(_ *mutator, l string) []string { return []string{l, l} })},
	{"text cut", func(m *mutator, s string) string { return s[:m.IntN(len(s)+1)] }},
	{"part cut", func(m *mutator, s string) string {
		from := m.IntN(len(s) + 1)
		return s[:from] + s[min(len(s), from+m.IntN(20)):]
	}},
	{"line indented", onLine(func(m *mutator, l string) []string { return []string{shift(m, l)} })},
	{"block indented", onBlock(func(m *mutator, b []string) []string {
		by := pick(m, []string{" ", "  ", "\t"})
		for i := range b {
			b[i] = by + b[i]
		}
		return b
	})},
	{"block outdented", onBlock(func(m *mutator, b []string) []string {
		by := 1 + m.IntN(3)
		for i := range b {
			b[i] = b[i][min(by, len(indent(b[i]))):]
		}
		return b
	})},
	{"value quoted", onLine(quoted)},
	{"value in block form", onLine(func(m *mutator, l string) []string {
		header := pick(m, []string{"|", ">", "|-", ">+", "|2", ">1-", "|9", "| # text", "|x"})
		in := indent(l) + strings.Repeat(" ", m.IntN(5))
		return []string{withValue(l, header), in + valueOf(l), pick(m, []string{"", in, in + " more", in + "# more", "\t" + in})}
	})},
	{"value over lines", onLine(func(m *mutator, l string) []string {
		v, in := valueOf(l), indent(l)+strings.Repeat(" ", m.IntN(4))
		q := pick(m, []string{"", "'", `"`})
		return []string{withValue(l, q+v), pick(m, []string{in + "more" + q, in + "more: " + q, in + "# more" + q, in + q, "\t" + in + "more" + q, in + "- more" + q})}
	})},
	{"tagged", onLine(func(m *mutator, l string) []string {
		return []string{withValue(l, pick(m, tags)+pick(m, []string{" ", " ", ""})+valueOf(l))}
	})},
	{"anchored", func(m *mutator, s string) string {
		s = onLine(func(m *mutator, l string) []string { return []string{withValue(l, "&a "+valueOf(l))} })(m, s)
		return onLine(func(m *mutator, l string) []string {
			return []string{pick(m, []string{withValue(l, "*a"), withValue(l, "*b"), indent(l) + "*a : 1", indent(l) + "<<: *a", withValue(l, "&b *a"), withValue(l, "*a x")})}
		})(m, s)
	}},
	{"directive", func(m *mutator, s string) string { return pick(m, directives) + s }},
	{"second document", onLine(func(m *mutator, l string) []string {
		return []string{pick(m, []string{"---", "...", "--- # next", "---x", "--- |", "... x", " ---", "...#"}), l}
	})},
	{"character inserted", func(m *mutator, s string) string {
		at := m.IntN(len(s) + 1)
		return s[:at] + pick(m, characters) + s[at:]
	}},
	{"character replaced", func(m *mutator, s string) string {
		at := m.IntN(len(s))
		return s[:at] + pick(m, characters) + s[at+1:]
	}},
	{"in flow form", onBlock(func(m *mutator, b []string) []string {
		for i := range b {
			b[i] = indent(b[i]) + pick(m, []string{"", "", ","}) + strings.TrimPrefix(strings.TrimSpace(b[i]), "- ")
		}
		b[0] = indent(b[0]) + pick(m, []string{"{", "[", "x: {", "- {", "- [", "x: ["}) + strings.TrimSpace(b[0])
		end := len(b) - 1
		b[end] += pick(m, []string{"}", "]", " }", "\n}", "\n]", "\n  }", "\n    ]"})
		return b
	})},
	{"comment", onLine(func(m *mutator, l string) []string {
		return pick(m, [][]string{{l + " # c"}, {l + "# c"}, {l, "# c"}, {l, indent(l) + "    # c"}, {l, "\t# c"}, {l + "\t# c"}, {l, ""}, {l, "  \t"}})
	})},
	{"line ends", func(m *mutator, s string) string {
		return strings.ReplaceAll(s, "\n", pick(m, []string{"\r\n", "\r", "\n\n", " \n", "\t\n"}))
	}},
	{"one line end", func(m *mutator, s string) string {
		return onLine(func(m *mutator, l string) []string {
			return []string{l + pick(m, []string{"\r", "\r\r", "\u0085", "\u2028", " \\", "\x00"})}
		})(m, s)
	}},
}

var (
	keyWords = strings.Fields("name applicationType endpoint configuration scripts healthCheck retryPolicy properties " +
		"standardConfiguration securedConfiguration key description required default schedule path strategy " +
		"minBackoffSeconds maxBackoffSeconds maxAttempts intervalSeconds scopes apiClient inheritAs deployAs " +
		"postDeploy preUndeploy configurationType x 12 null '' <<")
	values = []string{
		"", "~", "null", "true", "yes", "12", "1.0", "0x10", "0o7", "010", "1e1", ".inf", ".nan", "-1", "1_000", "12:30",
		"2024-01-01", "text", "/a/b", "/a//b", "'quoted'", `"quoted"`, `""`, "''", `" "`, "[]", "{}", "[a, b]", "{a: b}", "[a: b]",
		"{a}", "{a: {b: [c]}}", "&x y", "*x", "!!str 12", "!!int '12'", "@daily", "'@daily'", "* * * * *", "'* * * * *'", "PORT", "port",
		"service", "event", "job", "assets", "mc-app", "merchant-center-custom-application", "merchant-center-custom-view", "unknown",
		"immediate", "exponential-backoff", "{strategy: immediate}", "{strategy: exponential-backoff, minBackoffSeconds: 5, maxBackoffSeconds: 4}",
		"{path: /health, intervalSeconds: 20}", "{path: /health, timeoutSeconds: 21}", "{schedule: '0 4 * * *'}", "{postDeploy: ' '}",
		"a: b", "a #b", "a#b", "- a", "? a", ": a", "[", "]", "{", "}", ", a", "'a", `"a`, "a'b", "%a", "`a`", "|", ">", "\\", "\"\\x41\"", `"\q"`, `"\ud83d\ude00"`,
		"'it''s'", `"a\"b"`, "'a' b", "[a]b", "[a] b", "{a: b}: c", "\"a\": b", "'a':b", "{\"a\":b}", "[\"a\":b]", "{a:b}", "[a,b]", "[a,,b]", "[,a]", "[a,]", "-", "?", ":", "-a", "?a", ":a", "::", "a:", "a: ", "<<", "=",
		"[ - a ]", "{ ? a : b }", "{ : b }", "{ a: , b: c }", "[ ? a : b ]", "{ 'a', \"b\" }", "é", "日本", "😀",
	}
	tags = []string{
		"!!str", "!!int", "!!float", "!!bool", "!!null", "!!map", "!!seq", "!!binary", "!!timestamp", "!!set", "!!omap", "!!pairs", "!!merge",
		"!", "!a", "!a!b", "!<a>", "!<tag:yaml.org,2002:str>", "!<", "!!", "!!str !!str", "&a !!str", "!!str &a", "!%41", "!a%", "!é", "!a,",
	}
	directives = []string{
		"%YAML 1.2\n---\n", "%YAML 1.1\n---\n", "%YAML 1.3\n---\n", "%YAML 2.0\n---\n", "%YAML 1.2\n", "%YAML\n---\n", "%YAML 1.2 x\n---\n", "%YAML 1.2 # c\n---\n",
		"%YAML 1.2\n%YAML 1.2\n---\n", "%TAG ! !x-\n---\n", "%TAG !a! tag:yaml.org,2002:\n---\n", "%TAG !a!\n---\n", "%TAG\n---\n", "%TAG a b\n---\n", "%FOO bar\n---\n", "%FOO\n", "---\n", "--- ", "---\n---\n",
		"...\n", "# c\n---\n", "\ufeff", "\ufeff---\n", "# c\n", "\n", " ", "\t", "  \n", "\t\n", "--- !!map\n", "--- &a\n", "--- # c\n", "%YAML 1.2\n...\n", "...\n---\n", "#c\n...\n", "---\n...\n",
	}
	characters = []string{
		":", ": ", "#", " #", "-", "- ", "?", "? ", "{", "}", "[", "]", ",", "&", "*", "!", "|", ">", "'", `"`, "%", "@", "`", "\t", " ", "  ", "\n", "\n\n", "\r",
		"\\", "\u0085", "\u2028", "\u00a0", "\ufeff", "\x00", "\x07", "\x7f", "é", "😀", "~", "=", "<<: ", "\n---\n", "\n...\n", "\n- ", "\n  ", ": |\n", "\n\t",
	}
)

// onLine changes one line, which is not blank.
func onLine(change func(*mutator, string) []string) func(*mutator, string) string {
	return func(m *mutator, s string) string {
		lines := strings.Split(s, "\n")
		at := anyLine(m, lines)
		return strings.Join(slices.Replace(lines, at, at+1, change(m, lines[at])...), "\n")
	}
}

// onBlock changes a line and the lines after it that are indented more.
func onBlock(change func(*mutator, []string) []string) func(*mutator, string) string {
	return func(m *mutator, s string) string {
		lines := strings.Split(s, "\n")
		from := anyLine(m, lines)
		to := from + 1
		for to < len(lines) && len(indent(lines[to])) > len(indent(lines[from])) {
			to++
		}
		block := change(m, slices.Clone(lines[from:to]))
		return strings.Join(slices.Replace(lines, from, to, block...), "\n")
	}
}

func anyLine(m *mutator, lines []string) int {
	at := m.IntN(len(lines))
	for range 10 {
		if strings.TrimSpace(lines[at]) != "" {
			break
		}
		at = m.IntN(len(lines))
	}
	return at
}

func indent(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " "))] }

func valueOf(line string) string {
	if _, v, ok := strings.Cut(line, ": "); ok {
		return v
	}
	return strings.TrimPrefix(strings.TrimSpace(line), "- ")
}

func withValue(line, value string) string {
	if k, _, ok := strings.Cut(line, ":"); ok {
		return k + ": " + value
	}
	if strings.HasPrefix(strings.TrimSpace(line), "- ") {
		return indent(line) + "- " + value
	}
	return indent(line) + value
}

func renamed(m *mutator, line string) []string {
	k, v, ok := strings.Cut(line, ":")
	if !ok {
		return []string{line + ":"}
	}
	start := strings.LastIndex(k, " ") + 1
	word := k[start:]
	if m.IntN(2) == 0 || word == "" {
		word = pick(m, keyWords)
	} else {
		at := m.IntN(len(word))
		word = word[:at] + pick(m, []string{"", "x", "S", "_", "'"}) + word[at+1:]
	}
	return []string{k[:start] + word + ":" + v}
}

func shift(m *mutator, line string) string {
	switch m.IntN(4) {
	case 0:
		return strings.TrimPrefix(line, " ")
	case 1:
		return strings.TrimPrefix(line, "  ")
	case 2:
		return pick(m, []string{" ", "  ", "\t"}) + line
	default:
		return strings.Replace(line, "  ", "\t", 1)
	}
}

func quoted(m *mutator, line string) []string {
	v := strings.Trim(valueOf(line), `'"`)
	q := pick(m, []string{"'", `"`, "`"})
	switch m.IntN(5) {
	case 0:
		return []string{withValue(line, q+v)}
	case 1:
		return []string{withValue(line, v+q)}
	case 2:
		return []string{withValue(line, q+v+q+v+q)}
	case 3:
		return []string{withValue(line, v)}
	default:
		return []string{withValue(line, q+v+q)}
	}
}
