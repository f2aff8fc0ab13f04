package connectyaml

import "github.com/greenroom-registry/greenroom/api"

// Parse reads the text of a connect.yaml and reports everything that is wrong
// with it, ordered by place. The Spec is nil exactly when a finding is an Error. A
// finding has a fix where one was tried and is right.
func Parse(data []byte) (*Spec, []api.Finding) {
	r := &report{}
	spec := parse(data, r)
	findings := r.sorted()
	rightFixes(data, findings)
	return spec, findings
}

func parse(data []byte, r *report) *Spec {
	root, text := read(data, r)
	if root != nil {
		w := walker{report: r, lines: text}
		w.walk(root, grammar)
		r.cross(root)
		r.expansion(root)
		r.warnings(root)
	}
	if r.failed {
		return nil
	}
	return build(root)
}
