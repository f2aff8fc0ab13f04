package source

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/check"
)

// Bounds of a walk: what is beyond them is not read.
const (
	maxFiles     = 5000
	maxFileBytes = 512 << 10
	maxBytes     = 32 << 20
	maxDepth     = 24
	// maxLine is the mean length of the lines of a file that a person wrote.
	maxLine = 400
)

// File is one of an application.
type File struct {
	// Name is the path in the tree.
	Name string
	// Language is 0 for a file of none that the lexer knows.
	Language Language
	// Role is what it is there for.
	Role Role
	// Text is what it says.
	Text string

	// tokens and code are there when they are found once for many.
	tokens, code func() Tokens
}

// Tokens are those of the file, none when its language is not known.
func (f File) Tokens() Tokens {
	switch {
	case f.Language == 0:
		return nil
	case f.tokens != nil:
		return f.tokens()
	default:
		return Lex(f.Language, f.Text)
	}
}

// Code is the tokens of the file that are no comments.
func (f File) Code() Tokens {
	if f.code != nil {
		return f.code()
	}
	return f.Tokens().WithoutComments()
}

// Walk reads the files of a folder one after the other, in the order of their
// names: source code, and settings in which a name may stand. Dependencies, built
// and minified files are left out. whole is false when a file or folder was left
// out for its size, its number or because it is a link. The error is that of the
// tree or of visit.
func Walk(tree fs.FS, folder string, visit func(File) error) (whole bool, err error) {
	entries, err := check.Folder(tree, folder)
	if err != nil {
		return false, err
	}
	w := &walker{tree: tree, root: folder, visit: visit, whole: true}
	err = w.folder(folder, entries, 0)
	return w.whole, err
}

type walker struct {
	tree  fs.FS
	root  string
	visit func(File) error
	files int
	bytes int
	whole bool
}

// left are the folders that hold what others wrote, or what is built.
var left = []string{
	"node_modules", "dist", "build", "out", "coverage", "vendor", "target", "venv", "__pycache__", "bower_components", "third_party",
}

func (w *walker) folder(name string, entries []fs.DirEntry, depth int) error {
	if depth > maxDepth {
		w.whole = false
		return nil
	}
	for _, e := range entries {
		full := path.Join(name, e.Name())
		switch {
		case e.IsDir():
			if slices.Contains(left, e.Name()) || strings.HasPrefix(e.Name(), ".") {
				continue
			}
			below, err := fs.ReadDir(w.tree, full)
			if err != nil {
				return err
			}
			if err := w.folder(full, below, depth+1); err != nil {
				return err
			}
		case !e.Type().IsRegular():
			w.whole = false
		case isRead(e.Name()):
			if err := w.file(full); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walker) file(name string) error {
	if w.files++; w.files > maxFiles || w.bytes > maxBytes {
		w.whole = false
		return nil
	}
	data, whole, err := check.ReadBounded(w.tree, name, maxFileBytes)
	if err != nil {
		return err
	}
	w.bytes += len(data)
	if !whole || isMinified(name, data) {
		w.whole = false
		return nil
	}
	return w.visit(File{Name: name, Language: LanguageOf(name), Role: RoleOf(strings.TrimPrefix(name, w.root+"/")), Text: strings.ToValidUTF8(string(data), "\uFFFD")})
}

// settings are the extensions of files that are no code and may name what the code
// reads.
var settings = []string{
	".json", ".yaml", ".yml", ".properties", ".xml", ".toml", ".ini", ".html", ".vue", ".svelte", ".sh", ".kt", ".groovy", ".gradle", ".kts", ".ejs",
}

func isRead(name string) bool {
	if slices.Contains([]string{"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml"}, name) {
		return false
	}
	return LanguageOf(name) != 0 || slices.Contains(settings, strings.ToLower(path.Ext(name))) ||
		name == "Procfile" || name == "Dockerfile"
}

func isMinified(name string, data []byte) bool {
	if LanguageOf(name) == 0 {
		return false
	}
	lines := 1 + strings.Count(string(data), "\n")
	return strings.Contains(path.Base(name), ".min.") || len(data) > 10*maxLine && len(data)/lines > maxLine
}
