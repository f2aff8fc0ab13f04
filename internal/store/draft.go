package store

import (
	"time"

	"github.com/greenroom-registry/greenroom/api"
)

// Draft is the row of a ConnectorStaged.
type Draft struct {
	ID string
	// Key is "" when the draft has none.
	Key     string
	Version int64
	// Owner is the project identifier {region}:{projectKey} it belongs to.
	Owner   string
	Name    string
	Status  api.ConnectorStatus
	Private bool
	Types   TypeMask
	// CreatedAt and LastModifiedAt are kept to the microsecond.
	CreatedAt, LastModifiedAt time.Time
	// Document is the ConnectorStaged as JSON, byte for byte as it is sent.
	Document []byte
	// Facts is JSON that is never sent.
	Facts []byte
}

// Connector is the row of a production Connector.
type Connector struct {
	ID      string
	Key     string
	Version int64
	Owner   string
	Name    string
	Private bool
	// Listed says whether search and listings show it.
	Listed bool
	Types  TypeMask
	// Company is the creator's, "" when there is none.
	Company string
	// SearchText is what text searches look into, as FoldText makes it.
	SearchText                string
	CreatedAt, LastModifiedAt time.Time
	// Document is the Connector as JSON, byte for byte as it is sent.
	Document []byte
	// PrivateProjects are the projects that may see it while it is private,
	// beside the owner, sorted. They are read with the row;
	// WriteSet.PrivateProjects writes them.
	PrivateProjects []string
}

// TypeMask is a set of integration types: bit i stands for
// api.IntegrationTypes[i].
type TypeMask int64

// MaskOf returns the set of types. Types that it does not know are left out.
func MaskOf(types []api.IntegrationType) TypeMask {
	var m TypeMask
	for _, t := range types {
		for i, known := range api.IntegrationTypes {
			if t == known {
				m |= 1 << i
			}
		}
	}
	return m
}

// DraftQuery selects a page of one project's drafts.
type DraftQuery struct {
	Owner string
	// Types are sets that a draft must all meet; none: any draft.
	Types []TypeMask
	// Private, when set, must equal the draft's.
	Private *bool
	// Sort is the order, the most significant key first; none: by id.
	Sort []Sort
	// Limit and Offset are not negative; a limit of 0 asks for the total alone.
	Limit, Offset int
}

// Sort is one key of an order. Strings are compared by code point, and no key
// sorts like "". A field that comes again counts for nothing. Ties are broken
// by id, in the direction of the last key that counts.
type Sort struct {
	Field SortField
	Desc  bool
}

// SortField is a field of the API that a list can be sorted by.
type SortField string

// The fields that lists can be sorted by.
const (
	SortCreatedAt      SortField = "createdAt"
	SortLastModifiedAt SortField = "lastModifiedAt"
	SortName           SortField = "name"
	SortKey            SortField = "key"
	SortID             SortField = "id"
	SortVersion        SortField = "version"
	// SortStatus is a field of drafts alone.
	SortStatus SortField = "status"
)

// Page is one page of documents and how many there are in all.
type Page struct {
	Documents [][]byte
	Total     int
}
