package gitsource

import (
	"os/exec"
	"strings"
	"testing"
)

var goodTags = []string{
	"v1.2.3", "1.2.3", "v1.4.4-build01.07.25.09.14", "connect_v0.0.1_beta", "feature/34077-events-0.1.0", "@acme/shop@1.0.0",
	"@", "latest", "HEAD", "a-", "a/-b", "a.lock.b", "v1.0.0+build", "größe", "日本", "a{b}", "a@b", "{@", "refs/tags/v1", `"quoted"`, "'quoted'", "$(id)", "a;b", "a|b", "%2e%2e",
	strings.Repeat("ü", 255),
}

var badTags = []string{
	"", "-", "-v1", "--upload-pack=id", "..", "a..b", ".a", "a/.b", "a.", "a.lock", "a.lock/b", "/a", "a/", "a//b", "/",
	"a b", "a\tb", "a\nb", "a\x00b", "a\x7fb", "a~1", "a^", "a^{}", "a:b", "a?", "a*", "[a", `a\b`, "a@{b", "@{", "v1:refs/heads/main", "\xff",
	strings.Repeat("ü", 256),
}

func TestCheckTag(t *testing.T) {
	t.Parallel()
	for _, tag := range goodTags {
		if err := CheckTag(tag); err != nil {
			t.Errorf("%q: %v", tag, err)
		}
		requireRefName(t, tag)
	}
	for _, tag := range badTags {
		if err := CheckTag(tag); err == nil {
			t.Errorf("%q: accepted", tag)
		}
	}
}

// requireRefName asks git whether the tag makes a valid name of a ref.
func requireRefName(t *testing.T, tag string) {
	t.Helper()
	if err := exec.CommandContext(t.Context(), "git", "check-ref-format", "refs/tags/"+tag).Run(); err != nil {
		t.Errorf("%q: git check-ref-format: %v", tag, err)
	}
}

// What is accepted is the name of a ref for git too. Of what is refused, git knows
// only the names that are too long, no UTF-8 or begin with a dash.
func FuzzCheckTag(f *testing.F) {
	for _, tag := range append(goodTags, badTags...) {
		f.Add(tag)
	}
	git, err := exec.LookPath("git")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, tag string) {
		err := CheckTag(tag)
		if strings.ContainsRune(tag, 0) {
			if err == nil {
				t.Errorf("%q: accepted", tag)
			}
			return
		}
		valid := exec.CommandContext(t.Context(), git, "check-ref-format", "refs/tags/"+tag).Run() == nil
		ours := err != nil && (strings.HasPrefix(tag, "-") || strings.Contains(err.Error(), "characters") || strings.Contains(err.Error(), "UTF-8"))
		if valid != (err == nil) && !ours {
			t.Errorf("%q: CheckTag = %v, valid for git: %t", tag, err, valid)
		}
	})
}
