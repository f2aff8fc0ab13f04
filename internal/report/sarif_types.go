package report

// What a log has of SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool                     sarifTool          `json:"tool"`
		AutomationDetails        sarifAutomation    `json:"automationDetails"`
		VersionControlProvenance []sarifProvenance  `json:"versionControlProvenance,omitzero"`
		ColumnKind               string             `json:"columnKind"`
		Results                  []sarifResult      `json:"results"`
		Properties               sarifRunProperties `json:"properties"`
	}
	sarifRunProperties struct {
		Valid   bool   `json:"valid"`
		Engine  string `json:"engine"`
		Ruleset string `json:"ruleset"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name            string      `json:"name"`
		InformationURI  string      `json:"informationUri"`
		Version         string      `json:"version,omitzero"`
		SemanticVersion string      `json:"semanticVersion,omitzero"`
		Rules           []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID                   string             `json:"id"`
		Name                 string             `json:"name"`
		ShortDescription     sarifText          `json:"shortDescription"`
		FullDescription      sarifText          `json:"fullDescription"`
		Help                 sarifText          `json:"help"`
		HelpURI              string             `json:"helpUri,omitzero"`
		DefaultConfiguration sarifConfiguration `json:"defaultConfiguration"`
	}
	sarifConfiguration struct {
		Level string `json:"level"`
	}
	sarifAutomation struct {
		ID string `json:"id"`
	}
	sarifProvenance struct {
		RepositoryURI string `json:"repositoryUri"`
		RevisionID    string `json:"revisionId"`
		RevisionTag   string `json:"revisionTag,omitzero"`
	}
	// sarifText is a message, a multi-format string or the content of an artifact.
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitzero"`
	}
	sarifResult struct {
		RuleID              string                `json:"ruleId"`
		RuleIndex           int                   `json:"ruleIndex"`
		Level               string                `json:"level"`
		Message             sarifText             `json:"message"`
		Locations           []sarifLocation       `json:"locations,omitzero"`
		Fixes               []sarifFix            `json:"fixes,omitzero"`
		PartialFingerprints sarifFingerprints     `json:"partialFingerprints"`
		Properties          sarifResultProperties `json:"properties,omitzero"`
	}
	sarifFingerprints struct {
		V1 string `json:"greenroom/v1"`
	}
	sarifResultProperties struct {
		Application string `json:"application"`
	}
	sarifLocation struct {
		PhysicalLocation sarifPlace `json:"physicalLocation"`
	}
	sarifPlace struct {
		ArtifactLocation sarifArtifact `json:"artifactLocation"`
		Region           *sarifRegion  `json:"region,omitzero"`
		ContextRegion    *sarifRegion  `json:"contextRegion,omitzero"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int        `json:"startLine"`
		StartColumn int        `json:"startColumn,omitzero"`
		EndLine     int        `json:"endLine,omitzero"`
		EndColumn   int        `json:"endColumn,omitzero"`
		Snippet     *sarifText `json:"snippet,omitzero"`
	}
	sarifFix struct {
		Description     sarifText     `json:"description"`
		ArtifactChanges []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		ArtifactLocation sarifArtifact      `json:"artifactLocation"`
		Replacements     []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		DeletedRegion   sarifRegion `json:"deletedRegion"`
		InsertedContent *sarifText  `json:"insertedContent,omitzero"`
	}
)
