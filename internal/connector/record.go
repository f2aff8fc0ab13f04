package connector

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// draftDocument is a stored ConnectorStaged. Members that this binary does not
// know are kept: an older binary beside a newer one loses nothing.
type draftDocument struct {
	api.ConnectorStaged
	Unknown jsontext.Value `json:",embed"`
}

type connectorDocument struct {
	api.Connector
	Unknown jsontext.Value `json:",embed"`
}

// facts is what the registry remembers of a draft and never shows.
type facts struct {
	// PreviewRun and PublishRun are the runs under way, "" when there is none.
	PreviewRun string `json:"previewRun,omitzero"`
	PublishRun string `json:"publishRun,omitzero"`
	// PreviewCommit is what the last successful preview of the repository saw.
	PreviewCommit string `json:"previewCommit,omitzero"`
	// Published says that there is a production Connector.
	Published bool `json:"published,omitzero"`
	// CertifiedCommit is what was reviewed when the Connector was certified.
	CertifiedCommit string `json:"certifiedCommit,omitzero"`
	// Candidate is what is to be certified, nil when nothing is.
	Candidate *candidate     `json:"candidate,omitzero"`
	Unknown   jsontext.Value `json:",embed"`
}

// record is a draft while it is changed: the row as it was read, and the
// document and facts as they shall be.
type record struct {
	before store.Draft
	doc    draftDocument
	facts  facts
	// production is the Connector of the draft, nil when there is none, with its
	// row.
	production    *connectorDocument
	productionRow store.Connector
}

func (s *Service) load(ctx context.Context, ref store.Ref) (*record, error) {
	row, err := s.store.Draft(ctx, ref)
	if err != nil {
		return nil, err
	}
	return s.record(ctx, row)
}

// record reads what belongs to the row. It returns store.ErrNotFound when the
// draft has been deleted meanwhile.
func (s *Service) record(ctx context.Context, row store.Draft) (_ *record, err error) {
	r := &record{before: row}
	if err := json.Unmarshal(row.Document, &r.doc); err != nil {
		return nil, fmt.Errorf("document of draft %s: %w", row.ID, err)
	}
	if err := json.Unmarshal(row.Facts, &r.facts); err != nil {
		return nil, fmt.Errorf("facts of draft %s: %w", row.ID, err)
	}
	if !r.facts.Published {
		return r, nil
	}
	r.production = &connectorDocument{}
	if r.productionRow, err = s.store.Connector(ctx, store.Ref{ID: row.ID}); err != nil {
		return nil, fmt.Errorf("connector of draft %s: %w", row.ID, err)
	}
	if err := json.Unmarshal(r.productionRow.Document, r.production); err != nil {
		return nil, fmt.Errorf("document of connector %s: %w", row.ID, err)
	}
	return r, nil
}

// hasChanges says whether the draft differs from the production Connector in
// what a publish would carry over; true when there is no Connector.
func (r *record) hasChanges() bool {
	return r.production == nil || !reflect.DeepEqual(published(&r.doc.ConnectorStaged), publishedOf(&r.production.Connector))
}

// published is the part of a draft that a publish makes the Connector's.
func published(d *api.ConnectorStaged) api.Connector {
	return api.Connector{
		Name:                d.Name,
		Description:         d.Description,
		IntegrationTypes:    d.IntegrationTypes,
		Creator:             d.Creator,
		Repository:          d.Repository,
		Configurations:      d.Configurations,
		GlobalConfiguration: d.GlobalConfiguration,
		APIClient:           d.APIClient,
		SupportedRegions:    d.SupportedRegions,
		DocumentationURL:    d.DocumentationURL,
	}
}

// publishedOf is the same part of a Connector.
func publishedOf(c *api.Connector) api.Connector {
	p := *c
	p.ID, p.Key, p.Version, p.Private, p.Certified = "", "", 0, false, false
	return p
}

// derive recomputes what follows from the rest of the record.
func (r *record) derive() {
	r.doc.HasChanges = r.hasChanges()
	r.doc.AlreadyListed = r.production != nil && r.productionRow.Listed
	r.doc.Certified = r.production != nil && r.production.Certified
	r.doc.Private = r.production == nil || r.production.Private
}

// row is the record as it is stored, one version after the one that was read.
func (r *record) row(now time.Time) (store.Draft, error) {
	r.derive()
	r.doc.Version = r.before.Version + 1
	row, err := r.encoded()
	row.LastModifiedAt = now
	return row, err
}

// encoded is the row with the document, the facts, and the columns that follow from
// them.
func (r *record) encoded() (store.Draft, error) {
	doc, err := json.Marshal(&r.doc)
	if err != nil {
		return store.Draft{}, fmt.Errorf("encode draft %s: %w", r.doc.ID, err)
	}
	factsJSON, err := json.Marshal(&r.facts)
	if err != nil {
		return store.Draft{}, fmt.Errorf("encode facts of draft %s: %w", r.doc.ID, err)
	}
	row := r.before
	row.ID, row.Key, row.Version = r.doc.ID, r.doc.Key, r.doc.Version
	row.Name, row.Status, row.Private = r.doc.Name, r.doc.Status, r.doc.Private
	row.Types = store.MaskOf(r.doc.IntegrationTypes)
	row.Document, row.Facts = doc, factsJSON
	return row, nil
}

// connectorRow is the record's production Connector as it is stored.
func (r *record) connectorRow(now time.Time) (*store.Connector, error) {
	c := r.production
	doc, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode connector %s: %w", c.ID, err)
	}
	row := r.connectorColumns()
	row.CreatedAt, row.LastModifiedAt = now, now // the store keeps the first
	row.Document = doc
	return &row, nil
}

// connectorColumns is the Connector's row with the columns that follow from its
// document.
func (r *record) connectorColumns() store.Connector {
	c, row := r.production, r.productionRow
	row.ID, row.Key, row.Version, row.Owner = c.ID, c.Key, c.Version, r.before.Owner
	row.Name, row.Private = c.Name, c.Private
	row.Types = store.MaskOf(c.IntegrationTypes)
	row.Company = c.Creator.Company
	row.SearchText = store.FoldText(c.Name + "\n" + c.Description)
	return row
}

// isMissing says whether err means that there is no such row.
func isMissing(err error) bool { return errors.Is(err, store.ErrNotFound) }
