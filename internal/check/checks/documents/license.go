package documents

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/google/licensecheck"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

var license = check.Check{
	ID:    "documents/license",
	Title: "The repository has a license",
	Why: "Without a license nobody but its author may use, change or pass on the code, also where it can be read. " +
		"The file stands at the root and is called LICENSE in either spelling, COPYING or UNLICENSE, with any ending, or is a folder LICENSES. " +
		"A text that is not that of a license known to SPDX is information: it may be one of your own.",
	Fix:  "Add a file LICENSE at the root with the text of the license: https://choosealicense.com has texts to copy, and words for those who want none.",
	Data: "licensecheck v0.3.1",
	Run:  runLicense,
}

// recognisedPercent is how much of a text a known license has to cover; the rest is
// names, years and notes.
const recognisedPercent = 75

var licenseNames = regexp.MustCompile(`(?i)^(?:licen[sc]e|licenses|copying|unlicense)(?:[._-].*)?$`)

func runLicense(p *check.Pass) error {
	d, err := find(p.Tree, licenseNames, ".")
	if err != nil {
		return err
	}
	if d == nil {
		p.Report(api.Finding{
			Type: api.EntryWarning, Message: "the repository has no license", File: "LICENSE",
		})
		return nil
	}
	if !d.read {
		return nil
	}
	coverage, err := scan([]byte(d.text))
	if err != nil {
		return err
	}
	if coverage.Percent >= recognisedPercent {
		return nil
	}
	p.Report(api.Finding{
		Type:    api.EntryInformation,
		Message: fmt.Sprintf("%s is not the text of a license that is known: %s", d.file, describe(coverage)),
		File:    d.file,
		Line:    1,
		Column:  1,
		Help: "If it is meant to be a known license, copy its whole text from https://spdx.org/licenses; " +
			"if it is one of your own, leave it as it is.",
	})
	return nil
}

// scan compares a text with the licenses that nearly all repositories have, and with
// all others only if it is none of them: to load those takes more than a second, and
// 100 MB if they are loaded together.
func scan(text []byte) (licensecheck.Coverage, error) {
	scanner, err := common()
	if err != nil {
		return licensecheck.Coverage{}, err
	}
	best := scanner.Scan(text)
	if best.Percent >= recognisedPercent {
		return best, nil
	}
	for group := range slices.Chunk(lessCommon(), perGroup) {
		scanner, err := licensecheck.NewScanner(group)
		if err != nil {
			return licensecheck.Coverage{}, fmt.Errorf("load the licenses from %s on: %w", group[0].ID, err)
		}
		if coverage := scanner.Scan(text); coverage.Percent > best.Percent {
			best = coverage
		}
		if best.Percent >= recognisedPercent {
			break
		}
	}
	return best, nil
}

// perGroup is how many of the less common licenses are loaded at a time.
const perGroup = 40

var commonNames = regexp.MustCompile(`^(?:MIT|ISC|0BSD|Unlicense|BSD-[23]-Clause|Apache-2\.0|MPL-2\.0|A?GPL-[23]\.0.*|LGPL-(?:2\.1|3\.0).*|EUPL-1\.2|CC0-1\.0)$`)

// lessCommon are the others that have a text: a scanner of addresses alone panics, and
// an address is no license text.
func lessCommon() []licensecheck.License {
	return slices.DeleteFunc(licensecheck.BuiltinLicenses(), func(l licensecheck.License) bool {
		return l.LRE == "" || commonNames.MatchString(l.ID)
	})
}

var common = sync.OnceValues(func() (*licensecheck.Scanner, error) {
	scanner, err := licensecheck.NewScanner(slices.DeleteFunc(licensecheck.BuiltinLicenses(), func(l licensecheck.License) bool {
		return !commonNames.MatchString(l.ID)
	}))
	if err != nil {
		return nil, fmt.Errorf("load the common licenses: %w", err)
	}
	return scanner, nil
})

// describe says what was found in a text all the same.
func describe(c licensecheck.Coverage) string {
	var names []string
	for _, m := range c.Match {
		if !slices.Contains(names, m.ID) {
			names = append(names, m.ID)
		}
	}
	if len(names) == 0 {
		return "nothing in it is part of one"
	}
	return fmt.Sprintf("%.0f%% of it is %s", c.Percent, strings.Join(names, ", "))
}
