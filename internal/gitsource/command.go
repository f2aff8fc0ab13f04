package gitsource

import (
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// invocation is what git is asked to do.
type invocation struct {
	command string
	flags   []string
	// refs follow the repository's URL.
	refs []string
	// input is what git reads; nil: nothing.
	input io.Reader
}

// hardening holds what is configured for every command. No configuration file is
// read but one with a token.
var hardening = []string{
	"http.followRedirects=false", // the address was checked for one host
	"http.lowSpeedLimit=1000",
	"http.lowSpeedTime=10",
	"credential.helper=",
	"core.hooksPath=" + os.DevNull,
	"core.fsync=none", // a scratch repository survives nothing
	// Memory: larger files go from the network to the disk in pieces, and fewer
	// bases of deltas are kept.
	"core.bigFileThreshold=8m",
	"core.deltaBaseCacheLimit=16m",
	"transfer.fsckObjects=true",
	"transfer.bundleURI=false", // it would be a second address
	"fetch.unpackLimit=1",      // one pack, whose size can be watched
	"pack.threads=1",
	"protocol.version=2",
	"maintenance.auto=false",
	"gc.auto=0",
}

const (
	// maxMemory bounds each process of git, on Linux. A server can send names of
	// refs for as long as git listens, and git keeps all of them.
	maxMemory = 256 << 20
	// maxAllocation bounds what git asks for at once: a few kilobytes can say that
	// they unpack to gigabytes.
	maxAllocation = 64 << 20
)

// mirrorUploadPack serves a folder that the operator named, whoever owns it.
const mirrorUploadPack = "git -c safe.directory=* -c uploadpack.allowFilter=true upload-pack"

// gitCommand builds every git command that there is. Without a target the command
// can open no connection; with one it can open only those to the addresses that
// were checked. It runs in a process group of its own that is killed when ctx is
// done, with nothing of the server's environment but PATH.
func (s *Source) gitCommand(ctx context.Context, sc *scratch, t *target, do invocation) *exec.Cmd {
	var args []string
	for _, setting := range hardening {
		args = append(args, "-c", setting)
	}
	if s.caBundle != "" {
		args = append(args, "-c", "http.sslCAInfo="+s.caBundle)
	}
	if t != nil && t.isHTTP() && !t.isLiteral() {
		args = append(args, "-c", "http.curloptResolve="+t.curlResolve())
	}
	args = append(append(args, do.command), do.flags...)
	if t != nil {
		if t.scheme == "file" && t.aliased {
			args = append(args, "--upload-pack="+mirrorUploadPack)
		}
		// Whatever follows is no option, even if it looks like one.
		args = append(append(args, "--", t.url), do.refs...)
	}

	cmd := exec.CommandContext(ctx, s.git, args...)
	cmd.Dir = sc.home()
	cmd.Stdin = do.input
	cmd.Env = environment(sc, t)
	cmd.WaitDelay = 2 * time.Second
	ownGroup(cmd)
	return cmd
}

// start starts a command with bounded memory.
func start(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := limitMemory(cmd.Process, maxMemory); err != nil {
		// How it ends says nothing after that.
		_, _ = cmd.Cancel(), cmd.Wait()
		return err
	}
	return nil
}

func environment(sc *scratch, t *target) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + sc.home(),
		"LC_ALL=C", // reasons are read from what git prints
		"GIT_DIR=" + sc.repository(),
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=" + globalConfig(sc, t),
		"GIT_ATTR_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_ASKPASS=false",
		"GIT_LFS_SKIP_SMUDGE=1",
		"GIT_NO_LAZY_FETCH=1",
		"GIT_ALLOC_LIMIT=" + strconv.Itoa(maxAllocation),
	}
	if root := os.Getenv("SystemRoot"); root != "" {
		env = append(env, "SystemRoot="+root) // Windows opens no socket without
	}
	if t == nil {
		return append(env, "GIT_ALLOW_PROTOCOL=none")
	}
	env = append(env, "GIT_ALLOW_PROTOCOL="+t.scheme)
	if t.scheme == "ssh" {
		env = append(env, "GIT_SSH_VARIANT=ssh", "GIT_SSH_COMMAND="+sshCommand(t))
	}
	return env
}

// globalConfig is the file that holds the token: neither arguments nor the
// environment do, which others on the machine may see.
func globalConfig(sc *scratch, t *target) string {
	if t == nil || t.credential.Token == "" {
		return os.DevNull
	}
	return filepath.Join(sc.secrets(), gitConfigFile)
}

// sshCommand is run by a shell; it is safe there since a host consists of
// letters, digits, dots, dashes, underscores and colons, and the brackets around
// it are quoted. The host's key is looked up by its name, though the connection
// is to the checked address.
func sshCommand(t *target) string {
	options := append([]string{
		"BatchMode=yes",
		"StrictHostKeyChecking=yes",
		"GlobalKnownHostsFile=" + os.DevNull,
		"UpdateHostKeys=no",
		"IdentitiesOnly=yes",
		"IdentityAgent=none",
		"ProxyCommand=none",
		"ConnectTimeout=10",
		"HostName=" + t.pinned[0].String(),
		"'HostKeyAlias=" + t.hostKeyAlias() + "'",
	}, t.sshFiles()...)
	return "ssh -F none -o " + strings.Join(options, " -o ")
}

// curlResolve tells curl the addresses of the host, in its form host:port:addresses.
func (t *target) curlResolve() string {
	port := t.port
	if port == "" {
		port = defaultPorts[t.scheme]
	}
	addresses := make([]string, len(t.pinned))
	for i, addr := range t.pinned {
		addresses[i] = addr.String()
		if addr.Is6() {
			addresses[i] = "[" + addresses[i] + "]"
		}
	}
	return net.JoinHostPort(t.host, port) + ":" + strings.Join(addresses, ",")
}
