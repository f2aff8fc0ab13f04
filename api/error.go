package api

// ErrorCode names what went wrong, for programs.
type ErrorCode string

// The codes of the API, each with the HTTP status it comes with.
const (
	CodeInvalidJSONInput           ErrorCode = "InvalidJsonInput"                          // 400
	CodeInvalidQueryParam          ErrorCode = "InvalidQueryParam"                         // 400
	CodeInvalidPathParam           ErrorCode = "InvalidPathParam"                          // 400
	CodeDuplicateField             ErrorCode = "DuplicateField"                            // 400
	CodeNotPrivate                 ErrorCode = "ConnectorStagedNotPrivate"                 // 400
	CodePreviewRequestUnderProcess ErrorCode = "ConnectorStagedPreviewRequestUnderProcess" // 400
	CodeInCertification            ErrorCode = "ConnectorStagedInCertification"            // 400
	// CodeNotInCertification is ours: the API of commercetools has no withdrawal.
	CodeNotInCertification ErrorCode = "ConnectorStagedNotInCertification" // 400
	// CodeRunEnded is ours too: nor has it runs.
	CodeRunEnded                  ErrorCode = "ConnectorStagedRunEnded"            // 400
	CodeAlreadyCertified          ErrorCode = "ConnectorAlreadyCertified"          // 400
	CodeInvalidToken              ErrorCode = "invalid_token"                      // 401
	CodeAuthorizationError        ErrorCode = "AuthorizationError"                 // 403
	CodeResourceNotFound          ErrorCode = "ResourceNotFound"                   // 404
	CodeConcurrentModification    ErrorCode = "ConcurrentModification"             // 409
	CodeGitRepositoryNotReachable ErrorCode = "GitRepositoryNotReachable"          // 422
	CodeSpecificationFileNotFound ErrorCode = "ConnectorSpecificationFileNotFound" // 422
	CodeSpecificationFileNotValid ErrorCode = "ConnectorSpecificationFileNotValid" // 422
	CodeGeneral                   ErrorCode = "General"                            // 405, 413, 415, 429, 500, 503
	CodeInvalidClient             ErrorCode = "invalid_client"                     // 401, token endpoint
	CodeInvalidRequest            ErrorCode = "invalid_request"                    // 400, token endpoint
	CodeInvalidScope              ErrorCode = "invalid_scope"                      // 400, token endpoint
	CodeUnsupportedGrantType      ErrorCode = "unsupported_grant_type"             // 400, token endpoint
)

// ErrorResponse is the body of every answer that is no success. Message is that
// of the first error; Errors is never empty.
type ErrorResponse struct {
	StatusCode int           `json:"statusCode"`
	Message    string        `json:"message"`
	Errors     []ErrorObject `json:"errors"`
	// Error and ErrorDescription are the OAuth form of the same (RFC 6749
	// section 5.2, RFC 6750 section 3), on 401 and at the token endpoint.
	Error            string `json:"error,omitzero"`
	ErrorDescription string `json:"error_description,omitzero"`
}

// ErrorObject is one thing that went wrong.
type ErrorObject struct {
	Code                 ErrorCode `json:"code"`
	Message              string    `json:"message"`
	DetailedErrorMessage string    `json:"detailedErrorMessage,omitzero"`
	// Field and DuplicateValue belong to DuplicateField.
	Field          string `json:"field,omitzero"`
	DuplicateValue string `json:"duplicateValue,omitzero"`
	// ExpectedVersion (as sent) and CurrentVersion belong to
	// ConcurrentModification.
	ExpectedVersion int64 `json:"expectedVersion,omitzero"`
	CurrentVersion  int64 `json:"currentVersion,omitzero"`
	// Findings belong to ConnectorSpecificationFileNotValid.
	Findings []Finding `json:"findings,omitzero"`
}
