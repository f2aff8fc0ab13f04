package gitsource

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxURLLength = 2048 // in code points

// remote is the address of a repository, taken apart and checked in form.
type remote struct {
	scheme string // https, ssh, http or file
	host   string // lower case, IPv6 without brackets; "" for file
	port   string // "": the scheme's own
	url    string // what git is given
}

var (
	errURLForm = errors.New("must be the HTTPS or SSH address of a Git repository, " +
		"such as https://github.com/acme/shop.git or git@github.com:acme/shop.git")
	errURLLength = errors.New("must have at most " + strconv.Itoa(maxURLLength) + " characters")
	errURLText   = errors.New(`must not contain spaces, control characters, quotes, backslashes, < or >, percent-encoded or not`)
	errURLUser   = errors.New("must not hold a user name or password; only SSH addresses have a user, git@")
	errURLHost   = errors.New("must name its host by a domain name in ASCII, a dotted IPv4 address or an IPv6 address in brackets")
	errURLPort   = errors.New("must have a port between 1 and 65535, or none")
	errURLPath   = errors.New("must have the path of a repository after the host, without a query, a leading dash, empty parts or dots for parts")
	errURLScheme = errors.New("must be an HTTPS or SSH address: this server reads neither http nor file addresses")
)

// parseURL takes the address of a repository apart. What it accepts has one
// reading only, whoever parses it: git, curl, ssh or a shell. Its errors never
// quote the URL, which may hold a secret.
func parseURL(raw string) (remote, error) {
	if utf8.RuneCountInString(raw) > maxURLLength {
		return remote{}, errURLLength
	}
	if !plain(raw) {
		return remote{}, errURLText
	}
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return parseSCP(raw)
	}
	r := remote{scheme: strings.ToLower(scheme)}
	authority, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	user := ""
	switch r.scheme {
	case "https", "http":
	case "ssh":
		if authority, ok = strings.CutPrefix(authority, "git@"); !ok {
			return remote{}, errURLUser
		}
		user = "git@"
	case "file":
		if authority != "" {
			return remote{}, errURLForm
		}
		r.url = "file://" + path
		return r, checkPath(path)
	default:
		return remote{}, errURLForm
	}
	if err := r.parseAuthority(authority); err != nil {
		return remote{}, err
	}
	r.url = r.scheme + "://" + user + r.authority() + path
	return r, checkPath(path)
}

// parseSCP takes git@host:path.
func parseSCP(raw string) (remote, error) {
	rest, ok := strings.CutPrefix(raw, "git@")
	if !ok {
		return remote{}, errURLForm
	}
	host, path, ok := strings.Cut(rest, ":")
	if !ok {
		return remote{}, errURLForm
	}
	host, err := parseHost(host)
	if err != nil {
		return remote{}, err
	}
	r := remote{scheme: "ssh", host: host, url: "git@" + host + ":" + path}
	return r, checkPath("/" + strings.TrimPrefix(path, "/"))
}

// parseAuthority takes host[:port].
func (r *remote) parseAuthority(authority string) (err error) {
	if strings.Contains(authority, "@") {
		return errURLUser
	}
	host := authority
	if colon := strings.LastIndexByte(authority, ':'); colon > strings.LastIndexByte(authority, ']') {
		host = authority[:colon]
		port, err := strconv.ParseUint(authority[colon+1:], 10, 16)
		if err != nil || port == 0 {
			return errURLPort
		}
		r.port = strconv.FormatUint(port, 10)
	}
	if r.port == defaultPorts[r.scheme] {
		r.port = ""
	}
	r.host, err = parseHost(host)
	return err
}

var defaultPorts = map[string]string{"https": "443", "http": "80", "ssh": "22"}

// authority puts host and port together again, in one spelling.
func (r *remote) authority() string {
	host := r.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if r.port != "" {
		host += ":" + r.port
	}
	return host
}

// parseHost takes a domain name, a dotted IPv4 address or an IPv6 address in
// brackets, and returns it in one spelling. What resolvers would take for another
// spelling of an IPv4 address (127.1, 0x7f000001, 0177.0.0.1, 2130706433) is
// refused: they do not agree on it.
func parseHost(host string) (string, error) {
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		addr, err := netip.ParseAddr(inner)
		if !ok || err != nil || !addr.Is6() || addr.Zone() != "" {
			return "", errURLHost
		}
		return addr.String(), nil
	}
	host = strings.ToLower(host)
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if !isLabel(label) {
			return "", errURLHost
		}
	}
	if isNumber(labels[len(labels)-1]) {
		if _, err := netip.ParseAddr(host); err != nil {
			return "", errURLHost
		}
	}
	if len(host) > 253 {
		return "", errURLHost
	}
	return host, nil
}

func isLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	return consistsOf(label, "abcdefghijklmnopqrstuvwxyz0123456789-_")
}

func consistsOf(text, characters string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune(characters, r) })
}

// isNumber says whether a resolver may take the label for a number.
func isNumber(label string) bool {
	digits := "0123456789"
	if rest, ok := strings.CutPrefix(label, "0x"); ok {
		label, digits = rest, "0123456789abcdef"
	}
	return consistsOf(label, digits)
}

// checkPath takes what follows the host, with its leading slash. A part that
// leads upwards is refused since an alias may put a folder before the path, and
// git decodes percent-encoding there.
func checkPath(path string) error {
	if strings.ContainsAny(path, "?#") {
		return errURLPath
	}
	decoded, err := url.PathUnescape(path)
	if err != nil {
		return errURLPath
	}
	if !plain(decoded) {
		return errURLText
	}
	parts := strings.Split(strings.TrimSuffix(strings.TrimPrefix(decoded, "/"), "/"), "/")
	if parts[0] == "" || parts[0][0] == '-' {
		return errURLPath
	}
	for _, part := range parts {
		if part == "" || part == "." || part == ".." {
			return errURLPath
		}
	}
	return nil
}

// plain says whether the text is UTF-8 that is safe to show and to pass on.
func plain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`"'\<>`, r)
	})
}
