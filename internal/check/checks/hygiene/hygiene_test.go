package hygiene

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/source"
)

const service = "deployAs:\n  - name: tax\n    applicationType: service\n    endpoint: /tax\n"

// No finding repeats a credential, whichever rule it is of.
func TestCredentialsAreHidden(t *testing.T) {
	t.Parallel()
	for text, secrets := range map[string][]string{
		"f({ Authorization: 'Basic c2hvcDpTb21tZXIyMDI0' })": {"c2hvcDpTb21tZXIyMDI0"},
		"const url = 'https://shop:Sommer2024@10.0.0.7/x';":  {"Sommer2024"},
		"const url = 'redis://shop:short@10.0.0.7/x';":       {"short"},
		"console.log(process.env); password = 'Sommer2024';": {"Sommer2024"},
	} {
		for _, only := range []string{"hygiene/", "hygiene/hard-coded-"} {
			tree := fstest.MapFS{"connect.yaml": {Data: []byte(service)}, "tax/index.js": {Data: []byte(text)}}
			result, err := check.New(Checks()...).Run(t.Context(), tree, check.Options{Only: only})
			if err != nil {
				t.Fatal(err)
			}
			report, err := json.Marshal(result.Report)
			if err != nil {
				t.Fatal(err)
			}
			if len(result.Report.Findings) == 0 {
				t.Errorf("no findings about %s", text)
			}
			for _, secret := range secrets {
				if strings.Contains(string(report), secret) {
					t.Errorf("%s shows %s: %s", only, secret, report)
				}
			}
		}
	}
}

// Nothing here stops a deployment, whatever the code is; and no check fails over it.
func FuzzChecks(f *testing.F) {
	for _, seed := range []string{
		"console.log(JSON.stringify(process.env", "console.log(`${process.env.A_TOKEN}`)", "import session from 'express-session'; session({",
		"const sessions = new Map(", "http://localhost:1/", "'http://localhost:1/x'", "x: string = 'http://10.0.0.1'", "a(b, 'https://api.x.gcp.commercetools.com')",
		"// TODO:", "print(dict(os.environ))", "password: 'Sommer2024'", "'https://a:bcdefg1@b.c'", "'Basic c2hvcDpTb21tZXIyMDI0'",
	} {
		for _, file := range []string{"tax/a.ts", "tax/a.py", "tax/A.java", "tax/a.go"} {
			f.Add(file, seed)
		}
	}
	engine := check.New(Checks()...)
	f.Fuzz(func(t *testing.T, file, text string) {
		if source.LanguageOf(file) == 0 || !strings.HasPrefix(file, "tax/") {
			return
		}
		tree := fstest.MapFS{"connect.yaml": {Data: []byte(service)}, file: {Data: []byte(text)}}
		result, err := engine.Run(t.Context(), tree, check.Options{})
		if err != nil {
			return // a name that is no path
		}
		lines := 1 + strings.Count(text, "\n")
		for _, finding := range result.Report.Findings {
			if finding.Line > lines || finding.Line < 0 || finding.Column < 0 || finding.Type == "Error" {
				t.Errorf("%+v", finding)
			}
		}
	})
}
