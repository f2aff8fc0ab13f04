package report

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

const (
	// MaxMarkdown bounds Markdown, in bytes: a comment on GitHub has at most as many
	// characters.
	MaxMarkdown = 65_536
	// reserve is kept for what closes a group, and for the last lines.
	reserve = 512
	// maxRows bounds the table of a subject.
	maxRows = 50
)

// Markdown renders results as a comment on a pull request: the verdict, a table
// that counts by application, and the findings of each application, folded. What
// has no room is left out from the first finding on that has none, and the last
// line says how many those are.
func Markdown(subjects []Subject) []byte {
	c := &comment{}
	for _, s := range subjects {
		c.subject(s)
	}
	if c.leftOut > 0 || c.subjects > 0 {
		c.b.WriteString("**Left out, since a comment has no room for more:** " + count(c.leftOut, "finding"))
		if c.subjects > 0 {
			c.b.WriteString(" and the heads of " + count(c.subjects, "result"))
		}
		c.b.WriteString(". `greenroom validate` shows all.\n")
	}
	return []byte(c.b.String())
}

// comment is one while it is written.
type comment struct {
	b strings.Builder
	// leftOut counts findings, and subjects those that have not even a head.
	leftOut, subjects int
	full              bool
}

// add writes text if there is room for it, and nothing that comes later if not.
func (c *comment) add(text string) bool {
	c.full = c.full || c.b.Len()+len(text) > MaxMarkdown-reserve
	if !c.full {
		c.b.WriteString(text)
	}
	return !c.full
}

func (c *comment) subject(s Subject) {
	all := groups(s.Report.Findings)
	if !c.add(head(s, all)) {
		c.subjects++
		c.leftOut += len(s.Report.Findings)
		return
	}
	for _, g := range all {
		c.group(s, g)
	}
}

func (c *comment) group(s Subject, g group) {
	open := ""
	if tally(g.findings)[0] > 0 {
		open = " open"
	}
	name := html.EscapeString(unreferring(plain(g.name(), maxName)))
	summary := fmt.Sprintf("<details%s>\n<summary>%s: %s</summary>\n\n", open, name, strings.Join(counted(g.findings), ", "))
	if !c.add(summary) {
		c.leftOut += len(g.findings)
		return
	}
	for _, f := range g.findings {
		if !c.add(findingInMarkdown(s, f)) {
			c.leftOut++
		}
	}
	c.b.WriteString("</details>\n\n")
}

func (g group) name() string {
	if g.application == "" {
		return "The repository"
	}
	return g.application
}

// head is the verdict, the table, and what was judged by which rules.
func head(s Subject, all []group) string {
	var b strings.Builder
	title := "Greenroom"
	if s.Path != "" && s.Path != "." {
		title = escape(plain(s.Path, maxName))
	}
	fmt.Fprintf(&b, "## %s: %s\n\n", title, s.verdict())
	if len(all) > 0 {
		b.WriteString("| application | errors | warnings | notes |\n| --- | ---: | ---: | ---: |\n")
	}
	for i, g := range all {
		if i == maxRows {
			fmt.Fprintf(&b, "| %d more | | | |\n", len(all)-maxRows)
			break
		}
		n := tally(g.findings)
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", escape(plain(g.name(), maxName)), n[0], n[1], n[2])
	}
	if len(all) > 0 {
		b.WriteByte('\n')
	}
	var facts []string
	for _, known := range []struct{ name, value string }{
		{"Commit", s.Report.Commit}, {"Tree", s.Report.Tree}, {"Ruleset", s.Report.Ruleset},
	} {
		if known.value != "" {
			facts = append(facts, known.name+" "+codeSpan(known.value)+".")
		}
	}
	if len(facts) > 0 {
		b.WriteString(strings.Join(facts, " ") + "\n\n")
	}
	return b.String()
}

func findingInMarkdown(s Subject, f api.Finding) string {
	var b strings.Builder
	place := f
	place.File = s.file(f.File)
	fmt.Fprintf(&b, "**%s**", f.Type)
	if at := Place(place); at != "" {
		b.WriteString(" " + codeSpan(plain(at, maxProse)))
	}
	fmt.Fprintf(&b, " %s\n\n", escape(plain(f.Message, maxProse)))
	b.WriteString(fenced(f.Snippet))
	// Help may end with lines to copy.
	first, lines, _ := strings.Cut(cut(f.Help, maxProse), "\n")
	if first != "" {
		fmt.Fprintf(&b, "%s\n\n%s", escape(first), fenced(lines))
	}
	if f.Why != "" {
		fmt.Fprintf(&b, "Why: %s\n\n", escape(plain(f.Why, maxProse)))
	}
	rule := codeSpan(f.Rule)
	if page, err := url.Parse(f.Page); err == nil && page.Scheme == "https" {
		rule = fmt.Sprintf("[%s](<%s>)", rule, page)
	}
	return b.String() + rule + "\n\n"
}

const (
	// maxProse and maxName bound one text and one name, in characters.
	maxProse = 1200
	maxName  = 100
)

// cut shortens a text.
func cut(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most]) + "…"
}

// plain is a text of at most so many characters on one line.
func plain(text string, most int) string {
	return cut(strings.Join(strings.Fields(text), " "), most)
}

// invisible are characters that turn the order of those around them, or hide.
var invisible = strings.NewReplacer(
	"\u200b", "\ufffd", "\u200e", "\ufffd", "\u200f", "\ufffd", "\u2028", " ", "\u2029", " ",
	"\u202a", "\ufffd", "\u202b", "\ufffd", "\u202c", "\ufffd", "\u202d", "\ufffd", "\u202e", "\ufffd",
	"\u2066", "\ufffd", "\u2067", "\ufffd", "\u2068", "\ufffd", "\u2069", "\ufffd",
)

// harmless is text that shows all that it has.
func harmless(text string) string {
	return invisible.Replace(check.Harmless(strings.ToValidUTF8(text, "\ufffd")))
}

// reference is where GitHub begins a mention or a reference of the text that is left
// when all marks have been read; what follows is kept apart from it.
var reference = regexp.MustCompile("(?i)@|#|gh-")

// unreferring is text on one line that mentions nobody and refers to no issue.
func unreferring(text string) string {
	return reference.ReplaceAllString(strings.NewReplacer("\n", " ", "\t", " ").Replace(harmless(text)), "$0\u200b")
}

// mark is what Markdown can take for one, within a line.
var mark = regexp.MustCompile("[\\\\`*_{}\\[\\]()<>&~|:$.!+=^#-]")

// escape makes text of a text: no mark in it is one, and nothing is linked.
func escape(text string) string { return mark.ReplaceAllString(unreferring(text), `\$0`) }

// longestRun is how many backticks follow each other in a text at most.
func longestRun(text string) int {
	longest, run := 0, 0
	for _, r := range text {
		run++
		if r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

// codeSpan shows text on one line as it is.
func codeSpan(text string) string {
	text = strings.Join(strings.Fields(harmless(text)), " ")
	ticks := strings.Repeat("`", longestRun(text)+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return ticks + text + ticks
}

// fenced shows lines as they are; nothing for no text.
func fenced(text string) string {
	text = strings.Trim(harmless(text), "\n")
	if text == "" {
		return ""
	}
	ticks := strings.Repeat("`", max(3, longestRun(text)+1))
	return ticks + "text\n" + text + "\n" + ticks + "\n\n"
}
