package connector

import (
	"fmt"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/action"
)

// projects are n project identifiers.
func projects(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("r:p%04d", i)
	}
	return out
}

// said are n comments.
func said(n int) *api.CertificationInfo {
	info := &api.CertificationInfo{}
	for i := range n {
		info.Comments = append(info.Comments, api.CertificationInfoComment{UserID: "acme", Comment: fmt.Sprint(i)})
	}
	return info
}

func TestPrivateProjectsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := func(n int) []byte {
		return []byte(`{"name": "x", "creator": {"email": "jane@example.com"}, "repository": {"url": "` + v1.URL + `", "tag": "v1"},
			"privateProjects": ["` + strings.Join(projects(n), `", "`) + `"]}`)
	}
	draft, err := w.ReadDraft(body(1000))
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.ReadDraft(body(1001))
	requireEqual(t, "problems of a create", []string{"$.privateProjects: must have at most 1000 elements, but has 1001."},
		details(requireProblem(t, err, 400, api.CodeInvalidJSONInput)))

	d := w.create(t, func(c *api.ConnectorStagedDraft) { c.PrivateProjects = draft.PrivateProjects })
	requireEqual(t, "one that is there", d, w.update(t, d, api.AddPrivateProject("r:p0007")))
	_, err = w.send(t, d, api.SetName("Other"), api.AddPrivateProject("r:more"))
	requireEqual(t, "problems of an update",
		[]string{"$.actions[1].privateProject: cannot be added: the draft has 1000 private projects. Remove one first."},
		details(requireProblem(t, err, 400, api.CodeInvalidJSONInput)))
	requireEqual(t, "draft", d, w.draft(t, d.ID))
	d = w.update(t, d, api.RemovePrivateProject("r:p0007"), api.AddPrivateProject("r:more"))
	requireEqual(t, "last project", "r:more", d.PrivateProjects[999])
}

// Creators cannot fill a draft with comments so that it cannot be rejected any
// more; what reviewers say is bounded as well.
func TestCommentsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.submit(t, w.create(t))
	d = w.rewrite(t, d.ID, func(r *record) { r.doc.CertificationInfo = said(action.MaxComments - 1) })
	_, err := w.send(t, d, api.AddCertificationComment("the last"), api.AddCertificationComment("one more"))
	requireEqual(t, "problems of an update",
		[]string{"$.actions[1].comment: cannot be added: the draft has 1000 comments, and takes no more."},
		details(requireProblem(t, err, 400, api.CodeInvalidJSONInput)))
	d = w.update(t, d, api.AddCertificationComment("the last"))
	reject := func() (err error) {
		t.Helper()
		if _, err := w.TakeReview(always, alice, byID(d)); err != nil {
			t.Fatal(err)
		}
		_, err = w.Reject(always, alice, byID(d), "No.")
		return err
	}
	if err := reject(); err != nil {
		t.Fatal(err)
	}
	d = w.draft(t, d.ID)
	requireEqual(t, "comments", []string{"acme: the last", "reviewers: No."}, comments(d)[999:])

	d = w.submit(t, d)
	d = w.rewrite(t, d.ID, func(r *record) { r.doc.CertificationInfo = said(action.MaxCommentsOfRejection) })
	requireEqual(t, "problems of a rejection", []string{"$.reason: cannot be added: the draft has 1100 comments, and takes no more."},
		details(requireProblem(t, reject(), 400, api.CodeInvalidJSONInput)))
	requireEqual(t, "status", api.StatusInCertification, w.draft(t, d.ID).Status)
}
