package connector

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

const fullDraft = `{
	"key": "tax-1", "name": "Tax", "description": "Taxes.\nAll of them.", "integrationTypes": ["tax", "other", "tax"],
	"creator": {"name": "Jane", "title": "Dr", "email": "jane@example.com", "company": "Acme", "logoUrl": "https://example.com/l",
		"noOfContributors": 3, "supportUrl": "https://example.com/s"},
	"repository": {"url": "https://git.example/acme/shop.git", "tag": "v1"},
	"supportedRegions": ["us-central1.gcp", "europe-west1.gcp", "us-central1.gcp"],
	"privateProjects": ["europe-west1.gcp:bolt", "r:cc", "europe-west1.gcp:bolt"],
	"documentationUrl": "https://example.com/d",

	"id": "5ab3edcd-9d23-4934-8f48-256805253119", "version": 7, "status": "Published", "private": false, "certified": true,
	"isPreviewable": "true", "hasChanges": false, "alreadyListed": true, "configurations": [1], "globalConfiguration": null,
	"apiClient": {}, "publishingReport": {"entries": []}, "previewableReport": 5, "certificationInfo": {}, "whatever": {"a": []}
}`

func TestReadDraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got, err := w.ReadDraft([]byte(fullDraft))
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "draft", api.ConnectorStagedDraft{
		Key: "tax-1", Name: "Tax", Description: "Taxes.\nAll of them.",
		IntegrationTypes: []api.IntegrationType{"tax", "other"},
		Creator: api.Creator{
			Name: "Jane", Title: "Dr", Email: "jane@example.com", Company: "Acme", LogoURL: "https://example.com/l",
			NoOfContributors: 3, SupportURL: "https://example.com/s",
		},
		Repository:       v1,
		SupportedRegions: []string{"us-central1.gcp", "europe-west1.gcp"},
		PrivateProjects:  []string{"europe-west1.gcp:bolt", "r:cc"},
		DocumentationURL: "https://example.com/d",
	}, got)
}

func TestReadDraftReportsEverything(t *testing.T) {
	t.Parallel()
	const (
		email  = "must be one e-mail address of 3 to 254 characters, such as jane@example.com."
		link   = `must be an absolute http or https address of at most 2048 characters, without spaces, control characters, quotes, \, < or >.`
		region = "must be one of europe-west1.gcp, us-central1.gcp, australia-southeast1.gcp, us-east-2.aws, eu-central-1.aws."
		types  = "must be one of tax, marketplace, oms, psp, pim, promotion, search, erp, crm, email, analytics, shipping, giftcard, other."
	)
	for _, tc := range []struct {
		name, body string
		want       []string
	}{
		{"nothing", `{}`, []string{"$.name: is required.", "$.creator: is required.", "$.repository: is required."}},
		{"null", `{"name": null, "creator": null, "repository": null, "key": null, "supportedRegions": null}`,
			[]string{"$.name: is required.", "$.creator: is required.", "$.repository: is required."}},
		{"empty objects", `{"name": "x", "creator": {}, "repository": {}}`,
			[]string{"$.creator.email: is required.", "$.repository.url: is required.", "$.repository.tag: is required."}},
		{"out of bounds", `{"key": "a", "name": "", "description": 1, "integrationTypes": ["x"], "supportedRegions": ["mars"],
			"privateProjects": ["p"], "documentationUrl": "/d",
			"creator": {"name": "\n", "title": "\n", "email": "x", "company": "\n", "logoUrl": "l", "noOfContributors": 0, "supportUrl": "s"},
			"repository": {"url": "/etc", "tag": "a b"}}`, []string{
			"$.key: must have 2 to 256 characters, letters, digits, _ and - only.",
			"$.name: must not be empty.",
			"$.description: must be a string, but is a number.",
			"$.integrationTypes[0]: " + types,
			"$.supportedRegions[0]: " + region,
			"$.privateProjects[0]: must be a project identifier {region}:{projectKey}, such as europe-west1.gcp:my-project.",
			"$.documentationUrl: " + link,
			"$.creator.name: must not contain the control character U+000A.",
			"$.creator.title: must not contain the control character U+000A.",
			"$.creator.email: " + email,
			"$.creator.company: must not contain the control character U+000A.",
			"$.creator.logoUrl: " + link,
			"$.creator.noOfContributors: must be at least 1, but is 0.",
			"$.creator.supportUrl: " + link,
			"$.repository.url: must be an HTTPS address.",
			"$.repository.tag: must not contain ' ', which Git allows in no tag.",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := newWorld(t).ReadDraft([]byte(tc.body))
			requireEqual(t, "problems", tc.want, details(requireProblem(t, err, 400, api.CodeInvalidJSONInput)))
		})
	}
}

func details(p problem.Error) []string {
	var out []string
	for _, o := range p.Objects {
		out = append(out, o.DetailedErrorMessage)
	}
	return out
}

const (
	declared = `"configurations":[{"applicationName":"tax","applicationType":"service","standardConfiguration":[{"key":"RATE",` +
		`"description":"The rate","default":"7","required":true}],"securedConfiguration":[]},{"applicationName":"clean",` +
		`"applicationType":"job","standardConfiguration":[],"securedConfiguration":[]}],"globalConfiguration":{"standardConfiguration":[],` +
		`"securedConfiguration":[{"key":"TOKEN","description":"The token","required":false}]},"apiClient":{"scopes":["view_products"]}`

	smallDocument = `{"id":"ID","version":1,"name":"Tax","description":"","integrationTypes":[],"creator":{"email":"jane@example.com"},` +
		`"repository":{"url":"https://git.example/acme/shop.git","tag":"v1"},` + declared + `,"private":true,"privateProjects":[],` +
		`"supportedRegions":[],"status":"Draft","alreadyListed":false,"hasChanges":true,"isPreviewable":"none","certified":false}`

	fullDocument = `{"id":"ID","key":"tax-1","version":1,"name":"Tax","description":"Taxes.\nAll of them.","integrationTypes":["tax","other"],` +
		`"creator":{"name":"Jane","title":"Dr","email":"jane@example.com","company":"Acme","logoUrl":"https://example.com/l",` +
		`"noOfContributors":3,"supportUrl":"https://example.com/s"},` +
		`"repository":{"url":"https://git.example/acme/shop.git","tag":"v1"},` + declared + `,"private":true,` +
		`"privateProjects":["europe-west1.gcp:bolt","r:cc"],"supportedRegions":["us-central1.gcp","europe-west1.gcp"],"status":"Draft",` +
		`"alreadyListed":false,"hasChanges":true,"isPreviewable":"none","documentationUrl":"https://example.com/d","certified":false}`
)

// The document of a create, byte for byte: every default, and nothing that the
// body says of what is the server's.
func TestCreate(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"name": "Tax", "creator": {"email": "jane@example.com"}, "repository": {"url": "https://git.example/acme/shop.git", "tag": "v1"}}`: smallDocument,
		fullDraft: fullDocument,
	} {
		w := newWorld(t)
		draft, err := w.ReadDraft([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := w.Create(always, acme, draft)
		if err != nil {
			t.Fatal(err)
		}
		d := decoded[api.ConnectorStaged](t, doc)
		requireEqual(t, "document", strings.Replace(want, "ID", d.ID, 1), string(doc))
		if d.ID[14] != '4' {
			t.Errorf("id %s is no UUID of version 4", d.ID)
		}

		w.requireConsistent(t, d.ID)
		stored, err := w.store.Draft(always, byID(d))
		if err != nil {
			t.Fatal(err)
		}
		requireEqual(t, "stored document", string(doc), string(stored.Document))
		requireEqual(t, "facts", `{}`, string(stored.Facts))
		requireEqual(t, "owner and times", []any{acme.Project, dawn, dawn}, []any{stored.Owner, stored.CreatedAt, stored.LastModifiedAt})
		page, err := w.Drafts(always, acme, store.DraftQuery{Limit: 1})
		if err != nil || page.Total != 1 {
			t.Errorf("total %d, error %v", page.Total, err)
		}
		requireEqual(t, "reads", []string{"file v1"}, w.repos.reads())
	}
}

func TestCreateDuplicateKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create(t, withKey("tax"))
	w.repos.reads()
	for _, p := range []struct{ project string }{{acme.Project}, {bolt.Project}} {
		caller := acme
		caller.Project = p.project
		_, err := w.Create(always, caller, newDraft(withKey("tax")))
		got := requireProblem(t, err, 400, api.CodeDuplicateField)
		requireEqual(t, "error", []api.ErrorObject{{
			Code: "DuplicateField", Message: `A duplicate value "tax" exists for field "key".`, Field: "key", DuplicateValue: "tax",
		}}, got.Objects)
	}
	requireEqual(t, "reads: the key is asked for first", nothing, w.repos.reads())
	w.create(t, withKey("Tax")) // keys are compared whole, case and all
	w.create(t)
	w.create(t) // none is no key
}

func withKey(key string) func(*api.ConnectorStagedDraft) {
	return func(d *api.ConnectorStagedDraft) { d.Key = key }
}

// While one create reads its repository, another takes the key.
func TestCreateLosesTheKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repos.during = func() {
		d := newDraft(withKey("tax"))
		d.Repository = v3
		if _, err := w.Create(always, bolt, d); err != nil {
			t.Error(err)
		}
	}
	_, err := w.Create(always, acme, newDraft(withKey("tax")))
	got := requireProblem(t, err, 400, api.CodeDuplicateField)
	requireEqual(t, "field", []string{"key", "tax"}, []string{got.Objects[0].Field, got.Objects[0].DuplicateValue})
	requireDrafts(t, w, 0)
}

func requireDrafts(t *testing.T, w *world, want int) {
	t.Helper()
	page, err := w.Drafts(always, acme, store.DraftQuery{Limit: 10})
	if err != nil || page.Total != want || len(page.Documents) != want {
		t.Errorf("%d drafts, total %d, error %v; want %d", len(page.Documents), page.Total, err, want)
	}
}

// unreadable are the ways in which a repository cannot be used, and what the
// caller is told.
var unreadable = []struct {
	name    string
	release *release
	err     error
	status  int
	code    api.ErrorCode
	message string
	detail  string
}{
	{"not reachable", nil, fmt.Errorf("dial 10.0.0.1: %w", gitsource.ErrNotReachable), 422, api.CodeGitRepositoryNotReachable,
		"Repository with the tag is not reachable",
		"https://git.example/acme/shop.git with tag v9. Check the URL, that the tag is pushed, and that this server may read the repository."},
	{"no connect.yaml", &release{commit: "c9", siblings: []string{"README.md"}}, nil, 422, api.CodeSpecificationFileNotFound,
		"Connector specification file not found",
		"There is no connect.yaml at the root of the repository. Add one that lists the applications under deployAs."},
	{"connect.yml", &release{commit: "c9", siblings: []string{"README.md", "connect.yml"}}, nil, 422, api.CodeSpecificationFileNotFound,
		"Connector specification file not found",
		"There is no connect.yaml at the root of the repository, but a connect.yml: rename it to connect.yaml."},
	{"too large", nil, fmt.Errorf("more than 9 bytes: %w", gitsource.ErrTooLarge), 422, api.CodeSpecificationFileNotValid,
		"Connector specification file is not valid", "connect.yaml must be a regular file of at most 256 KiB."},
	{"a link", nil, gitsource.ErrNotRegular, 422, api.CodeSpecificationFileNotValid,
		"Connector specification file is not valid", "connect.yaml must be a regular file of at most 256 KiB."},
	{"not valid", &release{commit: "c9", text: "deployAs:\n  - name: app\n    applicationType: service\n    endpoint: app\n    port: 80\n"}, nil,
		422, api.CodeSpecificationFileNotValid, "Connector specification file is not valid", "connect.yaml:5:5: "},
	{"busy", nil, fmt.Errorf("wait: %w", gitsource.ErrBusy), 503, api.CodeGeneral,
		"Too many repositories are being read. Repeat the request in a moment.", ""},
}

// v9 is the release of unreadable.
var v9 = api.Repository{URL: shop, Tag: "v9"}

func (w *world) makeUnreadable(r *release, err error) {
	if r != nil {
		w.repos.put(v9, *r)
	}
	w.repos.mu.Lock()
	defer w.repos.mu.Unlock()
	w.repos.err = err
}

func TestCreateFromUnreadableRepository(t *testing.T) {
	t.Parallel()
	for _, tc := range unreadable {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.makeUnreadable(tc.release, tc.err)
			draft := newDraft(withKey("tax"))
			draft.Repository = v9
			_, err := w.Create(always, acme, draft)
			p := requireProblem(t, err, tc.status, tc.code)
			o := p.Objects[0]
			if o.Message != tc.message || !strings.HasPrefix(o.DetailedErrorMessage, tc.detail) || len(p.Objects) != 1 {
				t.Errorf("%q, %q; want %q, %q", o.Message, o.DetailedErrorMessage, tc.message, tc.detail)
			}
			if (tc.status == 503) != (p.RetryAfter > 0) {
				t.Errorf("retry after %v", p.RetryAfter)
			}
			if tc.name == "not valid" {
				requireFindings(t, o)
			}
			requireDrafts(t, w, 0)
			w.makeUnreadable(nil, nil)
			w.create(t, withKey("tax")) // the key is still free
		})
	}
}

// requireFindings checks that every finding is there as an object and as text,
// with its place.
func requireFindings(t *testing.T, o api.ErrorObject) {
	t.Helper()
	lines := strings.Split(o.DetailedErrorMessage, "\n")
	if len(o.Findings) == 0 || len(lines) != len(o.Findings) {
		t.Fatalf("%d findings, %d lines", len(o.Findings), len(lines))
	}
	for i, f := range o.Findings {
		if want := fmt.Sprintf("connect.yaml:%d:%d: %s. %s", f.Line, f.Column, f.Message, f.Help); lines[i] != want || f.Line == 0 {
			t.Errorf("line %q, want %q", lines[i], want)
		}
		if f.Snippet == "" || f.Page != check.Page(f.Rule) {
			t.Errorf("%s has the snippet %q and the page %q", f.Rule, f.Snippet, f.Page)
		}
	}
}

// Trouble of our own stays what it is.
func TestCreateWithTroubleOfOurOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	full := errors.New("no space left on device")
	w.makeUnreadable(nil, full)
	_, err := w.Create(always, acme, newDraft())
	var p *problem.Error
	if !errors.Is(err, full) || errors.As(err, &p) {
		t.Errorf("error %v, want the disk's", err)
	}
	requireDrafts(t, w, 0)
}
