package connectyaml

import "github.com/greenroom-registry/greenroom/api"

// build makes the Spec of a tree that obeys the grammar.
func build(root *node) *Spec {
	spec := &Spec{}
	inherit := root.get("inheritAs")
	if c := inherit.get("configuration"); c != nil {
		configuration := buildConfiguration(c)
		spec.GlobalConfiguration = &configuration
		spec.GlobalKeyPositions = keyPositions(c)
	}
	if c := inherit.get("apiClient"); c != nil {
		client := api.ConnectorAPIClient{}
		for _, s := range c.get("scopes").list() {
			client.Scopes = append(client.Scopes, s.text)
			spec.ScopePositions = append(spec.ScopePositions, s.position())
		}
		spec.APIClient = &client
	}
	for _, a := range root.get("deployAs").list() {
		scripts := a.get("scripts")
		spec.Applications = append(spec.Applications, Application{
			Name:          a.get("name").asText(),
			Type:          a.get("applicationType").asText(),
			Endpoint:      a.get("endpoint").asText(),
			Schedule:      a.get("properties").get("schedule").asText(),
			PostDeploy:    scripts.get("postDeploy").asText(),
			PreUndeploy:   scripts.get("preUndeploy").asText(),
			Configuration: buildConfiguration(a.get("configuration")),
			NamePosition:  a.get("name").pos,

			PostDeployPosition:  scripts.get("postDeploy").position(),
			PreUndeployPosition: scripts.get("preUndeploy").position(),
			KeyPositions:        keyPositions(a.get("configuration")),
		})
	}
	return spec
}

func buildConfiguration(c *node) api.ConnectorConfiguration {
	out := api.ConnectorConfiguration{
		StandardConfiguration: []api.StandardConfigurationKey{},
		SecuredConfiguration:  []api.SecuredConfigurationKey{},
	}
	for _, e := range c.get("standardConfiguration").list() {
		out.StandardConfiguration = append(out.StandardConfiguration, api.StandardConfigurationKey{
			Key: e.get("key").asText(), Description: e.get("description").asText(),
			Default: e.get("default").asText(), Required: isTrue(e.get("required")),
		})
	}
	for _, e := range c.get("securedConfiguration").list() {
		out.SecuredConfiguration = append(out.SecuredConfiguration, api.SecuredConfigurationKey{
			Key: e.get("key").asText(), Description: e.get("description").asText(), Required: isTrue(e.get("required")),
		})
	}
	return out
}

// keyPositions needs no care for a key that stands twice: the grammar forbids it.
func keyPositions(configuration *node) KeyPositions {
	var out KeyPositions
	for _, list := range []string{keyStandard, keySecured} {
		for _, e := range configuration.get(list).list() {
			if out == nil {
				out = KeyPositions{}
			}
			key := e.get("key")
			out[key.asText()] = key.position()
		}
	}
	return out
}
