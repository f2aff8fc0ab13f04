package action

import (
	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
)

// setRepository names another release. What a preview said of the release
// before does not hold for this one.
func setRepository(o *jsonbody.Object, rules field.Rules) func(*Draft) error {
	url := o.String("url", rules.URL) // absent: kept; the official CLI leaves it out
	tag := o.RequiredString("tag", rules.Tag)
	return func(d *Draft) error {
		next := api.Repository{URL: url, Tag: tag}
		if url == "" {
			next.URL = d.Doc.Repository.URL
		}
		if next == d.Doc.Repository {
			return nil
		}
		d.Doc.Repository = next
		d.CancelPreview = d.CancelPreview || (d.Doc.IsPreviewable == api.PreviewablePending && !d.StartPreview)
		d.StartPreview = false
		d.Doc.IsPreviewable = api.PreviewableNone
		d.Doc.PreviewableReport = nil
		return nil
	}
}
