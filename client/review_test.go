package client_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
)

// submit makes a draft that waits for its certification.
func submit(ctx context.Context, t *testing.T, c *client.Client, d api.ConnectorStagedDraft) client.Ref {
	t.Helper()
	created, err := c.CreateDraft(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	publish(ctx, t, c, created)
	return client.ByID(created.ID)
}

// publish publishes the draft for certification.
func publish(ctx context.Context, t *testing.T, c *client.Client, d api.ConnectorStaged) {
	t.Helper()
	ref := client.ByID(d.ID)
	if _, err := c.UpdateDraft(ctx, ref, d.Version, api.Publish(true)); err != nil {
		t.Fatal(err)
	}
	run, err := c.LatestRun(ctx, ref)
	if err == nil {
		run, err = c.AwaitRun(ctx, ref, run.ID)
	}
	if err != nil || run.State != "succeeded" {
		t.Fatalf("the run is %+v, %v", run, err)
	}
}

// The whole way of a certification, through every method.
func TestReviews(t *testing.T) {
	t.Parallel()
	c, r, _ := newClient(t)
	reviewer := client.New(client.Options{URL: r.URL, ID: reviewerID, Secret: clientSecret})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ref := submit(ctx, t, c, draftOf(r, "tax"))
	page, err := reviewer.Reviews(ctx, client.List{Limit: 1})
	if err != nil || page.Total != 1 || page.Results[0].Key != "tax" || page.Results[0].Status != api.StatusReadyForCertification {
		t.Fatalf("the reviews are %+v, %v", page, err)
	}
	withdrawn, err := c.Withdraw(ctx, ref)
	if err != nil || withdrawn.Status != api.StatusDraft {
		t.Fatalf("withdrawn is %+v, %v", withdrawn, err)
	}
	var failed *client.Error
	if _, err := reviewer.Review(ctx, ref); !errors.As(err, &failed) || failed.StatusCode != http.StatusNotFound {
		t.Errorf("a review of what was withdrawn: %v", err)
	}
	publish(ctx, t, c, withdrawn)
	if taken, err := reviewer.TakeReview(ctx, ref); err != nil || taken.TakenBy != reviewerID {
		t.Errorf("taken is %+v, %v", taken, err)
	}
	rejected, err := reviewer.RejectReview(ctx, ref, "No license.")
	if err != nil || rejected.Status != api.StatusFailed || rejected.Draft.CertificationInfo.Comments[0].Comment != "No license." {
		t.Fatalf("rejected is %+v, %v", rejected, err)
	}
	publish(ctx, t, c, rejected.Draft)
	if _, err := reviewer.TakeReview(ctx, ref); err != nil {
		t.Fatal(err)
	}
	if seen, err := reviewer.Review(ctx, client.ByKey("tax")); err != nil || seen.Status != api.StatusInCertification {
		t.Errorf("in certification is %+v, %v", seen, err)
	}
	if approved, err := reviewer.ApproveReview(ctx, ref); err != nil || approved.ConnectorVersion != 1 || !approved.Draft.Certified {
		t.Errorf("approved is %+v, %v", approved, err)
	}
	if _, err := c.Reviews(ctx, client.List{}); !errors.As(err, &failed) || failed.StatusCode != http.StatusForbidden {
		t.Errorf("the reviews of who is no reviewer: %v", err)
	}
}

func TestSearchAndDelete(t *testing.T) {
	t.Parallel()
	c, r, _ := newClient(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ids := map[string]string{}
	for _, key := range []string{"tax", "mail"} {
		d := draftOf(r, key)
		d.Description, d.Creator.Company = "About "+key, "Acme & "+key
		created, err := c.CreateDraft(ctx, d)
		if err == nil {
			_, err = c.UpdateDraft(ctx, client.ByKey(key), 1, api.Publish(false))
		}
		if err != nil {
			t.Fatal(err)
		}
		run, err := c.LatestRun(ctx, client.ByKey(key))
		if err == nil {
			_, err = c.AwaitRun(ctx, client.ByKey(key), run.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		ids[key] = created.ID
	}
	for name, s := range map[string]client.Search{
		"text": {Text: "about MAIL"}, "company": {Company: "Acme & mail"}, "id": {IDs: []string{ids["mail"]}}, "key": {Keys: []string{"mail", "none"}},
		"page": {List: client.List{Limit: 1, Sort: []string{"key"}}, Private: true},
	} {
		page, err := c.SearchConnectors(ctx, s)
		if err != nil || page.Count != 1 || page.Results[0].Key != "mail" {
			t.Errorf("%s: found %+v, %v", name, page, err)
		}
	}
	if page, err := c.SearchConnectors(ctx, client.Search{}); err != nil || page.Total != 2 {
		t.Errorf("found %+v, %v", page, err)
	}
	if deleted, err := c.DeleteDraft(ctx, client.ByKey("mail")); err != nil || deleted.ID != ids["mail"] {
		t.Errorf("deleted is %+v, %v", deleted, err)
	}
	if page, err := c.SearchConnectors(ctx, client.Search{}); err != nil || page.Total != 1 {
		t.Errorf("found %+v, %v", page, err)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	c, r, _ := newClient(t)
	for tag, valid := range map[string]bool{r.Repository.Tag: true, "v9.9.9": false} {
		report, err := c.Validate(t.Context(), api.Repository{URL: r.Repository.URL, Tag: tag})
		if err != nil || report.Valid != valid || (report.Tree != "") != valid || len(report.Findings) == 0 {
			t.Errorf("%s: the report is %+v, %v", tag, report, err)
		}
	}
}
