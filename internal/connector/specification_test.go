package connector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

// reader is specifications over repositories and a clock of their own.
func reader(ttl time.Duration) (*specifications, *repositories, *clock) {
	r, c := newRepositories(), &clock{now: dawn}
	return newSpecifications(r, ttl, c.Now), r, c
}

// requireSpec reads a release and compares the name of its first application.
func requireSpec(t *testing.T, s *specifications, project string, r api.Repository, application string) {
	t.Helper()
	spec, err := s.read(always, project, r)
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "application", application, spec.Applications[0].Name)
}

// Without a time to live, a tag is always asked for; what its commit says is
// fetched once.
func TestSpecificationsAlwaysAsk(t *testing.T) {
	t.Parallel()
	s, repos, _ := reader(0)
	for _, want := range [][]string{{"file v1"}, {"resolve v1"}, {"resolve v1"}} {
		requireSpec(t, s, "p", v1, "tax")
		requireEqual(t, "reads", want, repos.reads())
	}
	repos.put(v1, release{commit: "c9", text: otherSpecification})
	requireSpec(t, s, "p", v1, "other")
	requireEqual(t, "reads when the tag has moved", []string{"resolve v1", "file v1"}, repos.reads())
	repos.put(v1, release{commit: "c1", text: "never read again"})
	requireSpec(t, s, "p", v1, "tax")
	requireEqual(t, "reads when it has moved back", []string{"resolve v1"}, repos.reads())
}

// What one credential has opened is not believed once there is another, or none.
func TestSpecificationsAreOfACredential(t *testing.T) {
	t.Parallel()
	s, repos, _ := reader(time.Hour)
	for _, credential := range []string{"a", "b", ""} {
		repos.mu.Lock()
		repos.credential = credential
		repos.mu.Unlock()
		requireSpec(t, s, "p", v1, "tax")
		requireEqual(t, "reads with "+credential, []string{"file v1"}, repos.reads())
		requireSpec(t, s, "p", v1, "tax")
		requireEqual(t, "reads again", nothing, repos.reads())
	}
}

func TestSpecificationsBelieveForAWhile(t *testing.T) {
	t.Parallel()
	s, repos, clock := reader(30 * time.Second)
	requireSpec(t, s, "p", v1, "tax")
	repos.put(v1, release{commit: "c9", text: otherSpecification})
	repos.reads()
	clock.pass(30*time.Second - 1)
	requireSpec(t, s, "p", v1, "tax")
	requireEqual(t, "reads", nothing, repos.reads())
	clock.pass(1)
	requireSpec(t, s, "p", v1, "other")
	requireEqual(t, "reads", []string{"resolve v1", "file v1"}, repos.reads())
	requireSpec(t, s, "p", v1, "other")
	requireEqual(t, "reads", nothing, repos.reads())

	// The time counts from when the repository was asked, not answered.
	s, repos, clock = reader(30 * time.Second)
	for _, want := range [][]string{{"file v1"}, {"resolve v1"}, {"resolve v1"}} {
		repos.during = func() { clock.pass(20 * time.Second) }
		requireSpec(t, s, "p", v1, "tax")
		requireEqual(t, "reads", want, repos.reads())
		clock.pass(10 * time.Second)
	}
}

// What one project may read is not what another may, even if its server claims
// the same commit.
func TestSpecificationsAreAProjectsOwn(t *testing.T) {
	t.Parallel()
	s, repos, _ := reader(30 * time.Second)
	requireSpec(t, s, "p", v1, "tax")
	requireSpec(t, s, "q", v1, "tax")
	requireEqual(t, "reads", []string{"file v1", "file v1"}, repos.reads())

	s, repos, _ = reader(0)
	theirs := api.Repository{URL: "https://evil.example/x", Tag: "v1"}
	repos.put(theirs, release{commit: "c9", text: otherSpecification})
	requireSpec(t, s, "p", v1, "tax")
	requireSpec(t, s, "p", theirs, "other")
	repos.put(theirs, release{commit: "c1", text: otherSpecification}) // the commit of v1
	requireSpec(t, s, "p", theirs, "other")
}

// Who is told that a release is no good will move its tag, and must not have to
// wait for that to be seen.
func TestSpecificationsRememberNothingBad(t *testing.T) {
	t.Parallel()
	for _, tc := range unreadable {
		s, repos, _ := reader(time.Hour)
		if tc.release != nil {
			repos.put(v9, *tc.release)
		}
		repos.err = tc.err
		for range 2 {
			_, err := s.read(always, "p", v9)
			requireProblem(t, err, tc.status, tc.code)
			requireEqual(t, "reads", []string{"file v9"}, repos.reads())
		}
		repos.put(v9, release{commit: "good", text: otherSpecification})
		repos.err = nil
		requireSpec(t, s, "p", v9, "other")
	}
	// The same when the release was good before.
	s, repos, _ := reader(0)
	requireSpec(t, s, "p", v1, "tax")
	repos.err = gitsource.ErrNotReachable
	_, err := s.read(always, "p", v1)
	requireProblem(t, err, 422, api.CodeGitRepositoryNotReachable)
	repos.err = nil
	requireSpec(t, s, "p", v1, "tax")
	requireEqual(t, "reads", []string{"file v1", "resolve v1", "resolve v1"}, repos.reads())
}

// Requests for the same release at the same time share one read, and those who
// give up do not take it from the others.
func TestSpecificationsShareARead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, repos, _ := reader(0)
		answer := make(chan struct{})
		repos.during = func() { <-answer }
		impatient, giveUp := context.WithCancel(always)
		gaveUp := make(chan error, 1)
		go func() { // the first, so that the read is its own
			_, err := s.read(impatient, "p", v1)
			gaveUp <- err
		}()
		synctest.Wait()
		const others = 10
		got := make(chan *connectyaml.Spec, others)
		for range others {
			go func() {
				spec, err := s.read(always, "p", v1)
				if err != nil {
					t.Error(err)
				}
				got <- spec
			}()
		}
		synctest.Wait()
		giveUp()
		var p *problem.Error
		if err := <-gaveUp; !errors.Is(err, context.Canceled) || errors.As(err, &p) {
			t.Errorf("error %v, want the context's", err)
		}
		close(answer)
		for range others {
			if spec := <-got; spec == nil || spec.Applications[0].Name != "tax" {
				t.Errorf("spec %+v", spec)
			}
		}
		requireEqual(t, "reads", []string{"file v1"}, repos.reads())
	})
}

// Other releases do not wait for a slow one.
func TestSpecificationsReadOthersMeanwhile(t *testing.T) {
	t.Parallel()
	s, repos, _ := reader(0)
	repos.during = func() {
		requireSpec(t, s, "p", v3, "other")
		requireSpec(t, s, "q", v1, "tax")
	}
	requireSpec(t, s, "p", v1, "tax")
	requireEqual(t, "reads", []string{"file v1", "file v3", "file v1"}, repos.reads())
}

// A read belongs to no request: a panic in it would end the process.
func TestSpecificationsSurviveAPanic(t *testing.T) {
	t.Parallel()
	s, repos, _ := reader(0)
	repos.during = func() { panic("stumbled over a stranger's file") }
	_, err := s.read(always, "p", v1)
	var p *problem.Error
	if err == nil || errors.As(err, &p) || !strings.Contains(err.Error(), "stumbled") || !strings.Contains(err.Error(), "specification_test.go") {
		t.Errorf("error %v, want the panic with its place", err)
	}
	requireSpec(t, s, "p", v1, "tax")
}

func TestSpecificationsAreBounded(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ weight, releases int }{{1, rememberTags + 10}, {rememberBytes / 10, 35}, {rememberBytes, 3}} {
		s, _, _ := reader(time.Hour)
		spec := &connectyaml.Spec{}
		for i := range tc.releases {
			req := gitsource.Request{Project: "p", URL: shop, Tag: fmt.Sprintf("v%d", i)}
			for range 3 { // each counts once, however often it is read
				s.remember(req, seenTag{"commit of " + req.Tag, dawn}, spec, tc.weight)
			}
			if len(s.tags) > rememberTags || s.weight > rememberBytes || s.weight != len(s.commits)*tc.weight {
				t.Fatalf("after %d of weight %d: %d tags, %d commits of weight %d", i, tc.weight, len(s.tags), len(s.commits), s.weight)
			}
			if s.believed(req) != spec {
				t.Fatalf("the latest of %d of weight %d is forgotten", i, tc.weight)
			}
		}
		s.remember(gitsource.Request{Tag: "heavy"}, seenTag{"heavy", dawn}, spec, rememberBytes+1)
		if s.believed(gitsource.Request{Tag: "heavy"}) != nil || s.weight > rememberBytes || len(s.commits) == 0 {
			t.Errorf("one that is too heavy leaves %d commits of weight %d", len(s.commits), s.weight)
		}
	}
}

// Aliases make a short file a long specification.
func TestWeight(t *testing.T) {
	t.Parallel()
	spec := &connectyaml.Spec{Applications: make([]connectyaml.Application, 2)}
	requireEqual(t, "without keys", 5, weight([]byte("12345"), spec))
	for i := range spec.Applications {
		spec.Applications[i].Configuration = api.ConnectorConfiguration{
			StandardConfiguration: make([]api.StandardConfigurationKey, 100),
			SecuredConfiguration:  make([]api.SecuredConfigurationKey, 10),
		}
	}
	requireEqual(t, "with keys", 5+128*220, weight([]byte("12345"), spec))
}
