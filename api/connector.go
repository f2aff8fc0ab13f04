package api

// Connector is the read-only production version of a connector. It shares id
// and key with the draft it was published from and counts versions of its own:
// 1 at the first publish, one more at each publish after it.
type Connector struct {
	ID                  string                              `json:"id"`
	Key                 string                              `json:"key,omitzero"`
	Version             int64                               `json:"version"`
	Name                string                              `json:"name"`
	Description         string                              `json:"description,omitzero"`
	IntegrationTypes    []IntegrationType                   `json:"integrationTypes"`
	Creator             Creator                             `json:"creator"`
	Repository          Repository                          `json:"repository"`
	Configurations      []ConnectorConfigurationApplication `json:"configurations"`
	GlobalConfiguration *ConnectorConfiguration             `json:"globalConfiguration,omitzero"`
	APIClient           *ConnectorAPIClient                 `json:"apiClient,omitzero"`
	Private             bool                                `json:"private"`
	SupportedRegions    []string                            `json:"supportedRegions"`
	Certified           bool                                `json:"certified"`
	DocumentationURL    string                              `json:"documentationUrl,omitzero"`
}

// ConnectorStaged is the draft version of a connector.
type ConnectorStaged struct {
	ID                  string                              `json:"id"`
	Key                 string                              `json:"key,omitzero"`
	Version             int64                               `json:"version"`
	Name                string                              `json:"name"`
	Description         string                              `json:"description"`
	IntegrationTypes    []IntegrationType                   `json:"integrationTypes"`
	Creator             Creator                             `json:"creator"`
	Repository          Repository                          `json:"repository"`
	Configurations      []ConnectorConfigurationApplication `json:"configurations"`
	GlobalConfiguration *ConnectorConfiguration             `json:"globalConfiguration,omitzero"`
	APIClient           *ConnectorAPIClient                 `json:"apiClient,omitzero"`
	Private             bool                                `json:"private"`
	PrivateProjects     []string                            `json:"privateProjects"`
	SupportedRegions    []string                            `json:"supportedRegions"`
	CertificationInfo   *CertificationInfo                  `json:"certificationInfo,omitzero"`
	Status              ConnectorStatus                     `json:"status"`
	PublishingReport    *ConnectorReport                    `json:"publishingReport,omitzero"`
	AlreadyListed       bool                                `json:"alreadyListed"`
	HasChanges          bool                                `json:"hasChanges"`
	IsPreviewable       IsPreviewable                       `json:"isPreviewable"`
	PreviewableReport   *ConnectorReport                    `json:"previewableReport,omitzero"`
	DocumentationURL    string                              `json:"documentationUrl,omitzero"`
	Certified           bool                                `json:"certified"`
}

// ConnectorStagedDraft is the body of a create. Name, Creator.Email and
// Repository are required.
type ConnectorStagedDraft struct {
	Key              string            `json:"key,omitzero"`
	Name             string            `json:"name"`
	Description      string            `json:"description,omitzero"`
	IntegrationTypes []IntegrationType `json:"integrationTypes,omitzero"`
	Creator          Creator           `json:"creator"`
	Repository       Repository        `json:"repository"`
	SupportedRegions []string          `json:"supportedRegions,omitzero"`
	PrivateProjects  []string          `json:"privateProjects,omitzero"`
	DocumentationURL string            `json:"documentationUrl,omitzero"`
}

// PagedQueryResponse is one page of a list. Total counts everything that
// matches and that the caller may see, whatever the page.
type PagedQueryResponse[T any] struct {
	Limit   int `json:"limit"`
	Offset  int `json:"offset"`
	Count   int `json:"count"`
	Total   int `json:"total"`
	Results []T `json:"results"`
}

// Creator is the person or organization that develops a connector.
type Creator struct {
	Name             string `json:"name,omitzero"`
	Title            string `json:"title,omitzero"`
	Email            string `json:"email"`
	Company          string `json:"company,omitzero"`
	LogoURL          string `json:"logoUrl,omitzero"`
	NoOfContributors int64  `json:"noOfContributors,omitzero"`
	SupportURL       string `json:"supportUrl,omitzero"`
}

// Repository names a release: a Git URL (https or ssh) and a tag in it.
type Repository struct {
	URL string `json:"url"`
	Tag string `json:"tag"`
}

// ConnectorStatus is where a draft stands in its lifecycle.
type ConnectorStatus string

// The states of a draft (reference page, ConnectorStatus).
const (
	StatusDraft                 ConnectorStatus = "Draft"
	StatusProcessing            ConnectorStatus = "Processing"
	StatusReadyForCertification ConnectorStatus = "ReadyForCertification"
	StatusInCertification       ConnectorStatus = "InCertification"
	StatusPublished             ConnectorStatus = "Published"
	StatusFailed                ConnectorStatus = "Failed"
)

// IsPreviewable is the state of a draft's preview. Its values are strings on
// the wire, also "true" and "false".
type IsPreviewable string

// The states of a preview (reference page, IsPreviewable).
const (
	PreviewableTrue    IsPreviewable = "true"
	PreviewableFalse   IsPreviewable = "false"
	PreviewablePending IsPreviewable = "pending"
	PreviewableNone    IsPreviewable = "none"
)

// IntegrationType says what kind of system a connector integrates.
type IntegrationType string

// IntegrationTypes lists every integration type. The order is part of the
// stored form (a type's index is its bit in the mask of a row): append only.
var IntegrationTypes = []IntegrationType{
	"tax", "marketplace", "oms", "psp", "pim", "promotion", "search", "erp",
	"crm", "email", "analytics", "shipping", "giftcard", "other",
}

// DefaultRegions are the regions a server supports when it is not told
// otherwise.
var DefaultRegions = []string{
	"europe-west1.gcp", "us-central1.gcp", "australia-southeast1.gcp",
	"us-east-2.aws", "eu-central-1.aws",
}

// CertificationInfo holds what was said during certification.
type CertificationInfo struct {
	Comments []CertificationInfoComment `json:"comments"`
}

// CertificationInfoComment is one comment; UserID is the project key of whoever
// wrote it.
type CertificationInfoComment struct {
	UserID   string    `json:"userId"`
	Datetime Timestamp `json:"datetime"`
	Comment  string    `json:"comment"`
}
