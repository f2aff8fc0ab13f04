package report

import (
	"fmt"
	"strings"
)

// GitHub renders findings as workflow commands, which GitHub Actions shows at their
// lines in a pull request, and then the line of [Text] that sums up. The form and
// what is escaped in it follow the documentation of workflow commands.
func GitHub(s Subject) string {
	var b strings.Builder
	for _, f := range s.Report.Findings {
		fmt.Fprintf(&b, "::%s ", commands[levelOf(f.Type)])
		if file := s.file(f.File); file != "" {
			fmt.Fprintf(&b, "file=%s,", property(file))
		}
		if f.Line > 0 {
			fmt.Fprintf(&b, "line=%d,col=%d,", f.Line, f.Column)
		}
		fmt.Fprintf(&b, "title=%s::%s\n", property(f.Rule), commandText.Replace(f.Message+"\n"+f.Help))
	}
	return b.String() + commandText.Replace(strings.TrimSuffix(Summary(s), "\n")) + "\n"
}

// commands are those for the levels.
var commands = [len(levels)]string{"error", "warning", "notice"}

var (
	commandText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	commandProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func property(text string) string { return commandProperty.Replace(text) }
