package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// Age is a time that is given in days, such as 90d, or like any other: 36h.
type Age time.Duration

// UnmarshalText reads an age. It returns an error for text that is none.
func (a *Age) UnmarshalText(text []byte) error {
	word := string(text)
	if days, ok := strings.CutSuffix(word, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16) // far less than a duration can hold
		if err != nil {
			return fmt.Errorf("expected a number of days up to %d, such as 90d, but got %q", 1<<16-1, word)
		}
		*a = Age(time.Duration(n) * day)
		return nil
	}
	d, err := time.ParseDuration(word)
	if err != nil {
		return fmt.Errorf("expected a time such as 90d or 36h but got %q", word)
	}
	if d < 0 {
		return errors.New("must not be negative")
	}
	*a = Age(d)
	return nil
}

// String is the age as it is given.
func (a Age) String() string {
	if d := time.Duration(a); d > 0 && d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	return time.Duration(a).String()
}
