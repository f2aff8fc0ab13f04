package api

// UpdateAction is one action of an update: the member "action" with its name, and
// its payload (reference page, Update actions). The functions below make them.
type UpdateAction map[string]any

// ConnectorStagedUpdate is the body of an update. Version must be the draft's
// current one; the actions apply in order, all or none.
type ConnectorStagedUpdate struct {
	Version int64          `json:"version"`
	Actions []UpdateAction `json:"actions"`
}

// set is the action that replaces one value.
func set(action, member string, value any) UpdateAction {
	return UpdateAction{"action": action, member: value}
}

// SetName replaces the name.
func SetName(name string) UpdateAction { return set("setName", "name", name) }

// SetDescription replaces the description; "" clears it.
func SetDescription(description string) UpdateAction {
	return set("setDescription", "description", description)
}

// SetDocumentationURL replaces the address of the documentation; "" clears it.
func SetDocumentationURL(url string) UpdateAction {
	return set("setDocumentationUrl", "documentationUrl", url)
}

// SetIntegrationTypes replaces the integration types.
func SetIntegrationTypes(types ...IntegrationType) UpdateAction {
	return set("setIntegrationTypes", "integrationTypes", list(types))
}

// SetSupportedRegions replaces the regions that the connector can be deployed
// in; there must be one at least.
func SetSupportedRegions(regions ...string) UpdateAction {
	return set("setSupportedRegions", "regions", list(regions))
}

// list is never null on the wire.
func list[T any](values []T) []T { return append([]T{}, values...) }

// SetRepository names another release; a URL of "" keeps the current one.
func SetRepository(r Repository) UpdateAction {
	a := set("setRepository", "tag", r.Tag)
	if r.URL != "" {
		a["url"] = r.URL
	}
	return a
}

// SetCreatorName replaces the name of the creator; "" clears it.
func SetCreatorName(name string) UpdateAction { return set("setCreatorName", "creatorName", name) }

// SetCreatorTitle replaces the title of the creator; "" clears it.
func SetCreatorTitle(title string) UpdateAction { return set("setCreatorTitle", "creatorTitle", title) }

// SetCreatorEmail replaces the e-mail address of the creator.
func SetCreatorEmail(email string) UpdateAction { return set("setCreatorEmail", "creatorEmail", email) }

// SetCreatorCompany replaces the company of the creator; "" clears it.
func SetCreatorCompany(company string) UpdateAction {
	return set("setCreatorCompany", "creatorCompany", company)
}

// SetCreatorNoOfContributors replaces the number of contributors, at least 1.
func SetCreatorNoOfContributors(n int64) UpdateAction {
	return set("setCreatorNoOfContributors", "creatorNoOfContributors", n)
}

// SetCreatorSupportURL replaces the address of the creator's support; "" clears
// it.
func SetCreatorSupportURL(url string) UpdateAction {
	return set("setCreatorSupportUrl", "creatorSupportUrl", url)
}

// SetCreatorLogo replaces the address of the creator's logo; "" clears it. It is
// not on the reference page, but in the SDK.
func SetCreatorLogo(url string) UpdateAction { return set("setCreatorLogo", "logoUrl", url) }

// UpdatePreviewable asks for a preview.
func UpdatePreviewable() UpdateAction { return UpdateAction{"action": "updatePreviewable"} }

// Publish asks for a publish, with or without certification. It must be the last
// action of its update.
func Publish(certification bool) UpdateAction { return set("publish", "certification", certification) }

// AddPrivateProject lets a project {region}:{projectKey} see a private connector.
func AddPrivateProject(project string) UpdateAction {
	return set("addPrivateProject", "privateProject", project)
}

// RemovePrivateProject takes that away.
func RemovePrivateProject(project string) UpdateAction {
	return set("removePrivateProject", "privateProject", project)
}

// AddCertificationComment says something during certification.
func AddCertificationComment(comment string) UpdateAction {
	return set("addCertificationComment", "comment", comment)
}

// Unlist takes a certified Connector out of search and listings.
func Unlist() UpdateAction { return UpdateAction{"action": "unlist"} }
