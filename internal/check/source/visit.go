package source

import (
	"errors"
	"sync"

	"github.com/greenroom-registry/greenroom/internal/check"
)

// maxKept is how many bytes of text of an application are kept for further checks.
// Tokens take ten times as much, and up to eighty times in code that nobody writes.
const maxKept = 512 << 10

// kept are the files of an application.
type kept struct {
	files []File
	whole bool
	// tooLarge is whether there is more than is kept.
	tooLarge bool
}

type keptKey struct{}

var errTooLarge = errors.New("more than is kept")

// Visit is Walk on the application of a pass. The checks of a family read and lex
// the files once, if there is not too much of them; else each does so itself.
func Visit(p *check.Pass, visit func(File) error) (whole bool, err error) {
	k, err := check.Once(p, keptKey{}, func() (kept, error) { return keep(p) })
	if err != nil {
		return false, err
	}
	if k.tooLarge {
		return Walk(p.Tree, p.Application.Name, visit)
	}
	for _, f := range k.files {
		if err := visit(f); err != nil {
			return false, err
		}
	}
	return k.whole, nil
}

func keep(p *check.Pass) (kept, error) {
	var k kept
	left := maxKept
	whole, err := Walk(p.Tree, p.Application.Name, func(f File) error {
		if left -= len(f.Text); left < 0 {
			return errTooLarge
		}
		lex := f
		f.tokens = sync.OnceValue(func() Tokens { return lex.Tokens() })
		f.code = sync.OnceValue(func() Tokens { return f.Tokens().WithoutComments() })
		k.files = append(k.files, f)
		return p.Context.Err()
	})
	if errors.Is(err, errTooLarge) {
		return kept{tooLarge: true}, nil
	}
	k.whole = whole
	return k, err
}
