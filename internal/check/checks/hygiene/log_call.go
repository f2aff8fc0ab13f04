package hygiene

import (
	"regexp"
	"slices"

	"github.com/greenroom-registry/greenroom/internal/check/source"
)

// code is what a file says, without its comments.
type code struct {
	source.Tokens
	language source.Language
}

func codeOf(f source.File) code { return code{f.Code(), f.Language} }

var (
	logReceiver = regexp.MustCompile(`(?i)(^console|log|logger|logging|^out|^err|^fmt)$`)
	logMethod   = regexp.MustCompile(`(?i)^(log|dir|table|trace|debug|info|warn|warning|error|exception|critical|fatal|print|println|printf)$`)
)

// isLogCall tells whether the name at an index is that of a function which writes
// to the log: console.log, logger.info, print.
func (c code) isLogCall(name int) bool {
	t := c.At(name)
	if t.Kind != source.Word {
		return false
	}
	if c.At(name-1).Is(".") || c.At(name-1).Is("?.") {
		return logMethod.MatchString(t.Text) && logReceiver.MatchString(c.At(name-2).Text)
	}
	return c.language == source.Python && t.Text == "print"
}

// inLogCall tells whether what stands at an index is an argument of such a call.
func (c code) inLogCall(i int) bool {
	open := c.Opening(i - 1)
	return c.At(open).Is("(") && c.isLogCall(open-1)
}

// asText are functions that write a value out whole.
var asText = []string{"stringify", "dumps", "dict", "str", "inspect"}

// maxNested is how many calls around a value are looked at.
const maxNested = 3

// isLogged tells whether the log gets the value of an expression whole; its tokens
// are those from start to before end.
func (c code) isLogged(start, end int) bool {
	for range maxNested {
		before, behind := c.At(start-1), c.At(end)
		if before.Is("${") && behind.Is("}") {
			return c.inLogCall(start - 1)
		}
		if !before.Is("(") && !before.Is(",") || !behind.Is(")") && !behind.Is(",") {
			return false
		}
		open := c.Opening(start - 1)
		if !c.At(open).Is("(") {
			return false
		}
		if c.isLogCall(open - 1) {
			return true
		}
		if open != start-1 || !slices.Contains(asText, c.At(open-1).Text) {
			return false
		}
		for start = open - 1; c.At(start-1).Is(".") && c.At(start-2).Kind == source.Word; start -= 2 {
		}
		end = c.Closing(open) + 1
	}
	return false
}
