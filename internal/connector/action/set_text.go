package action

import (
	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
)

// setText reads the action that replaces one text of the document.
func setText(member string, rule jsonbody.Rule, of func(*api.ConnectorStaged) *string) func(*jsonbody.Object, field.Rules) func(*Draft) error {
	return func(o *jsonbody.Object, _ field.Rules) func(*Draft) error {
		value := o.RequiredString(member, rule)
		return func(d *Draft) error {
			*of(d.Doc) = value
			return nil
		}
	}
}

// The actions that replace one text. "" clears those that are optional.
var (
	setName = setText("name", field.Name,
		func(d *api.ConnectorStaged) *string { return &d.Name })
	setDescription = setText("description", field.Description,
		func(d *api.ConnectorStaged) *string { return &d.Description })
	setDocumentationURL = setText("documentationUrl", field.Link,
		func(d *api.ConnectorStaged) *string { return &d.DocumentationURL })
	setCreatorName = setText("creatorName", field.Person,
		func(d *api.ConnectorStaged) *string { return &d.Creator.Name })
	setCreatorTitle = setText("creatorTitle", field.Person,
		func(d *api.ConnectorStaged) *string { return &d.Creator.Title })
	setCreatorEmail = setText("creatorEmail", field.Email,
		func(d *api.ConnectorStaged) *string { return &d.Creator.Email })
	setCreatorCompany = setText("creatorCompany", field.Person,
		func(d *api.ConnectorStaged) *string { return &d.Creator.Company })
	setCreatorSupportURL = setText("creatorSupportUrl", field.Link,
		func(d *api.ConnectorStaged) *string { return &d.Creator.SupportURL })
	setCreatorLogo = setText("logoUrl", field.Link,
		func(d *api.ConnectorStaged) *string { return &d.Creator.LogoURL })
)
