// Package gitsource reads a repository at a tag: the commit that the tag names,
// one file of it, or all of it as a bounded fs.FS.
//
// Whose URL it reads is a stranger. So there is never a work tree, only a bare
// repository that lives as long as one read; one function builds every git
// command; the address is checked once and pinned; and size, time and the number
// of reads at once are bounded.
package gitsource

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Request names a release in a repository, and the project it is read for.
type Request struct {
	// Project is the project identifier that shares of the slots go by, beside the
	// host, and whose credential for the host is used.
	Project string
	// URL is the address as the user wrote it.
	URL string
	// Tag is the name of the tag, without refs/tags/.
	Tag string
	// Credential is what CredentialID returned, for who remembers answers to
	// requests. A Source does not read it: it looks up what there is now.
	Credential string
}

// Resolver looks up host names; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Options configure a Source. The zero value reads public repositories only.
type Options struct {
	// Git is the git binary; "": the one on PATH.
	Git string
	// ScratchDir is where repositories are kept while they are read; "": the
	// folder for temporary files.
	ScratchDir string
	// Aliases map prefixes of URLs to mirrors. Since only the operator writes
	// them, they may lead to non-public addresses and to local folders.
	Aliases []Alias
	// AllowHosts are the hosts and networks (HOST or CIDR) that may be read
	// although they are not public. Addresses of metadata services never are.
	AllowHosts []string
	// AllowLoopbackHTTPAndFile also takes loopback addresses, there with http
	// too, and file:// URLs: for development.
	AllowLoopbackHTTPAndFile bool
	// Slots is how many repositories are fetched at once; 0: 16.
	Slots int
	// FileDeadline bounds Resolve and File, TreeDeadline bounds Tree, each with
	// the wait for a slot; 0: 10 s and 60 s.
	FileDeadline, TreeDeadline time.Duration
	// MaxReceived is how many bytes a fetch may receive, MaxDisk how many it may
	// take on disk; 0: 64 MiB and 256 MiB.
	MaxReceived, MaxDisk int64
	// CABundle is a file with the certificates that https servers must be signed
	// by; "": those of the system.
	CABundle string
	// Resolver looks up hosts; nil: that of the system.
	Resolver Resolver
	// Credentials open private repositories; nil: none.
	Credentials Credentials
	// KnownHosts is a known_hosts file with host keys beside those that
	// Credentials has and those of large forges; "": none.
	KnownHosts string
	// Observe is told of every conversation with a repository; nil: nobody is.
	Observe func(Fetch)
}

// Validate returns an error that names each alias and allowed host that is none.
func (o Options) Validate() error {
	_, aliases := parseAliases(o.Aliases)
	_, hosts := parseAddressPolicy(o.AllowHosts, o.AllowLoopbackHTTPAndFile)
	return errors.Join(aliases, hosts)
}

const (
	defaultSlots        = 16
	defaultFileDeadline = 10 * time.Second
	defaultTreeDeadline = 60 * time.Second
	defaultMaxReceived  = 64 << 20
	defaultMaxDisk      = 256 << 20
)

// Source reads repositories. It is safe for concurrent use.
type Source struct {
	git          string
	scratchDir   string
	aliases      []alias
	addresses    addressPolicy
	resolver     Resolver
	dev          bool
	slots        *slots
	fileDeadline time.Duration
	treeDeadline time.Duration
	maxReceived  int64
	maxDisk      int64
	caBundle     string
	credentials  Credentials
	knownHosts   string
	observe      func(Fetch)
}

// New returns a Source. It returns an error when an option is wrong, when there
// is no git, or when git is too old to be made safe. It removes what processes
// that were killed have left in ScratchDir.
func New(o Options) (*Source, error) {
	s := &Source{
		git:          o.Git,
		scratchDir:   o.ScratchDir,
		resolver:     o.Resolver,
		dev:          o.AllowLoopbackHTTPAndFile,
		slots:        newSlots(positive(o.Slots, defaultSlots)),
		fileDeadline: positive(o.FileDeadline, defaultFileDeadline),
		treeDeadline: positive(o.TreeDeadline, defaultTreeDeadline),
		maxReceived:  positive(o.MaxReceived, defaultMaxReceived),
		maxDisk:      positive(o.MaxDisk, defaultMaxDisk),
		caBundle:     o.CABundle,
		credentials:  o.Credentials,
		knownHosts:   o.KnownHosts,
		observe:      o.Observe,
	}
	if s.observe == nil {
		s.observe = func(Fetch) {}
	}
	if s.resolver == nil {
		s.resolver = net.DefaultResolver
	}
	if err := s.findGit(); err != nil {
		return nil, err
	}
	if err := keepDescriptors(); err != nil {
		return nil, fmt.Errorf("keep open files from git: %w", err)
	}
	if err := s.prepareScratchDir(); err != nil {
		return nil, err
	}
	var err error
	if s.aliases, err = parseAliases(o.Aliases); err != nil {
		return nil, err
	}
	if s.addresses, err = parseAddressPolicy(o.AllowHosts, o.AllowLoopbackHTTPAndFile); err != nil {
		return nil, err
	}
	if err := s.checkKnownHosts(); err != nil {
		return nil, err
	}
	if err := s.checkVersion(); err != nil {
		return nil, err
	}
	return s, nil
}

func positive[T int | int64 | time.Duration](v, otherwise T) T {
	if v > 0 {
		return v
	}
	return otherwise
}

func (s *Source) findGit() error {
	name := s.git
	if name == "" {
		name = "git"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return fmt.Errorf("find git: %w; install git %s or newer", err, minimumVersion)
	}
	if s.git, err = filepath.Abs(path); err != nil {
		return fmt.Errorf("find git: %w", err)
	}
	return nil
}

func (s *Source) prepareScratchDir() error {
	dir := s.scratchDir
	if dir == "" {
		dir = os.TempDir()
	}
	// Commands run inside it: a relative path would not lead there any more.
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("find the folder for scratch files: %w", err)
	}
	s.scratchDir = dir
	return sweep(dir, time.Now())
}

// CheckURL says whether this server would read from the URL, without asking any
// other: the error is the rest of a sentence that begins with the URL's name,
// fit for a user.
func (s *Source) CheckURL(raw string) error {
	_, err := s.locate(raw)
	return err
}

// Resolve returns the commit that the tag names now. It returns ErrNotReachable
// and ErrBusy.
func (s *Source) Resolve(ctx context.Context, req Request) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.fileDeadline)
	defer cancel()
	var commit string
	err := s.conversation(ctx, req, func(t *target, sc *scratch) (err error) {
		commit, err = s.lsRemote(ctx, sc, t, req.Tag)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("resolve %s: %w", req, err)
	}
	return commit, nil
}

// File returns the file of at most 256 KiB at the path of the tag's commit. It
// returns ErrNotReachable, ErrBusy, ErrTooLarge, ErrNotRegular and
// *FileNotFoundError.
func (s *Source) File(ctx context.Context, req Request, path string) (File, error) {
	ctx, cancel := context.WithTimeout(ctx, s.fileDeadline)
	defer cancel()
	var file File
	err := s.conversation(ctx, req, func(t *target, sc *scratch) error {
		if err := s.fetch(ctx, sc, t, req.Tag, smallBlobsOnly); err != nil {
			return err
		}
		var err error
		file, err = s.readFile(ctx, sc, path)
		return err
	})
	if err != nil {
		return File{}, fmt.Errorf("read %s of %s: %w", path, req, err)
	}
	return file, nil
}

// Tree fetches all files of the tag's commit. The slot is given back before it
// returns, and the files stay until the Tree is closed. It returns
// ErrNotReachable, ErrBusy and ErrTooLarge.
func (s *Source) Tree(ctx context.Context, req Request) (*Tree, error) {
	ctx, cancel := context.WithTimeout(ctx, s.treeDeadline)
	defer cancel()
	var kept *scratch
	err := s.conversation(ctx, req, func(t *target, sc *scratch) error {
		if err := s.fetch(ctx, sc, t, req.Tag); err != nil {
			return err
		}
		kept = sc.keep()
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", req, err)
	}
	tree, err := s.openTree(ctx, kept, (*objects).fetched)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", req, errors.Join(err, kept.remove()))
	}
	return tree, nil
}

// String names the release for a log. The URL is left out when it is not one
// that may be read, since it may then hold a secret.
func (r Request) String() string {
	if _, err := parseURL(r.URL); err != nil || CheckTag(r.Tag) != nil {
		return "a repository with a bad URL or tag"
	}
	return r.URL + "@" + r.Tag
}

// conversation holds a slot while talk runs with the repository's checked
// address and a repository of its own to fetch into.
func (s *Source) conversation(ctx context.Context, req Request, talk func(*target, *scratch) error) (err error) {
	where, err := s.locate(req.URL)
	if err != nil {
		return &unreachable{reason: "the URL " + err.Error(), cause: err}
	}
	if err := CheckTag(req.Tag); err != nil {
		return &unreachable{reason: "the tag " + err.Error(), cause: err}
	}
	timing := s.timing()
	defer func() { timing.ended(err) }()
	release, err := s.slots.acquire(ctx, claim{project: req.Project, host: where.host})
	if err != nil {
		return err
	}
	defer release()
	timing.granted()
	t, err := s.resolve(ctx, where)
	if err != nil {
		return err
	}
	sc, err := s.newScratch()
	if err != nil {
		return err
	}
	// What is kept of the folder holds no secret: they end here in any case.
	defer func() { err = errors.Join(err, sc.forgetSecrets(), sc.remove()) }()
	if err := s.authorize(ctx, sc, t, req.Project); err != nil {
		return err
	}
	return t.refused(talk(t, sc))
}
