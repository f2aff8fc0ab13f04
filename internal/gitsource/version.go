package gitsource

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// gitVersion is major, minor, patch.
type gitVersion [3]int

// minimumVersion is the oldest git that the tests have run with. An older one
// ignores settings that it does not know in silence, the pinned address with them
// (2.37).
var minimumVersion = gitVersion{2, 39, 0}

func (v gitVersion) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

func (v gitVersion) less(w gitVersion) bool {
	for i := range v {
		if v[i] != w[i] {
			return v[i] < w[i]
		}
	}
	return false
}

var versionText = regexp.MustCompile(`^git version (\d+)\.(\d+)(?:\.(\d+))?`)

// parseVersion reads what git version prints, such as "git version 2.39.5 (Apple
// Git-154)".
func parseVersion(printed string) (gitVersion, error) {
	parts := versionText.FindStringSubmatch(printed)
	if parts == nil {
		return gitVersion{}, fmt.Errorf("%.100q is no version of git", printed)
	}
	var v gitVersion
	for i, digits := range parts[1:] {
		if digits == "" {
			continue
		}
		n, err := strconv.Atoi(digits)
		if err != nil {
			return gitVersion{}, fmt.Errorf("%.100q is no version of git: %w", printed, err)
		}
		v[i] = n
	}
	return v, nil
}

// checkVersion refuses a git that is too old.
func (s *Source) checkVersion() (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	sc, err := s.newScratch()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sc.remove()) }()
	var printed boundedBuffer
	cmd := s.gitCommand(ctx, sc, nil, invocation{command: "version"})
	cmd.Stdout = &printed
	if err := start(cmd); err != nil {
		return fmt.Errorf("start %s version: %w", s.git, err)
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("run %s version: %w", s.git, err)
	}
	v, err := parseVersion(printed.String())
	if err != nil {
		return err
	}
	if v.less(minimumVersion) {
		return fmt.Errorf("%s is git %s, which cannot be made safe: install git %s or newer", s.git, v, minimumVersion)
	}
	return nil
}
