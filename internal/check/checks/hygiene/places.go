package hygiene

import (
	"fmt"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check/source"
)

// places are where the code of an application does something, of which the first
// stands for all.
type places struct {
	count, files int
	file, last   string
	first        source.Token
}

func (l *places) add(f source.File, at source.Token) {
	if l.count == 0 {
		l.file, l.first = f.Name, at
	}
	if f.Name != l.last {
		l.files++
		l.last = f.Name
	}
	l.count++
}

// String is how many there are: "3 places of 2 files, here first".
func (l *places) String() string {
	switch {
	case l.count == 1:
		return "one place"
	case l.files == 1:
		return fmt.Sprintf("%d places, here first", l.count)
	default:
		return fmt.Sprintf("%d places of %d files, here first", l.count, l.files)
	}
}

// finding is the one about all of them.
func (l *places) finding(message string) api.Finding {
	return api.Finding{Type: api.EntryInformation, Message: message, File: l.file, Line: l.first.Line, Column: l.first.Column}
}
