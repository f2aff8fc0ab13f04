package api

// ReportEntryType is the severity of a report entry and of a finding.
type ReportEntryType string

// The severities (reference page, ConnectorReportEntryType). An Error fails the
// run; a Warning and an Information do not.
const (
	EntryInformation ReportEntryType = "Information"
	EntryWarning     ReportEntryType = "Warning"
	EntryError       ReportEntryType = "Error"
)

// ConnectorReport is the outcome of a preview or publish.
type ConnectorReport struct {
	Entries []ConnectorReportEntry `json:"entries"`
}

// ConnectorReportEntry is one notice of a report.
type ConnectorReportEntry struct {
	Type        ReportEntryType `json:"type"`
	Title       string          `json:"title"`
	Message     string          `json:"message,omitzero"`
	Application string          `json:"application,omitzero"`
	CreatedAt   Timestamp       `json:"createdAt"`
}

// Finding is one thing that a check has to say about a connector, at its place
// in the source. It is the same object in `greenroom validate --json`, in the
// findings of a 422 answer and in the report of a run.
type Finding struct {
	// Rule is the stable id, a family and a name: "spec/required".
	Rule string          `json:"rule"`
	Type ReportEntryType `json:"type"`
	// Message says what is wrong, and where in the official path form.
	Message string `json:"message"`
	// File is relative to the root of the repository, with forward slashes.
	File string `json:"file"`
	// Line and Column count from 1; a column counts Unicode code points. Both
	// are 0 for a finding about a file or folder that is not there.
	Line   int `json:"line"`
	Column int `json:"column"`
	// Application is the name of the application concerned, if there is one.
	Application string `json:"application,omitzero"`
	// Snippet is the line at which the finding stands, cut where it is long;
	// secrets are left out of it.
	Snippet string `json:"snippet,omitzero"`
	// Why says what goes wrong otherwise; it is that of the rule.
	Why string `json:"why,omitzero"`
	// Help says how to fix it.
	Help string `json:"help"`
	// Page is the address of the rule's page.
	Page string `json:"page,omitzero"`
	// Fix repairs it by machine, where that is mechanical.
	Fix *Fix `json:"fix,omitzero"`
}

// Fix is a change of files after which the finding is gone.
type Fix struct {
	// Title says what it does: "Quote the default".
	Title string `json:"title"`
	// Edits are applied together. They do not overlap.
	Edits []Edit `json:"edits"`
}

// Edit replaces the text from Line:Column up to, without, EndLine:EndColumn. Both
// count as those of a Finding do; an insertion ends where it begins. The first column
// is behind a byte order mark, and line ends in Text are those that the file has.
type Edit struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
	Text      string `json:"text"`
}

// Report is the whole outcome of validating one tree: what `validate --json`
// prints (there with the path in front) and what a run's report returns. One tree
// judged by one rule set gives the same bytes everywhere: nothing in it depends on
// a clock, a path or the machine.
type Report struct {
	Valid bool `json:"valid"`
	// Commit is what the tree belongs to, Tree the id of the tree itself, both as
	// git names them; "" where there is none.
	Commit string `json:"commit,omitzero"`
	Tree   string `json:"tree,omitzero"`
	// Engine is the version of the engine, Ruleset the digest of all that a
	// verdict depends on: engine, rules, and the data that rules use.
	Engine   string    `json:"engine"`
	Ruleset  string    `json:"ruleset"`
	Findings []Finding `json:"findings"`
}

// The media types in which the report of a run can be had.
const (
	MediaJSON     = "application/json"
	MediaSARIF    = "application/sarif+json"
	MediaMarkdown = "text/markdown"
)

// MediaPack is what the trees of validations are sent as.
const MediaPack = "application/x-git-pack"
