package api

// Review is a draft before the reviewers, under /x/v1/reviews/{id}.
type Review struct {
	// ID and Key are the draft's.
	ID   string `json:"id"`
	Key  string `json:"key,omitzero"`
	Name string `json:"name"`
	// Project is the identifier {region}:{projectKey} of the draft's owner.
	Project string          `json:"project"`
	Status  ConnectorStatus `json:"status"`
	// Repository and Commit are what was checked, and what is certified if it is
	// approved, whatever the tag names by then.
	Repository  Repository `json:"repository"`
	Commit      string     `json:"commit"`
	SubmittedAt Timestamp  `json:"submittedAt"`
	TakenAt     Timestamp  `json:"takenAt,omitzero"`
	// TakenBy is the client id of the reviewer.
	TakenBy string `json:"takenBy,omitzero"`
	// ConnectorVersion is the version that is in production, 0 when none is.
	ConnectorVersion int64           `json:"connectorVersion,omitzero"`
	Draft            ConnectorStaged `json:"draft"`
}
