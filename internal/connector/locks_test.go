package connector

import (
	"slices"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
)

// everyAction is one of each action that a request of any state may carry.
func everyAction() map[string]api.UpdateAction {
	all := map[string]api.UpdateAction{}
	for _, a := range []api.UpdateAction{
		api.SetName("x"), api.SetDescription("x"), api.SetDocumentationURL("https://example.com"), api.SetIntegrationTypes("tax"),
		api.SetSupportedRegions("us-central1.gcp"), api.SetRepository(v1), api.SetRepository(v3), api.SetCreatorName("x"),
		api.SetCreatorTitle("x"), api.SetCreatorEmail("x@example.com"), api.SetCreatorCompany("x"), api.SetCreatorNoOfContributors(1),
		api.SetCreatorSupportURL("https://example.com"), api.SetCreatorLogo("https://example.com"), api.UpdatePreviewable(),
		api.Publish(true), api.Publish(false), api.Unlist(), api.AddPrivateProject("r:aa"), api.RemovePrivateProject("r:aa"),
		api.AddCertificationComment("x"),
	} {
		all[a["action"].(string)] = a
	}
	return all
}

func TestLocks(t *testing.T) {
	t.Parallel()
	for _, status := range []api.ConnectorStatus{
		api.StatusDraft, api.StatusFailed, api.StatusPublished,
		api.StatusProcessing, api.StatusReadyForCertification, api.StatusInCertification,
	} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			d := w.create(t)
			inReview := status == api.StatusReadyForCertification || status == api.StatusInCertification
			become := func(r *record) {
				r.doc.Status, r.doc.IsPreviewable, r.doc.Repository, r.facts = status, api.PreviewableNone, v1, facts{}
				if inReview {
					r.submit(Outcome{}, dawn)
					r.doc.Status = status
				}
			}
			d = w.rewrite(t, d.ID, become)
			allowed := []string{"updatePreviewable", "addPrivateProject", "removePrivateProject", "addCertificationComment"}
			requests := map[string][]api.UpdateAction{"none": nil, "setName and updatePreviewable": {api.SetName("x"), api.UpdatePreviewable()}}
			for name, a := range everyAction() {
				requests[name] = []api.UpdateAction{a}
			}
			for name, actions := range requests {
				err := checkLocks(&d, d.Version, w.updateOf(t, d.Version, actions...).Actions)
				switch {
				case status == api.StatusProcessing:
					p := requireConflict(t, err, d.Version, d.Version)
					requireEqual(t, name, "The draft is being published and cannot be changed until that is done. Repeat the request then.", p.Objects[0].Message)
					requireEqual(t, name, time.Second, p.RetryAfter)
				case inReview && !slices.Contains(allowed, name):
					p := requireProblem(t, err, 400, api.CodeInCertification)
					requireEqual(t, name, 0, int(p.RetryAfter))
				case err != nil:
					t.Errorf("%s: %v", name, err)
				}
				// The service asks before it looks at what the actions would do.
				if _, got := w.send(t, d, actions...); (got != nil) != (err != nil) || err != nil && got.Error() != err.Error() {
					t.Errorf("%s: error %v, want %v", name, got, err)
				} else if got == nil {
					d = w.rewrite(t, d.ID, become)
				}
			}
		})
	}
}

func TestCheckVersion(t *testing.T) {
	t.Parallel()
	if err := checkVersion(3, 3); err != nil {
		t.Error(err)
	}
	p := requireConflict(t, checkVersion(2, 3), 2, 3)
	requireEqual(t, "message", "The draft has been changed since it was read. Read it again and repeat the update with its current version.",
		p.Objects[0].Message)
}
