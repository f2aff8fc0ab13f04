// Package problem is the one error type for what a caller can be told: an HTTP
// status, the error objects of the answer, and the cause, which only the log
// sees. Any other error is ours and becomes a plain 500 at the edge.
package problem

import (
	"fmt"
	"net/http"
	"time"

	"github.com/greenroom-registry/greenroom/api"
)

// Error is a failure that the caller is told about.
type Error struct {
	Status  int
	Objects []api.ErrorObject // never empty
	// RetryAfter, when set, says when the same request may succeed.
	RetryAfter time.Duration
	// Cause is for the log alone: it may hold addresses and paths.
	Cause error
}

func (e *Error) Error() string {
	o := e.Objects[0]
	text := fmt.Sprintf("%s: %s", o.Code, o.Message)
	if o.DetailedErrorMessage != "" {
		text += " " + o.DetailedErrorMessage
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Cause }

func single(status int, o api.ErrorObject) *Error {
	return &Error{Status: status, Objects: []api.ErrorObject{o}}
}

// New is a problem of one code and message, with no further fields.
func New(status int, code api.ErrorCode, message string) *Error {
	return single(status, api.ErrorObject{Code: code, Message: message})
}

// Field is one problem of a body: the JSON path of the value and what is wrong
// with it.
type Field struct{ Path, Message string }

// InvalidBody reports every problem of a body at once; fields is not empty.
func InvalidBody(fields []Field) *Error {
	e := &Error{Status: http.StatusBadRequest}
	for _, f := range fields {
		e.Objects = append(e.Objects, api.ErrorObject{
			Code:                 api.CodeInvalidJSONInput,
			Message:              "Request body is not valid: " + f.Path + " " + f.Message,
			DetailedErrorMessage: f.Path + ": " + f.Message,
		})
	}
	return e
}

// InvalidJSON reports a body that is no JSON text at all. The message is the
// fixed one of the public contract.
func InvalidJSON(detail string) *Error {
	return single(http.StatusBadRequest, api.ErrorObject{
		Code:                 api.CodeInvalidJSONInput,
		Message:              "Request body does not contain valid JSON.",
		DetailedErrorMessage: detail,
	})
}

// InvalidPack reports a body that is not a pack of git's with the tree that the path
// names.
func InvalidPack(cause error) *Error {
	e := single(http.StatusBadRequest, api.ErrorObject{
		Code:                 api.CodeInvalidJSONInput,
		Message:              "Request body is not a pack with the whole tree that the path names.",
		DetailedErrorMessage: "Send what git pack-objects --revs --stdout writes when it reads the id of the tree.",
	})
	e.Cause = cause
	return e
}

// InvalidQuery reports a query parameter with a bad value.
func InvalidQuery(name, detail string) *Error {
	return single(http.StatusBadRequest, api.ErrorObject{
		Code:                 api.CodeInvalidQueryParam,
		Message:              fmt.Sprintf("Malformed parameter: %s: %s", name, detail),
		DetailedErrorMessage: name + ": " + detail,
	})
}

// InvalidPath reports an id or key in the path that can be none.
func InvalidPath(name, detail string) *Error {
	return single(http.StatusBadRequest, api.ErrorObject{
		Code:                 api.CodeInvalidPathParam,
		Message:              fmt.Sprintf("Malformed path parameter: %s: %s", name, detail),
		DetailedErrorMessage: name + ": " + detail,
	})
}

// DuplicateField reports a value that is taken.
func DuplicateField(field, value string) *Error {
	return single(http.StatusBadRequest, api.ErrorObject{
		Code:           api.CodeDuplicateField,
		Message:        fmt.Sprintf("A duplicate value %q exists for field %q.", value, field),
		Field:          field,
		DuplicateValue: value,
	})
}

// NotFound is the one answer for what does not exist and for what the caller
// may not know of.
func NotFound(message string) *Error {
	return New(http.StatusNotFound, api.CodeResourceNotFound, message)
}

// Conflict reports a version that is not the current one.
func Conflict(expected, current int64, message string) *Error {
	return single(http.StatusConflict, api.ErrorObject{
		Code:            api.CodeConcurrentModification,
		Message:         message,
		ExpectedVersion: expected,
		CurrentVersion:  current,
	})
}

// InvalidState reports a request that the state of the draft forbids.
func InvalidState(code api.ErrorCode, message string) *Error {
	return New(http.StatusBadRequest, code, message)
}

// Unprocessable reports a repository that cannot be used as it is.
func Unprocessable(code api.ErrorCode, message, detail string, findings []api.Finding, cause error) *Error {
	e := single(http.StatusUnprocessableEntity, api.ErrorObject{
		Code: code, Message: message, DetailedErrorMessage: detail, Findings: findings,
	})
	e.Cause = cause
	return e
}

// General reports trouble of the protocol or of ours: 405, 413, 415, 429, 503.
func General(status int, message string) *Error {
	return New(status, api.CodeGeneral, message)
}

// Busy reports that the server cannot take the request now.
func Busy(message string, retryAfter time.Duration, cause error) *Error {
	e := General(http.StatusServiceUnavailable, message)
	e.RetryAfter = retryAfter
	e.Cause = cause
	return e
}
