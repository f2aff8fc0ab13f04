package httpapi

import (
	"mime"
	"net/http"
	"net/url"
	"slices"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

// issueToken is the token endpoint (RFC 6749 section 4.4). The parameters come
// as a form, or in the query as some clients of the API send them.
func (a *API) issueToken(r *request) (*response, error) {
	id, secret, form, err := r.tokenRequest()
	if err != nil {
		return nil, err
	}
	switch grant := form.Get("grant_type"); {
	case grant == "":
		return nil, oauthProblem(api.CodeInvalidRequest, "Send grant_type=client_credentials, as a form or in the query.")
	case grant != "client_credentials":
		return nil, oauthProblem(api.CodeUnsupportedGrantType, "The only grant_type here is client_credentials.")
	}
	token, err := a.Tokens.Issue(r.Context(), id, secret, form.Get("scope"))
	if err != nil {
		return nil, err
	}
	return secretAnswer(token)
}

// introspectToken says what a token of the client is (RFC 7662).
func (a *API) introspectToken(r *request) (*response, error) {
	id, secret, form, err := r.tokenRequest()
	if err == nil {
		err = needsToken(form)
	}
	if err != nil {
		return nil, err
	}
	is, err := a.Tokens.Introspect(r.Context(), id, secret, form.Get("token"))
	if err != nil {
		return nil, err
	}
	return secretAnswer(is)
}

// revokeToken ends a token of the client (RFC 7009).
func (a *API) revokeToken(r *request) (*response, error) {
	id, secret, form, err := r.tokenRequest()
	if err == nil {
		err = needsToken(form)
	}
	if err == nil {
		err = a.Tokens.Revoke(r.Context(), id, secret, form.Get("token"))
	}
	if err != nil {
		return nil, err
	}
	return encoded(http.StatusOK, struct{}{})
}

func needsToken(form url.Values) error {
	if form.Get("token") == "" {
		return oauthProblem(api.CodeInvalidRequest, "Send token=…, as a form or in the query.")
	}
	return nil
}

// secretAnswer is an answer that nobody on the way may keep.
func secretAnswer(v any) (*response, error) {
	res, err := encoded(http.StatusOK, v)
	if err != nil {
		return nil, err
	}
	res.header = http.Header{"Cache-Control": {"no-store"}}
	return res, nil
}

// tokenRequest reads what every endpoint of tokens takes: the client's
// credentials and a form.
func (r *request) tokenRequest() (id, secret string, form url.Values, err error) {
	id, secret, ok := r.BasicAuth()
	if !ok || !hasOneAuthorization(r.Request) {
		return "", "", nil, problem.New(http.StatusUnauthorized, api.CodeInvalidClient,
			"Please provide valid client credentials using HTTP Basic Authentication.")
	}
	form, err = r.form()
	// RFC 6749 section 2.3.1 wants both form-encoded; what is no encoding is
	// taken as it stands.
	return formDecoded(id), formDecoded(secret), form, err
}

// form reads the parameters of the body and of the query. No parameter may come
// twice (RFC 6749 section 3.2), unless to say the same.
func (r *request) form() (url.Values, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, oauthProblem(api.CodeInvalidRequest, "The query cannot be decoded.")
	}
	if len(r.body) > 0 {
		media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || media != "application/x-www-form-urlencoded" {
			return nil, problem.General(http.StatusUnsupportedMediaType, "Send the body as application/x-www-form-urlencoded.")
		}
		body, err := url.ParseQuery(string(r.body))
		if err != nil {
			return nil, oauthProblem(api.CodeInvalidRequest, "The form cannot be decoded.")
		}
		for name, given := range body {
			values[name] = append(values[name], given...)
		}
	}
	for _, name := range []string{"grant_type", "scope", "token"} {
		if given := values[name]; len(given) > 0 && slices.ContainsFunc(given, func(v string) bool { return v != given[0] }) {
			return nil, oauthProblem(api.CodeInvalidRequest, "The parameter "+name+" is given more than once.")
		}
	}
	return values, nil
}

func oauthProblem(code api.ErrorCode, message string) *problem.Error {
	return problem.New(http.StatusBadRequest, code, message)
}

func formDecoded(s string) string {
	if decoded, err := url.QueryUnescape(s); err == nil {
		return decoded
	}
	return s
}
