package action

import (
	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
)

func setIntegrationTypes(o *jsonbody.Object, _ field.Rules) func(*Draft) error {
	names := o.RequiredStrings("integrationTypes", field.IntegrationType)
	return func(d *Draft) error {
		d.Doc.IntegrationTypes = IntegrationTypes(names)
		return nil
	}
}

// IntegrationTypes gives names that were found valid their type.
func IntegrationTypes(names []string) []api.IntegrationType {
	types := make([]api.IntegrationType, len(names))
	for i, n := range names {
		types[i] = api.IntegrationType(n)
	}
	return types
}
