package connectyaml

import (
	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/fix"
)

const (
	// maxTrials is how many fixes of a file are tried. The others wait until those
	// have been carried out.
	maxTrials = 64
	// maxTried is how many bytes are read again for that.
	maxTried = 256 << 10
)

// rightFixes takes away each fix after which the file would have the finding still,
// or a new one: it carries out every fix and reads the file again.
func rightFixes(data []byte, findings []api.Finding) {
	trials := 0
	for i := range findings {
		f := &findings[i]
		if f.Fix == nil {
			continue
		}
		if trials++; trials > maxTrials || trials*len(data) > max(maxTried, len(data)) || !isRight(data, *f, findings) {
			f.Fix = nil
		}
	}
}

func isRight(data []byte, f api.Finding, before []api.Finding) bool {
	text, err := fix.Text(data, f.Fix.Edits)
	if err != nil {
		return false
	}
	r := &report{trial: true}
	parse(text, r)
	if f.Rule == ruleSyntax || f.Rule == ruleAlias {
		return readsOn(f, r.findings)
	}
	left := map[string]int{}
	for _, b := range before {
		left[b.Rule]++
	}
	left[f.Rule]--
	for _, a := range r.findings {
		left[a.Rule]--
	}
	for _, n := range left {
		if n < 0 {
			return false
		}
	}
	return true
}

// readsOn says whether the reader gets past the place of a mistake of syntax. Then
// it finds others, which the mistake hid.
func readsOn(f api.Finding, after []api.Finding) bool {
	for _, a := range after {
		if (a.Rule == ruleSyntax || a.Rule == ruleAlias) && a.Line <= f.Line {
			return false
		}
	}
	return true
}
