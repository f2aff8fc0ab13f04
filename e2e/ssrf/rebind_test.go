package ssrf_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
)

const (
	rebinding = "rebind.example.com"
	// inside is where only the canary listens, at the port of the Git server.
	inside = "127.0.0.2"
)

// rebound has the name service say the truth once, and then name the canary.
func (l *lab) rebound(t *testing.T) {
	git, resolver := newInternet(t), newNames()
	addRelease(t, git, "other")
	c := newCanary(t, git.Port(), inside)
	g := start(t, git, resolver, "127.0.0.1")
	base := "https://" + rebinding + ":" + git.Port()
	for _, d := range g.doors() {
		l.rebindings++
		resolver.set(rebinding, []string{"127.0.0.1"}, []string{inside})
		got := g.knock(t, d, base+"/tax", tag)
		if got.status >= http.StatusMultipleChoices || resolver.lookups(rebinding) != 1 {
			t.Errorf("%s: %+v after %d look-ups, want success after one", d.name, got, resolver.lookups(rebinding))
		}
		if d.name == "setRepository" {
			g.reload(t)
			d = g.doors()[1]
			requireTagAloneRefused(t, g)
		}
		g.requireRefused(t, d, base+"/other")
	}
	reboundBeforePublish(t, g)
	l.listsOfAddresses(t, g, resolver, base+"/other")
	l.requireNoHits(t, c)

	open := start(t, git, resolver, "127.0.0.1", inside)
	resolver.set(rebinding, []string{inside})
	for _, d := range open.doors() {
		l.requireReached(t, c, func() { open.knock(t, d, base+"/tax", tag) }, "%s, once allowed", d.name)
	}
}

// requireTagAloneRefused sets the tag of the draft's repository, as the official
// command line does.
func requireTagAloneRefused(t *testing.T, g *greenroom) {
	t.Helper()
	_, err := g.client.UpdateDraft(t.Context(), client.ByID(g.draft.ID), g.draft.Version, api.SetRepository(api.Repository{Tag: "v2"}))
	var failed *client.Error
	if !errors.As(err, &failed) || !failed.HasCode(api.CodeGitRepositoryNotReachable) {
		t.Errorf("setRepository with a tag alone: %v", err)
	}
}

// reboundBeforePublish publishes a draft whose name has turned inside since.
func reboundBeforePublish(t *testing.T, g *greenroom) {
	t.Helper()
	ref := client.ByID(g.draft.ID)
	if _, err := g.client.UpdateDraft(t.Context(), ref, g.draft.Version, api.Publish(false)); err != nil {
		t.Fatal(err)
	}
	run, err := g.client.LatestRun(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	if run, err = g.client.AwaitRun(t.Context(), ref, run.ID); err != nil || run.State != "failed" || run.Attempt != 1 {
		t.Errorf("the run is %+v, %v; want it to fail at once", run, err)
	}
	report, err := g.client.RunReport(t.Context(), ref, run.ID)
	if err != nil || len(report.Findings) != 1 || report.Findings[0].Rule != "repository/reachable" {
		t.Errorf("the report is %+v, %v", report, err)
	}
	g.reload(t)
}

// listsOfAddresses puts one forbidden address among public ones, in each place:
// also behind those that git would be given to try.
func (l *lab) listsOfAddresses(t *testing.T, g *greenroom, resolver *names, url string) {
	t.Helper()
	before := g.conversations(t)
	for _, length := range []int{2, 3, 10} {
		public := slices.Repeat([]string{"127.0.0.1"}, length-1)
		for place := range length {
			l.lists++
			resolver.set(rebinding, slices.Insert(slices.Clone(public), place, inside))
			for _, d := range g.doors() {
				g.requireRefused(t, d, url)
			}
		}
	}
	g.requireConversations(t, before)
}
