package gitsource

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

const maxTagLength = 255 // in code points

// CheckTag says what is wrong with the name of a tag: the rules are those of git
// check-ref-format for refs/tags/<tag>, and that it does not begin with a dash,
// so that no command can take it for an option. The error is the rest of a
// sentence that begins with the tag's name, fit for a user.
func CheckTag(tag string) error {
	switch {
	case tag == "":
		return errors.New("must not be empty")
	case !utf8.ValidString(tag):
		return errors.New("must be valid UTF-8")
	case utf8.RuneCountInString(tag) > maxTagLength:
		return fmt.Errorf("must have at most %d characters", maxTagLength)
	case tag[0] == '-':
		return errors.New("must not begin with a dash")
	case strings.Contains(tag, ".."):
		return errors.New("must not contain two dots in a row")
	case strings.Contains(tag, "@{"):
		return errors.New("must not contain @{")
	case strings.HasSuffix(tag, "."):
		return errors.New("must not end in a dot")
	}
	for _, r := range tag {
		if r < ' ' || r == 0x7f {
			return fmt.Errorf("must not contain the control character U+%04X", r)
		}
		if strings.ContainsRune(` ~^:?*[\`, r) {
			return fmt.Errorf("must not contain %q, which Git allows in no tag", r)
		}
	}
	for part := range strings.SplitSeq(tag, "/") {
		switch {
		case part == "":
			return errors.New("must not begin or end with a slash or contain two in a row")
		case part[0] == '.':
			return errors.New("must not begin with a dot, nor may what follows a slash")
		case strings.HasSuffix(part, ".lock"):
			return errors.New("must not end in .lock, nor may what precedes a slash")
		}
	}
	return nil
}
