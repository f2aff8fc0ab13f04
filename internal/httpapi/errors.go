package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/correlation"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	// retryNewer is when a server that was upgraded may answer.
	retryNewer = time.Minute
	// retryUnwritable is when there may be room on the disk again.
	retryUnwritable = 10 * time.Second
)

// methodError is the answer to a method that the path does not have.
type methodError struct{ allowed string }

func (e *methodError) Error() string { return "method not allowed; allowed: " + e.allowed }

func forbidden(scopes []auth.Scope) *problem.Error {
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	return problem.New(http.StatusForbidden, api.CodeAuthorizationError,
		"Insufficient scope: the token needs "+strings.Join(names, " or ")+" of its project.")
}

// problemOf is the one mapping from errors to answers. What it does not know is
// trouble of ours: the caller learns an id by which the log has the rest.
func problemOf(ctx context.Context, err error) *problem.Error {
	var known *problem.Error
	var method *methodError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &method):
		return problem.General(http.StatusMethodNotAllowed, "This path takes "+method.allowed+".")
	case errors.Is(err, store.ErrNewer):
		return problem.Busy("A newer version of Greenroom wrote this. Ask the operator to upgrade this server; nothing was changed.", retryNewer, err)
	case errors.Is(err, store.ErrBusy):
		return problem.Busy("The server has more to write than it can take. Repeat the request in a moment; nothing was changed.", time.Second, err)
	case errors.Is(err, store.ErrUnwritable), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EROFS):
		return problem.Busy("The server cannot write now; nothing was changed. Repeat the request later, and tell the operator if that does not help.", retryUnwritable, err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return problem.Busy("The request was given up before it was done. Repeat it in a moment.", time.Second, err)
	default:
		return problem.General(http.StatusInternalServerError,
			fmt.Sprintf("The server failed. Its log has more under the correlation ID %s.", correlation.ID(ctx)))
	}
}

// failure turns an error into an answer.
func failure(ctx context.Context, err error) *response {
	p := problemOf(ctx, err)
	body := api.ErrorResponse{StatusCode: p.Status, Message: p.Objects[0].Message, Errors: p.Objects}
	header := http.Header{}
	switch code := p.Objects[0].Code; code {
	case api.CodeInvalidToken:
		body.Error, body.ErrorDescription = string(code), p.Objects[0].Message
		header.Set("WWW-Authenticate", `Bearer realm="greenroom", error="invalid_token"`)
	case api.CodeInvalidClient, api.CodeInvalidRequest, api.CodeInvalidScope, api.CodeUnsupportedGrantType:
		body.Error, body.ErrorDescription = string(code), p.Objects[0].Message
		if p.Status == http.StatusUnauthorized {
			header.Set("WWW-Authenticate", `Basic realm="greenroom"`)
		}
	}
	if p.RetryAfter > 0 {
		seconds := (p.RetryAfter + time.Second - 1) / time.Second
		header.Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
	var method *methodError
	if errors.As(err, &method) {
		header.Set("Allow", method.allowed)
	}
	text, encodeErr := json.Marshal(body)
	if encodeErr != nil { // only for text that is no UTF-8, which nothing above lets in
		text = []byte(`{"statusCode":500,"message":"The server failed.","errors":[{"code":"General","message":"The server failed."}]}`)
		return &response{status: http.StatusInternalServerError, body: text, header: header}
	}
	return &response{status: p.Status, body: text, header: header}
}
