package secrets

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

// maxFileBytes is the size of the largest file that is searched: one such text is
// in memory at a time.
const maxFileBytes = 1 << 20

// severity judges a leak; "" leaves it out.
type severity func(leak) api.ReportEntryType

// scanFolder searches the files of a folder, one after the other.
func scanFolder(p *check.Pass, folder string, judge severity) error {
	return fs.WalkDir(p.Tree, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			d, err := detector()
			if err != nil {
				return err
			}
			if d.skips(name) {
				return fs.SkipDir
			}
			return nil
		}
		return scanFile(p, name, entry, judge)
	})
}

// scanFile reports what is found in a file. Links and special files are left
// alone, and so are files that gitleaks has on its list of allowed ones.
func scanFile(p *check.Pass, name string, entry fs.DirEntry, judge severity) error {
	d, err := detector()
	if err != nil {
		return err
	}
	if !entry.Type().IsRegular() || d.skips(name) {
		return p.Context.Err()
	}
	data, whole, err := check.ReadBounded(p.Tree, name, maxFileBytes)
	if err != nil || !whole {
		return err
	}
	if isBinary(data) {
		data = nil // a name may be enough
	}
	found := d.find(p.Context, name, string(data))
	for _, text := range found.unjudged {
		redact(p, text)
	}
	for _, l := range found.leaks {
		// Also of what is left out: another check may quote the line.
		redact(p, l.secret)
		if severity := judge(l); severity != "" {
			p.Report(l.finding(severity))
		}
	}
	return p.Context.Err()
}

// isBinary tells as Git does: a text has no zero byte near its beginning.
func isBinary(data []byte) bool {
	return bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0
}

// redact keeps a secret out of the run, whole and by the line, as snippets show it.
func redact(p *check.Pass, secret string) {
	if secret == "" {
		return // the name of the file gave it away
	}
	p.Redact(secret)
	if !strings.Contains(secret, "\n") {
		return
	}
	for line := range strings.Lines(secret) {
		line = strings.TrimSpace(line)
		if len(line) >= minRedactedLine && !strings.HasPrefix(line, "-----") {
			p.Redact(line)
		}
	}
}

// minRedactedLine is the length from which a line of a secret gives something away.
// A shorter one, say a bracket, would black out innocent text.
const minRedactedLine = 8

func (l leak) finding(severity api.ReportEntryType) api.Finding {
	f := api.Finding{
		Type:    severity,
		Message: fmt.Sprintf("%s holds what looks like a secret (%s): %s", l.file, l.rule, l.description),
		File:    l.file,
		Line:    l.line,
		Column:  l.column,
		Snippet: l.snippet,
	}
	if l.guessed {
		f.Help = "If it is a real secret: " + howToRepair +
			" If it is not, use a value that is plainly made up, such as your-client-secret."
	}
	return f
}
