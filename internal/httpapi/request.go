package httpapi

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// maxBody bounds a body of JSON, in bytes.
const maxBody = 1 << 20

// bodyKind is what the body of a request is.
type bodyKind int

const (
	// asJSON is read before the endpoint is asked, within maxBody.
	asJSON bodyKind = iota
	// asPack is a pack of git's, which the endpoint reads itself.
	asPack
)

// request is a request on its way through the checks of API.call.
type request struct {
	*http.Request
	principal auth.Principal
	body      []byte
	params    url.Values // those of the query
}

func (r *request) readBody() error {
	if r.ContentLength > maxBody {
		return tooLarge()
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return tooLarge()
	}
	if err != nil {
		return &problem.Error{
			Status:  http.StatusBadRequest,
			Objects: problem.InvalidJSON("The body could not be read to its end.").Objects,
			Cause:   err,
		}
	}
	r.body = body
	return nil
}

func tooLarge() *problem.Error {
	return problem.General(http.StatusRequestEntityTooLarge, "The request body has more than 1 MiB.")
}

// mustBe refuses a body that says of itself that it is something else. One that says
// nothing is believed to be what the endpoint takes.
func (r *request) mustBe(kind bodyKind) error {
	if kind == asJSON && len(r.body) == 0 {
		return nil
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return problem.General(http.StatusUnsupportedMediaType, "Send the body without a content encoding.")
	}
	declared := r.Header.Get("Content-Type")
	if declared == "" {
		return nil
	}
	media, params, err := mime.ParseMediaType(declared)
	if kind == asPack {
		if err != nil || media != api.MediaPack {
			return problem.General(http.StatusUnsupportedMediaType, "Send the body as "+api.MediaPack+".")
		}
		return nil
	}
	charset := params["charset"]
	if err != nil || media != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return problem.General(http.StatusUnsupportedMediaType, "Send the body as application/json in UTF-8.")
	}
	return nil
}

func (r *request) readQuery() error {
	params, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return problem.InvalidQuery("query", "cannot be decoded; encode %, ; and other special characters.")
	}
	r.params = params
	return nil
}

// ref reads the path's id or key.
func (r *request) ref() (store.Ref, error) {
	value := r.PathValue("ref")
	if key, ok := strings.CutPrefix(value, "key="); ok {
		if message := field.Key(key); message != "" {
			return store.Ref{}, problem.InvalidPath("key", message)
		}
		return store.Ref{Key: key}, nil
	}
	id, ok := field.ID(value)
	if !ok {
		return store.Ref{}, problem.InvalidPath("id", "must be a UUID; a key is written key=my-key.")
	}
	return store.Ref{ID: id}, nil
}

// hasOneAuthorization says whether the request has credentials, and no others
// beside them: which of them count must not depend on who reads the request.
func hasOneAuthorization(r *http.Request) bool { return len(r.Header.Values("Authorization")) == 1 }

// bearer is the request's access token, "" when it has none (RFC 6750 section
// 2.1).
func bearer(r *http.Request) string {
	if !hasOneAuthorization(r) {
		return ""
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

func (a *API) authenticate(r *http.Request) (auth.Principal, error) {
	token := bearer(r)
	if token == "" {
		return auth.Principal{}, auth.InvalidToken("Send an access token: Authorization: Bearer TOKEN. Get one from /oauth/token.")
	}
	return a.Tokens.Verify(r.Context(), token) //nolint:wrapcheck // its errors are the caller's answer
}
