package connectyaml

import "strings"

// Misnamed returns the first name that somebody may have given to a
// connect.yaml by mistake, or "".
func Misnamed(names []string) string {
	for _, name := range names {
		if strings.EqualFold(name, "connect.yml") || strings.EqualFold(name, FileName) && name != FileName {
			return name
		}
	}
	return ""
}
