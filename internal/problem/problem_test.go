package problem

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
)

var errCause = errors.New("dial 10.0.0.1: refused")

func TestProblems(t *testing.T) {
	t.Parallel()
	findings := []api.Finding{{Rule: "spec/required"}}
	for _, tc := range []struct {
		name   string
		got    *Error
		status int
		want   []api.ErrorObject
	}{
		{"body", InvalidBody([]Field{{"$.name", "is required."}, {"$.key", "is odd."}}), 400, []api.ErrorObject{
			{Code: "InvalidJsonInput", Message: "Request body is not valid: $.name is required.", DetailedErrorMessage: "$.name: is required."},
			{Code: "InvalidJsonInput", Message: "Request body is not valid: $.key is odd.", DetailedErrorMessage: "$.key: is odd."},
		}},
		{"JSON", InvalidJSON("Line 1."), 400, []api.ErrorObject{
			{Code: "InvalidJsonInput", Message: "Request body does not contain valid JSON.", DetailedErrorMessage: "Line 1."},
		}},
		{"query", InvalidQuery("limit", "is odd."), 400, []api.ErrorObject{
			{Code: "InvalidQueryParam", Message: "Malformed parameter: limit: is odd.", DetailedErrorMessage: "limit: is odd."},
		}},
		{"path", InvalidPath("id", "is odd."), 400, []api.ErrorObject{
			{Code: "InvalidPathParam", Message: "Malformed path parameter: id: is odd.", DetailedErrorMessage: "id: is odd."},
		}},
		{"duplicate", DuplicateField("key", "k"), 400, []api.ErrorObject{
			{Code: "DuplicateField", Message: `A duplicate value "k" exists for field "key".`, Field: "key", DuplicateValue: "k"},
		}},
		{"not found", NotFound("Gone."), 404, []api.ErrorObject{{Code: "ResourceNotFound", Message: "Gone."}}},
		{"conflict", Conflict(3, 4, "Changed."), 409, []api.ErrorObject{
			{Code: "ConcurrentModification", Message: "Changed.", ExpectedVersion: 3, CurrentVersion: 4},
		}},
		{"state", InvalidState(api.CodeInCertification, "Locked."), 400, []api.ErrorObject{
			{Code: "ConnectorStagedInCertification", Message: "Locked."},
		}},
		{"repository", Unprocessable(api.CodeSpecificationFileNotValid, "Not valid.", "1:1", findings, errCause), 422, []api.ErrorObject{
			{Code: "ConnectorSpecificationFileNotValid", Message: "Not valid.", DetailedErrorMessage: "1:1", Findings: findings},
		}},
		{"general", General(http.StatusRequestEntityTooLarge, "Too large."), 413, []api.ErrorObject{{Code: "General", Message: "Too large."}}},
		{"busy", Busy("Later.", time.Second, errCause), 503, []api.ErrorObject{{Code: "General", Message: "Later."}}},
		{"new", New(http.StatusUnauthorized, api.CodeInvalidToken, "Who?"), 401, []api.ErrorObject{{Code: "invalid_token", Message: "Who?"}}},
	} {
		if tc.got.Status != tc.status {
			t.Errorf("%s: status %d, want %d", tc.name, tc.got.Status, tc.status)
		}
		if diff := cmp.Diff(tc.want, tc.got.Objects); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
	if busy := Busy("Later.", time.Second, nil); busy.RetryAfter != time.Second {
		t.Errorf("retry after %v", busy.RetryAfter)
	}
}

// The cause is for the log: it is in the text of the error and in no object.
func TestCause(t *testing.T) {
	t.Parallel()
	err := Unprocessable(api.CodeGitRepositoryNotReachable, "Not reachable", "Check the URL.", nil, errCause)
	if !errors.Is(err, errCause) {
		t.Error("the cause is lost")
	}
	if got, want := err.Error(), "GitRepositoryNotReachable: Not reachable Check the URL.: dial 10.0.0.1: refused"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	if got, want := NotFound("Gone.").Error(), "ResourceNotFound: Gone."; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	if err := NotFound("Gone."); errors.Unwrap(err) != nil {
		t.Error("a cause out of nothing")
	}
}
