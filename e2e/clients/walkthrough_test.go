package clients_test

// step is one command line.
type step struct {
	note string // what a reader of the transcript should know
	// program is "" for the CLI, or greenroom, which is called as the reviewer.
	program string
	// args may hold {id}, which stands for the draft that was created last.
	args []string
	exit int
	// says is a part of what it must print: -update must not write a failure
	// into the golden file.
	says string
	// awaits is the key of a draft whose run must end before the next step: the
	// CLI waits for most, but not after a certify.
	awaits string
}

// greenroom is a step's program.
const greenroom = "greenroom"

func connectorstaged(command string, flags ...string) []string {
	return append([]string{"connect", "connectorstaged", command}, flags...)
}

func create(repository, tag, name string, flags ...string) []string {
	return connectorstaged("create", append([]string{
		"--key", repository,
		"--name", name,
		"--repository-url", acme + repository + ".git",
		"--repository-tag", tag,
		"--creator-email", "dev@example.com",
	}, flags...)...)
}

func login(secret, project string) []string {
	return []string{
		"auth", "login", "--client-credentials",
		"--client-id", "dev", "--client-secret", secret,
		"--region", "europe-west1.gcp", "--project-key", project,
	}
}

func walkthrough() []step {
	const failed = 2 // the exit code of every error of the CLI
	return []step{
		{args: login("wrong", "dev"), exit: failed, says: "Invalid client credentials."},
		{args: login("dev", "shop"), exit: failed, says: `Project key "shop"`},
		{args: login("dev", "dev"), says: "Authentication successful"},
		{args: []string{"auth", "whoami"}, says: "Scopes: manage_project:dev"},
		{
			note: "A draft is made of a release: a repository and a tag in it.",
			args: create("tax-calculator", "v1.2.0", "Tax calculator",
				"--description", "Sets tax rates on carts.",
				"--integration-types", "tax",
				"--supported-regions", "europe-west1.gcp,us-central1.gcp"),
			says: "successfully created",
		},
		{args: connectorstaged("list"), says: "Showing items 1–1 of 1."},
		{args: connectorstaged("describe", "--key", "tax-calculator"), says: "tax-service"},
		{args: connectorstaged("update", "--key", "tax-calculator", "--name", "Taxes"), says: "(version: 2)"},
		{
			args: connectorstaged("update", "--id", "{id}", "--repository-tag", "v1.3.0", "--creator-email", "tax@example.com"),
			says: "(version: 3)",
		},
		{
			note: "This command is hidden: `connect connectorstaged preview` runs it before it deploys.",
			args: connectorstaged("validate", "--key", "tax-calculator"),
			says: "succeeded!",
		},
		{args: connectorstaged("publish", "--id", "{id}"), says: "Publishing succeeded"},
		{args: connectorstaged("list", "--limit", "1", "--sort", "-createdAt"), says: "Published"},

		{
			note: "A connector that obeys the grammar but does not deploy.",
			args: create("loyalty-points", "v0.1.0", "Loyalty points"),
			says: "successfully created",
		},
		{args: connectorstaged("validate", "--id", "{id}"), exit: failed, says: "Validation failed"},
		{args: connectorstaged("publish", "--key", "loyalty-points"), exit: failed, says: "Publishing failed"},

		{
			note: "What is refused.",
			args: create("tax-calculator", "v1.2.0", "Tax calculator"),
			exit: failed, says: "DuplicateField",
		},
		{args: create("stock-import", "v9.9.9", "Stock import"), exit: failed, says: "GitRepositoryNotReachable"},
		{args: create("no-specification", "v1.0.0", "Not yet"), exit: failed, says: "ConnectorSpecificationFileNotFound"},
		{args: create("invalid-specification", "v1.0.0", "Not so"), exit: failed, says: "ConnectorSpecificationFileNotValid"},
		{args: connectorstaged("describe", "--key", "nobody"), exit: failed, says: "ResourceNotFound"},

		{
			note: "What else a draft can be made of, and all that an update can change.",
			args: create("stock-import", "v0.4.1", "Stock import", "--private-projects", "europe-west1.gcp:shop"),
			says: "successfully created",
		},
		{
			args: connectorstaged("update",
				"--id", "{id}",
				"--name", "Stock",
				"--description", "Imports stock every night.",
				"--repository-url", acme+"tax-calculator.git",
				"--repository-tag", "v1.2.0",
				"--creator-email", "stock@example.com",
				"--supported-regions", "us-central1.gcp",
				"--integration-types", "erp,oms",
				"--private-projects", "europe-west1.gcp:outlet"),
			says: "(version: 2)",
		},
		{args: connectorstaged("describe", "--id", "{id}"), says: "privateProjects: [ 'europe-west1.gcp:outlet' ]"},
		{args: connectorstaged("list", "--offset", "2", "--debug"), says: "Showing items 3–3 of 3."},

		{
			note: "A release that is published privately can be certified. Greenroom's own command reviews it.",
			args: connectorstaged("certify", "--key", "tax-calculator"),
			says: "is under review", awaits: "tax-calculator",
		},
		{program: greenroom, args: []string{"review", "take", "tax-calculator"}, says: "InCertification"},
		{
			args: connectorstaged("update", "--key", "tax-calculator", "--name", "Tax"),
			exit: failed, says: "ConnectorStagedInCertification",
		},
		{program: greenroom, args: []string{"review", "approve", "tax-calculator"}, says: "Published"},
		{args: connectorstaged("describe", "--key", "tax-calculator"), says: "certified: true"},
		{args: connectorstaged("certify", "--key", "tax-calculator"), exit: failed, says: "ConnectorAlreadyCertified"},
		{
			args: connectorstaged("update", "--key", "tax-calculator", "--name", "Tax", "--private-projects", "europe-west1.gcp:shop"),
			exit: failed, says: "ConnectorStagedNotPrivate",
		},
		{
			note: "This command always publishes privately.",
			args: connectorstaged("publish", "--key", "tax-calculator"),
			says: "Publishing succeeded",
		},
		{args: connectorstaged("certify", "--id", "{id}"), says: "is under review"},
	}
}
