package gitsource

import (
	"fmt"
	"net/netip"
	"strings"
)

// Alias maps URLs that begin with From to those that begin with To instead.
type Alias struct{ From, To string }

// location is where a repository is read, after aliases.
type location struct {
	remote
	// aliased says that the operator named this place: its address need not be
	// public, and its folder may belong to another user.
	aliased bool
}

type alias struct{ from, to string }

// parseAliases brings both sides into the spelling in which URLs are compared.
func parseAliases(aliases []Alias) ([]alias, error) {
	parsed := make([]alias, 0, len(aliases))
	for _, a := range aliases {
		from, err := canonicalPrefix(a.From)
		if err != nil {
			return nil, fmt.Errorf("repository alias %s=%s: the first part %w", a.From, a.To, err)
		}
		to, err := canonicalPrefix(a.To)
		if err != nil {
			return nil, fmt.Errorf("repository alias %s=%s: the second part %w", a.From, a.To, err)
		}
		if isFolder(from) != isFolder(to) {
			return nil, fmt.Errorf("repository alias %s=%s: end both parts in / or none", a.From, a.To)
		}
		parsed = append(parsed, alias{from: from, to: to})
	}
	return parsed, nil
}

func canonicalPrefix(prefix string) (string, error) {
	const probe = "x"
	r, err := parseURL(prefix + probe)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(r.url, probe), nil
}

func isFolder(prefix string) bool {
	return strings.HasSuffix(prefix, "/") || strings.HasSuffix(prefix, ":")
}

// match returns what follows the prefix, which ends where a part of the path does:
// the alias of .../acme says nothing about .../acme-labs, and that of .../acme/
// nothing about the folder itself.
func (a alias) match(url string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(url, a.from)
	if isFolder(a.from) {
		return rest, ok && rest != ""
	}
	return rest, ok && (rest == "" || rest[0] == '/')
}

// locate says where the repository is read, or why it never is: then the error is
// the rest of a sentence about the URL.
func (s *Source) locate(raw string) (location, error) {
	r, err := parseURL(raw)
	if err != nil {
		return location{}, err
	}
	if target, ok := s.aliasOf(r.url); ok {
		r, err := parseURL(target)
		return location{remote: r, aliased: true}, err
	}
	if r.scheme == "file" && !s.dev || r.scheme == "http" && (!s.dev || !isLoopbackName(r.host)) {
		return location{}, errURLScheme
	}
	return location{remote: r}, nil
}

// aliasOf maps the URL by the longest prefix that matches it.
func (s *Source) aliasOf(url string) (target string, ok bool) {
	longest := -1
	for _, a := range s.aliases {
		if rest, matches := a.match(url); matches && len(a.from) > longest {
			target, ok, longest = a.to+rest, true, len(a.from)
		}
	}
	return target, ok
}

func isLoopbackName(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
