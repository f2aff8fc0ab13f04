package planted_test

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/testkit/txtree"
)

// fault is one that was planted, and where a check has to find it.
type fault struct {
	rule         string
	severity     api.ReportEntryType
	file         string
	line, column int
}

func (f fault) String() string {
	return fmt.Sprintf("%s:%d:%d: %s (%s)", f.file, f.line, f.column, f.rule, f.severity)
}

// planting is a tree of testdata, what was planted in it, and which rule it is
// about; "" for a base.
type planting struct {
	rule   string
	near   bool
	tree   fstest.MapFS
	faults []fault
}

// mark stands in a text right before the place of the fault. ownMark is that of a
// base, once another tree is built upon it.
const (
	mark    = "«"
	ownMark = "‹"
)

// An archive begins with what it is: "Warning, on java: what is wrong." for a fault,
// "On java: why nothing is." for a near miss, and for a base that cannot be clean
// "Warning of layout/build-file: why." A line "at: file" gives the place of a fault
// that is in no text.
var (
	faultHeader = regexp.MustCompile(`^(Error|Warning|Information), on ([a-z-]+): .+\n`)
	nearHeader  = regexp.MustCompile(`^On ([a-z-]+): .+\n`)
	baseHeader  = regexp.MustCompile(`(?m)^(Error|Warning|Information) of ([a-z-]+/[a-z-]+): .+\n`)
	atHeader    = regexp.MustCompile(`(?m)^at: (.+)\n`)
)

func read(t *testing.T, file string) *txtar.Archive {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// own is what a base has planted itself.
func own(base *txtar.Archive) fault {
	m := baseHeader.FindSubmatch(base.Comment)
	if m == nil {
		return fault{}
	}
	return fault{severity: api.ReportEntryType(m[1]), rule: string(m[2])}
}

// load reads testdata/base/name.txtar, testdata/faults/family/rule/name.txtar, or the
// same below near.
func load(t *testing.T, file string) planting {
	t.Helper()
	archive := read(t, file)
	var p planting
	parts := strings.Split(filepath.ToSlash(file), "/")
	if parts[1] == "base" {
		p.finish(archive.Files, own(archive), fault{})
		return p
	}
	p.rule, p.near = path.Join(parts[2], parts[3]), parts[1] == "near"
	planted := fault{rule: p.rule}
	var base string
	if m := faultHeader.FindSubmatch(archive.Comment); m != nil && !p.near {
		planted.severity, base = api.ReportEntryType(m[1]), string(m[2])
	} else if m := nearHeader.FindSubmatch(archive.Comment); m != nil && p.near {
		base = string(m[1])
	} else {
		t.Fatalf("%s does not begin with its header", file)
	}
	under := read(t, filepath.Join("testdata", "base", base+".txtar"))
	for i := range under.Files {
		under.Files[i].Data = []byte(strings.ReplaceAll(string(under.Files[i].Data), mark, ownMark))
	}
	p.finish(overlay(t, under.Files, archive.Files), own(under), planted)
	if m := atHeader.FindSubmatch(archive.Comment); m != nil {
		planted.file = string(m[1])
		p.faults = append(p.faults, planted)
	}
	return p
}

// finish takes the marks out of the texts, as faults of the base and planted ones.
func (p *planting) finish(files []txtar.File, ofBase, planted fault) {
	if planted.rule == "" {
		planted = ofBase
	}
	p.tree = txtree.Of(files)
	for file, entry := range p.tree {
		var text strings.Builder
		for n, line := range strings.SplitAfter(string(entry.Data), "\n") {
			for {
				before, after, marked := strings.Cut(line, mark)
				f := planted
				if !marked {
					if before, after, marked = strings.Cut(line, ownMark); !marked {
						break
					}
					f = ofBase
				}
				f.file, f.line, f.column = file, n+1, utf8.RuneCountInString(before)+1
				p.faults = append(p.faults, f)
				line = before + after
			}
			text.WriteString(line)
		}
		entry.Data = []byte(text.String())
	}
	slices.SortFunc(p.faults, func(a, b fault) int { return strings.Compare(a.String(), b.String()) })
}

// overlay changes the files of a base. A section adds or replaces a file; "remove a"
// takes a file or folder away, and "edit a" applies hunks to it: lines that begin
// with a blank or a minus stand together in the file once, and become those that
// begin with a blank or a plus. Hunks are separated by a line "@@".
func overlay(t *testing.T, files, changes []txtar.File) []txtar.File {
	t.Helper()
	for _, change := range changes {
		name := change.Name
		if removed, ok := strings.CutPrefix(name, "remove "); ok {
			files = remove(t, files, removed)
			continue
		}
		edited, isEdit := strings.CutPrefix(name, "edit ")
		i := slices.IndexFunc(files, func(f txtar.File) bool { return f.Name == edited })
		switch {
		case isEdit && i < 0:
			t.Fatalf("there is no file %s to edit", edited)
		case isEdit:
			files[i].Data = []byte(edit(t, string(files[i].Data), string(change.Data)))
		case i >= 0:
			files[i].Data = change.Data
		default:
			files = append(files, change)
		}
	}
	return files
}

func remove(t *testing.T, files []txtar.File, name string) []txtar.File {
	t.Helper()
	left := slices.DeleteFunc(slices.Clone(files), func(f txtar.File) bool {
		return f.Name == name || strings.HasPrefix(f.Name, name+"/")
	})
	if len(left) == len(files) {
		t.Fatalf("there is no %s to remove", name)
	}
	return left
}

func edit(t *testing.T, text, hunks string) string {
	t.Helper()
	for hunk := range strings.SplitSeq(hunks, "@@\n") {
		var before, after strings.Builder
		for line := range strings.Lines(hunk) {
			if line[0] != '+' {
				before.WriteString(line[1:])
			}
			if line[0] != '-' {
				after.WriteString(line[1:])
			}
		}
		if n := strings.Count(text, before.String()); n != 1 {
			t.Fatalf("the file has %d times:\n%s", n, before.String())
		}
		text = strings.Replace(text, before.String(), after.String(), 1)
	}
	return text
}
