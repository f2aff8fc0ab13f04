package action

// table lists every update action. A new one is a file of its own and a line
// here.
var table = []kind{
	{name: "setName", read: setName},
	{name: "setDescription", read: setDescription},
	{name: "setDocumentationUrl", read: setDocumentationURL},
	{name: "setIntegrationTypes", read: setIntegrationTypes},
	{name: "setSupportedRegions", read: setSupportedRegions},
	{name: "setRepository", read: setRepository},
	{name: "setCreatorName", read: setCreatorName},
	{name: "setCreatorTitle", read: setCreatorTitle},
	{name: "setCreatorEmail", read: setCreatorEmail},
	{name: "setCreatorCompany", read: setCreatorCompany},
	{name: "setCreatorNoOfContributors", read: setCreatorNoOfContributors},
	{name: "setCreatorSupportUrl", read: setCreatorSupportURL},
	{name: "setCreatorLogo", read: setCreatorLogo},
	{name: "addPrivateProject", read: addPrivateProject, whenInCertification: true},
	{name: "removePrivateProject", read: removePrivateProject, whenInCertification: true},
	{name: "addCertificationComment", read: addCertificationComment, whenInCertification: true},
	{name: "updatePreviewable", read: updatePreviewable, whenInCertification: true},
	{name: "unlist", read: unlist},
	{name: "publish", read: publish, last: true},
}

// Names lists the names of all update actions, in the table's order.
func Names() []string {
	names := make([]string, len(table))
	for i, k := range table {
		names[i] = k.name
	}
	return names
}
