package api

// ConnectorConfiguration lists the environment variables of an application, or
// those that all applications of a connector share.
type ConnectorConfiguration struct {
	StandardConfiguration []StandardConfigurationKey `json:"standardConfiguration"`
	SecuredConfiguration  []SecuredConfigurationKey  `json:"securedConfiguration"`
}

// ConnectorConfigurationApplication is what one application of a connector
// needs to be deployed, as its connect.yaml declares it.
type ConnectorConfigurationApplication struct {
	ApplicationName string `json:"applicationName"`
	// ApplicationType is the word written in the file: service, event, job,
	// assets, merchant-center-custom-application, merchant-center-custom-view,
	// mc-app.
	ApplicationType string `json:"applicationType"`
	ConnectorConfiguration
}

// StandardConfigurationKey is an environment variable whose value is no secret.
type StandardConfigurationKey struct {
	Key         string `json:"key"`
	Description string `json:"description"`
	Default     string `json:"default,omitzero"`
	Required    bool   `json:"required"`
}

// SecuredConfigurationKey is an environment variable whose value is a secret.
type SecuredConfigurationKey struct {
	Key         string `json:"key"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
}

// ConnectorAPIClient asks for an API client with these scopes at deployment.
type ConnectorAPIClient struct {
	Scopes []string `json:"scopes"`
}
