package connectyaml

import "github.com/greenroom-registry/greenroom/api"

// Parse reads the text of a connect.yaml and reports everything that is wrong
// with it, ordered by place. The Spec is nil exactly when a finding is an Error.
func Parse(data []byte) (*Spec, []api.Finding) {
	r := &report{}
	root, text := read(data, r)
	if root != nil {
		w := walker{report: r, lines: text}
		w.walk(root, grammar)
		r.cross(root)
		r.expansion(root)
		r.warnings(root)
	}
	if r.failed {
		return nil, r.sorted()
	}
	return build(root), r.sorted()
}
