package documents

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/check"
)

// maxDocumentBytes is the size of the largest document that is read.
const maxDocumentBytes = 1 << 20

// placesOfDocuments are where forges look for a document of the repository.
var placesOfDocuments = []string{".", ".github", "docs"}

// document is a file, or a folder or link of such a name, which is not read.
type document struct {
	file string
	text string
	// read is whether the text is the file's.
	read bool
}

// find returns the first document of these names in these folders, nil when there
// is none.
func find(tree fs.FS, names *regexp.Regexp, folders ...string) (*document, error) {
	for _, folder := range folders {
		entries, err := list(tree, folder)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if !names.MatchString(e.Name()) {
				continue
			}
			d := &document{file: path.Join(folder, e.Name())}
			if e.Type().IsRegular() {
				data, whole, err := check.ReadBounded(tree, d.file, maxDocumentBytes)
				if err != nil {
					return nil, err
				}
				d.text, d.read = string(data), whole
			}
			return d, nil
		}
	}
	return nil, nil
}

func list(tree fs.FS, folder string) ([]fs.DirEntry, error) {
	if folder == "." {
		return fs.ReadDir(tree, ".")
	}
	return check.Folder(tree, folder)
}

var (
	readmeNames = regexp.MustCompile(`(?i)^readme(?:\.[a-z0-9.-]+)?$`)
	// A heading of Markdown, AsciiDoc or HTML, a line that is bold, or the text of a link.
	headings  = regexp.MustCompile(`(?im)^\s*(?:#{1,6}|=+|<h[1-6][^>]*>|\*\*|__)(.*)$|\[([^\]\n]+)\]\(`)
	underline = regexp.MustCompile(`^\s*(?:={3,}|-{3,}|~{3,}|\^{3,})\s*$`)
)

// titles are what a reader may look for in a document: its headings and the texts of
// its links. It rather takes too much for one, since then nothing is reported.
func titles(text string) string {
	var b strings.Builder
	for _, m := range headings.FindAllStringSubmatch(text, -1) {
		b.WriteString(m[1] + m[2] + "\n")
	}
	before := ""
	for line := range strings.Lines(text) {
		if underline.MatchString(line) {
			b.WriteString(before)
		}
		before = line
	}
	return b.String()
}
