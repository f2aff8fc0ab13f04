package clients_test

import (
	"fmt"
	"regexp"
	"strings"
)

// What changes from run to run. Each replacement is as long as what it replaces,
// so that tables and wrapped lines stay as they are.
var (
	color       = regexp.MustCompile(`\x1b\[\d+m`)
	uuid        = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	commit      = regexp.MustCompile(`\b[0-9a-f]{40}\b`)
	correlation = regexp.MustCompile(`commercetools-cli-[0-9a-f]{32}`)
	timestamp   = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`)
	userAgent   = regexp.MustCompile(`node\.js/[\d.]+ \([^)]*\)`)
	lineEnd     = regexp.MustCompile(` +\n`)
)

// normalize replaces what changes from run to run, the same id by the same text
// throughout, and drops the blanks that fill a line.
func normalize(text, serverURL string) string {
	text = strings.ReplaceAll(text, serverURL, "http://127.0.0.1:18080")
	text = color.ReplaceAllString(text, "")
	text = uuid.ReplaceAllStringFunc(text, numbered("00000000-0000-4000-8000-%012d"))
	text = commit.ReplaceAllStringFunc(text, numbered("%040d"))
	text = correlation.ReplaceAllString(text, "commercetools-cli-"+strings.Repeat("0", 32))
	text = userAgent.ReplaceAllString(text, "node.js/20.20.2 (linux; x64)")
	text = timestamp.ReplaceAllString(text, "2026-01-01T00:00:00.000Z")
	return lineEnd.ReplaceAllString(text, "\n")
}

// numbered counts the different texts that it is given.
func numbered(format string) func(string) string {
	known := make(map[string]string)
	return func(text string) string {
		if known[text] == "" {
			known[text] = fmt.Sprintf(format, len(known)+1)
		}
		return known[text]
	}
}
