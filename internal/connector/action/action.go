// Package action holds the update actions of a draft, one file for each: how it
// is read from a request, and what it does.
package action

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
)

// Draft is a draft while the actions of one request are applied to it, in
// order. An action replaces what it changes; it never writes into a slice or
// behind a pointer of the document, which the document before may share.
type Draft struct {
	Doc *api.ConnectorStaged
	// ProjectKey is that of the caller.
	ProjectKey string
	// Now is the time of the request.
	Now time.Time
	// HasChanges says whether the draft, as it is now, differs from the
	// production Connector.
	HasChanges func() bool

	// StartPreview and StartPublish are what the request sets off; CancelPreview
	// says that a preview under way is about a repository that the draft does
	// not name any more.
	StartPreview, CancelPreview bool
	StartPublish                *Publish
	// Unlist says that the production Connector leaves search and listings.
	Unlist bool
}

// Publish is how a publish was asked for.
type Publish struct{ Certification bool }

// Action is one update action of a request, found valid by itself.
type Action struct {
	Name string
	// Apply changes the draft, or returns a *problem.Error that says why its
	// state forbids it.
	Apply func(*Draft) error
}

// kind is one sort of action: read takes its payload from a request.
type kind struct {
	name string
	read func(*jsonbody.Object, field.Rules) func(*Draft) error
	// whenInCertification says that it is allowed while a draft waits for its
	// certification or is in it.
	whenInCertification bool
	// last says that nothing may follow it in a request.
	last bool
}

// limit bounds the actions of one request.
const limit = 500

// Read takes the actions of an update from the body's member "actions".
func Read(body *jsonbody.Object, rules field.Rules) []Action {
	objects := body.Objects("actions", limit)
	actions := make([]Action, 0, len(objects))
	for i, o := range objects {
		k, ok := find(o.RequiredString("action", known))
		if !ok {
			continue // noted
		}
		if k.last && i < len(objects)-1 {
			o.Fail("action", "is "+k.name+", which must be the last action of its request.")
		}
		actions = append(actions, Action{Name: k.name, Apply: k.read(o, rules)})
	}
	return actions
}

// known is the name of an update action.
func known(name string) string {
	if _, ok := find(name); !ok {
		return fmt.Sprintf("must be one of %s, but is %q.", strings.Join(Names(), ", "), jsonbody.Cut(name))
	}
	return ""
}

// AllowedInCertification says whether every action of a request is one that a
// draft takes while it is certified.
func AllowedInCertification(actions []Action) bool {
	return len(actions) > 0 && !slices.ContainsFunc(actions, func(a Action) bool {
		k, _ := find(a.Name)
		return !k.whenInCertification
	})
}

func find(name string) (kind, bool) {
	i := slices.IndexFunc(table, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, false
	}
	return table[i], true
}
