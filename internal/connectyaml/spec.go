// Package connectyaml reads connect.yaml, the file at the root of a repository
// that says what a connector deploys. It knows the file alone: not the
// repository around it, no store and no network.
package connectyaml

import (
	"slices"

	"github.com/greenroom-registry/greenroom/api"
)

// FileName is the only name under which the file is looked for.
const FileName = "connect.yaml"

// Spec is a connect.yaml that obeys the grammar.
type Spec struct {
	// Applications are those of deployAs, in the order of the file.
	Applications []Application
	// GlobalConfiguration is inheritAs.configuration, nil when absent.
	GlobalConfiguration *api.ConnectorConfiguration
	// APIClient is inheritAs.apiClient, nil when absent.
	APIClient *api.ConnectorAPIClient
	// ScopePositions says where the scopes of APIClient stand, in their order.
	ScopePositions []Position
	// GlobalKeyPositions says where the keys of GlobalConfiguration stand.
	GlobalKeyPositions KeyPositions
}

// Application is one entry of deployAs.
type Application struct {
	Name string
	// Type is the word written in the file (mc-app stays mc-app).
	Type string
	// Endpoint is set for service, event, job and unknown.
	Endpoint string
	// Schedule is the cron expression of a job.
	Schedule string
	// PostDeploy and PreUndeploy are the commands of scripts, "" when absent.
	PostDeploy, PreUndeploy string
	// Configuration is never nil inside: absent lists are empty ones.
	Configuration api.ConnectorConfiguration
	// NamePosition is where the value of name stands in the file.
	NamePosition Position
	// PostDeployPosition and PreUndeployPosition are those of the commands, zero
	// when absent.
	PostDeployPosition, PreUndeployPosition Position
	// KeyPositions says where the keys of Configuration stand.
	KeyPositions KeyPositions
}

// InMerchantCenter tells whether it runs in the Merchant Center, not in a container
// of its own.
func (a *Application) InMerchantCenter() bool {
	return slices.Contains([]string{typeMcApp, typeCustomApplication, typeCustomView}, a.Type)
}

// KeyPositions are the places of a configuration's keys in the file, by key; nil
// when it has none.
type KeyPositions map[string]Position

// Position is a place in the file. Both count from 1; a column counts Unicode
// code points.
type Position struct{ Line, Column int }

// Configurations is the wire form of the applications' configuration.
func (s *Spec) Configurations() []api.ConnectorConfigurationApplication {
	out := make([]api.ConnectorConfigurationApplication, 0, len(s.Applications))
	for _, a := range s.Applications {
		out = append(out, api.ConnectorConfigurationApplication{
			ApplicationName:        a.Name,
			ApplicationType:        a.Type,
			ConnectorConfiguration: a.Configuration,
		})
	}
	return out
}
