package server_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/credential"
	"github.com/greenroom-registry/greenroom/internal/doctor"
	"github.com/greenroom-registry/greenroom/internal/testkit/release1"
)

// A database of the previous release is opened as it is: the same clients get the
// same answers, byte for byte, credentials open, every run and report is there, and
// drafts can be changed.
func TestPreviousRelease(t *testing.T) {
	t.Parallel()
	o := options(t, nil)
	o.DataDir = release1.DataDir(t)
	r := start(t, o)
	var owner struct{ ClientID, ClientSecret string }
	if err := json.Unmarshal(release1.Client, &owner); err != nil {
		t.Fatal(err)
	}
	c := client.New(client.Options{URL: r.URL(), ID: owner.ClientID, Secret: owner.ClientSecret})
	r.requireAnswer(t, "/connectors/drafts?limit=50", release1.Drafts)
	r.requireAnswer(t, "/connectors/search?limit=50", release1.Connectors)

	drafts, err := c.Drafts(t.Context(), client.List{Limit: 50})
	if err != nil || drafts.Total != 6 {
		t.Fatalf("%d drafts, %v", drafts.Total, err)
	}
	reports := 0
	for _, d := range drafts.Results {
		runs, err := c.Runs(t.Context(), client.ByID(d.ID), client.List{Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range runs.Results {
			if _, err := c.RunReport(t.Context(), client.ByID(d.ID), run.ID); err != nil {
				t.Errorf("report of %s: %v", run.ID, err)
			}
			reports++
		}
	}
	if reports != 5 {
		t.Errorf("%d reports were read", reports)
	}
	opened, err := credential.New(r.Store(), o.DataDir, time.Now).Credential(t.Context(), release1.Project, "https", release1.Host)
	if err != nil || opened.Token != release1.Token {
		t.Errorf("the credential is %+v, %v", opened, err)
	}
	published, err := c.Draft(t.Context(), client.ByKey("published"))
	if err == nil {
		_, err = c.UpdateDraft(t.Context(), client.ByKey("published"), published.Version, api.SetName("Renamed"))
	}
	if err != nil {
		t.Errorf("update: %v", err)
	}
	r.end(t)
	if found, err := doctor.Examine(t.Context(), doctor.Options{DataDir: o.DataDir, Now: time.Now}); err != nil || len(found.Findings) > 0 {
		t.Errorf("found %+v, %v", found.Findings, err)
	}
}

// requireAnswer fails unless the server answers to the owner of the drafts as the
// release did.
func (r *running) requireAnswer(t *testing.T, path string, want []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil || strings.TrimSpace(string(got)) != strings.TrimSpace(string(want)) {
		t.Errorf("GET %s: %s\n%s\n%v, want\n%s", path, res.Status, got, err, want)
	}
}
