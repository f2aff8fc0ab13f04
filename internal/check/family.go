package check

import "slices"

// Family is a group of rules, which share the part of their ids before the slash.
type Family struct {
	// ID is that part of the ids.
	ID string
	// Title is its name for people, as it begins the title of a report entry.
	Title string
	// PerApplication is whether it has an outcome for each application, since each
	// is repaired in its own folder.
	PerApplication bool
}

// Of returns the checks that belong to the family, in their order.
func (f Family) Of(checks []Check) []Check {
	return slices.DeleteFunc(slices.Clone(checks), func(c Check) bool { return c.Family() != f.ID })
}

// Families lists those that checks may belong to, in the order in which they run
// and are reported.
func Families() []Family {
	return []Family{
		{ID: familySpec, Title: "Connector specification file validation"},
		{ID: "layout", Title: "Application layout", PerApplication: true},
		{ID: "environment", Title: "Environment variables", PerApplication: true},
		{ID: "scripts", Title: "Deployment scripts", PerApplication: true},
		{ID: "secrets", Title: "Committed secrets", PerApplication: true},
		{ID: "documents", Title: "Documents"},
		{ID: "hygiene", Title: "Code hygiene", PerApplication: true},
	}
}

const familySpec = "spec"
