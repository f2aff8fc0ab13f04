package action

import (
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
)

func setSupportedRegions(o *jsonbody.Object, rules field.Rules) func(*Draft) error {
	regions := o.RequiredStrings("regions", rules.Region)
	if regions != nil && len(regions) == 0 {
		o.Fail("regions", "must name at least one region.")
	}
	return func(d *Draft) error {
		d.Doc.SupportedRegions = regions
		return nil
	}
}
