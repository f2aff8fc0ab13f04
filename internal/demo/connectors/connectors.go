// Package connectors holds the connectors that the binary carries for
// `greenroom demo`: small, but of the shape that real ones have.
package connectors

import (
	"embed"
	"io/fs"
)

// Connector is one repository of the demo and the draft that is made of it.
type Connector struct {
	// Name is the repository's and the key of the draft.
	Name string
	// Title and Description are the draft's name and description.
	Title, Description string
	// Tag is the release that the repository gets.
	Tag string
	// IntegrationTypes are the draft's.
	IntegrationTypes []string
	// Files is the tree of the release, connect.yaml at its root.
	Files fs.FS
	// Flawed tells that its preview fails: connect.yaml obeys the grammar, so
	// that a draft can be made, but the tree around it does not deploy.
	Flawed bool
}

//go:embed all:tax-calculator all:stock-import all:loyalty-points
var trees embed.FS

// All lists the connectors in the order in which the demo shows them, the
// flawed one last.
func All() []Connector {
	return []Connector{
		{
			Name:             "tax-calculator",
			Title:            "Tax calculator",
			Description:      "Sets tax rates on carts and records finished orders with the tax authority.",
			Tag:              "v1.2.0",
			IntegrationTypes: []string{"tax"},
			Files:            tree("tax-calculator"),
		},
		{
			Name:             "stock-import",
			Title:            "Stock import",
			Description:      "Reads the warehouse's stock every night and shows what runs low in the Merchant Center.",
			Tag:              "v0.4.1",
			IntegrationTypes: []string{"erp", "oms"},
			Files:            tree("stock-import"),
		},
		{
			Name:             "loyalty-points",
			Title:            "Loyalty points",
			Description:      "Gives customers points for their orders. Not ready to be deployed.",
			Tag:              "v0.1.0",
			IntegrationTypes: []string{"promotion"},
			Files:            tree("loyalty-points"),
			Flawed:           true,
		},
	}
}

func tree(name string) fs.FS {
	files, err := fs.Sub(trees, name)
	if err != nil {
		panic(err) // only for a name that is no path
	}
	return files
}
