package ssrf_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
)

// However the world outside is arranged, no request makes the server connect to
// where it may not.
func TestSSRF(t *testing.T) {
	linuxOnly(t)
	var l lab
	t.Run("addresses", l.addresses)
	t.Run("redirects", l.redirected)
	t.Run("traps", l.trapsForGit)
	t.Run("one message", l.oneMessage)
	t.Run("rebinding", l.rebound)
	t.Run("metadata", l.metadataHosts)
	t.Logf("%d spellings in create, setRepository and validations (%d requests), %d redirects, %d traps, %d endings with one message, %d rebindings, %d lists of addresses, "+
		"%d metadata hosts that are allowed: canary hits %d, and %d of %d where nothing guards it", l.spellings, l.requests,
		l.redirects, l.traps, l.endings, l.rebindings, l.lists, l.metadata, l.hits, l.reached, l.controls)
}

// lab counts what was tried, and what came of it.
type lab struct {
	spellings, requests, redirects, traps, endings, rebindings, lists, metadata int
	// hits are connections to a canary that should not be. Controls are tries
	// without a guard, and reached those of them that led to the canary.
	hits, controls, reached int
}

// requireNoHits ends the part of a test in which nobody may connect to the canary.
func (l *lab) requireNoHits(t *testing.T, c *canary) {
	t.Helper()
	hits := c.count(t)
	l.hits += hits
	if hits != 0 {
		t.Errorf("the canary was hit %d times", hits)
	}
}

// requireReached checks that what is done without a guard leads to the canary.
func (l *lab) requireReached(t *testing.T, c *canary, do func(), format string, args ...any) {
	t.Helper()
	l.controls++
	before := c.count(t)
	do()
	if c.count(t) == before {
		t.Errorf("this does not lead to the canary even without a guard: "+format, args...)
		return
	}
	l.reached++
}

// plainGit runs git as nobody should with a stranger's URL. How it ends does not
// matter: the canary is no Git server.
func plainGit(t *testing.T, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = t.TempDir()
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + cmd.Dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_TERMINAL_PROMPT=0", "GIT_SSL_NO_VERIFY=1",
		"GIT_TEST_SIDEBAND_ALL=1", // packs elsewhere come only so
	}
	_ = cmd.Run()
}
