package connectyaml

import (
	"regexp"
	"strings"
)

// oldKey was in the format of the beta in 2023: a configuration was one list,
// whose entries said of which type they are.
const oldKey = "configurationType"

const renamedHelp = "Rename the key to configuration."

const newForm = `List the keys by whether they are secret:
  configuration:
    standardConfiguration:
      - key: CTP_API_URL
        description: Base URL of the API
        required: true
    securedConfiguration:
      - key: CTP_CLIENT_SECRET
        description: Secret of the API client`

// oldFormat reports the old key in the object n.
func (w *walker) oldFormat(n *node, e entry) {
	help := converted([]*node{n})
	if e.value.get(keyStandard) != nil || e.value.get(keySecured) != nil {
		help = renamedHelp
	}
	w.fail(ruleOtherFormat, e.keyPos, "the key \"configurationType\" belongs to the format of the 2023 beta, which is not read any more", help)
	if help == renamedHelp && n.get(keyConfiguration) == nil {
		w.rekey(e, &field{key: keyConfiguration, value: configuration})
	}
}

const (
	// maxConverted is how many entries are shown in their new form.
	maxConverted = 5
	// maxConvertedText is how long a text of them may be, in bytes.
	maxConvertedText = 100
)

// converted shows entries of the old format in the new one, or another example
// if they have no keys.
func converted(entries []*node) string {
	lists := map[string]string{}
	shown := 0
	for _, e := range entries {
		if e.get("key").asText() == "" {
			continue
		}
		list := keyStandard
		if strings.HasPrefix(strings.ToLower(e.get(oldKey).asText()), "secur") {
			list = keySecured
		}
		if shown++; shown > maxConverted {
			lists[list] += "      # and so on\n"
			break
		}
		lists[list] += convertedEntry(e, list)
	}
	if shown == 0 {
		return newForm
	}
	help := "List the keys by whether they are secret:\n  configuration:\n"
	for _, list := range []string{keyStandard, keySecured} {
		if lists[list] != "" {
			help += "    " + list + ":\n" + lists[list]
		}
	}
	return strings.TrimSuffix(help, "\n")
}

func convertedEntry(e *node, list string) string {
	description := e.get("description").asText()
	if description == "" {
		description = "What the value is for"
	}
	text := "      - key: " + yamlText(e.get("key").asText()) + "\n        description: " + yamlText(description) + "\n"
	if isTrue(e.get("required")) {
		text += "        required: true\n"
	}
	if value := e.get("default"); value != nil && value.text != "" && list == keyStandard {
		text += "        default: " + singleQuoted(cut(value.text)) + "\n"
	}
	return text
}

// plainText needs no quotes, and is neither a number nor a word with a meaning.
var plainText = regexp.MustCompile(`^[A-Z][A-Za-z_0-9]{2,}(?: [A-Za-z0-9_./()-]+)*$`)

func yamlText(s string) string {
	if s = cut(s); !plainText.MatchString(s) || strings.EqualFold(s, "true") || strings.EqualFold(s, "false") || strings.EqualFold(s, "null") {
		return singleQuoted(s)
	}
	return s
}

// cut leaves long texts, and those of several lines, to the reader.
func cut(s string) string {
	if len(s) > maxConvertedText || strings.ContainsAny(s, "\r\n") {
		return "…"
	}
	return s
}
