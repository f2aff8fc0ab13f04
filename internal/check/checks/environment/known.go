package environment

import (
	"slices"
	"strings"
)

// reservedKeys are those that the platform sets, and that connect.yaml may not
// declare.
var reservedKeys = []string{"PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"}

// Variables that are there without connect.yaml, or that libraries and tools know:
// those of the platform, the shell, the runtime and the cloud.
var (
	knownKeys = []string{
		"HOST", "HOSTNAME", "HOME", "PATH", "PWD", "USER", "SHELL", "TERM", "TZ", "LANG", "TMPDIR", "TEMP", "TMP",
		"CI", "DEBUG", "LOG_LEVEL", "VITEST", "BABEL_ENV", "NO_COLOR", "FORCE_COLOR", "APP_ENV", "ENVIRONMENT",
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
	}
	knownPrefixes = []string{
		"K_", "CONNECT_", "NODE_", "npm_", "GOOGLE_", "GCP_", "GCLOUD_", "AWS_", "AZURE_", "FUNCTION_", "CLOUD_RUN_",
		"GITHUB_", "GITLAB_", "CI_", "JEST_", "OTEL_", "DD_", "NEW_RELIC_", "SENTRY_", "JAVA_", "SPRING_", "PYTHON", "ELASTIC_", "MC_",
	}
	// merchantCenterKeys are read by the build of a Merchant Center customization.
	merchantCenterKeys = []string{"CUSTOM_APPLICATION_ID", "CUSTOM_VIEW_ID", "ENTRY_POINT_URI_PATH", "CLOUD_IDENTIFIER", "APPLICATION_URL"}
)

func isKnown(key string) bool {
	return slices.Contains(reservedKeys, key) || slices.Contains(knownKeys, strings.ToUpper(key)) ||
		slices.ContainsFunc(knownPrefixes, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
}
