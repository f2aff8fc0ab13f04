package httpapi

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// query reads the parameters of a request. Each method reads one, notes what is
// wrong with it and returns a usable value; problem returns all that was noted.
// Parameters that nobody asks for are ignored.
type query struct {
	values   url.Values
	problems []api.ErrorObject
}

func (r *request) query() *query { return &query{values: r.params} }

// maxProblems bounds an answer: a query has room for thousands of bad values.
const maxProblems = 100

func (q *query) fail(name, detail string) {
	if len(q.problems) == maxProblems {
		return
	}
	q.problems = append(q.problems, problem.InvalidQuery(name, detail).Objects...)
}

// problem returns a *problem.Error with everything that was noted, or nil.
func (q *query) problem() error {
	if len(q.problems) == 0 {
		return nil
	}
	e := problem.InvalidQuery("", "")
	e.Objects = q.problems
	return e
}

func (q *query) limit() int  { return q.integer("limit", 20, 500) }
func (q *query) offset() int { return q.integer("offset", 0, 10_000) }

func (q *query) integer(name string, otherwise, most int) int {
	given, ok := q.values[name]
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(given[0])
	if len(given) > 1 || err != nil || n < 0 || n > most || strings.HasPrefix(given[0], "+") {
		q.fail(name, fmt.Sprintf("must be one integer from 0 to %d.", most))
		return otherwise
	}
	return n
}

// maxWait bounds how long a caller can wait for the end of a run; it stays below
// the deadline of a request.
const maxWait = 25

// wait is how long the caller wants to wait, in whole seconds.
func (q *query) wait() time.Duration {
	return time.Duration(q.integer("wait", 0, maxWait)) * time.Second
}

// boolean is true or false, nil when it is not given.
func (q *query) boolean(name string) *bool {
	given, ok := q.values[name]
	if !ok {
		return nil
	}
	if len(given) > 1 || given[0] != "true" && given[0] != "false" {
		q.fail(name, "must be true or false.")
		return nil
	}
	v := given[0] == "true"
	return &v
}

// maxTerms bounds the terms of a text search, maxListed the ids or keys that are
// asked for at once.
const (
	maxTerms  = 20
	maxListed = 500
)

// terms are the words of a text search, folded.
func (q *query) terms() []string {
	text := q.text("text")
	if text == nil {
		return nil
	}
	terms := strings.Fields(store.FoldText(*text))
	if len(terms) > maxTerms {
		q.fail("text", fmt.Sprintf("must have at most %d words, but has %d.", maxTerms, len(terms)))
		return nil
	}
	return terms
}

// text is one text that a database can hold, nil when it is not given.
func (q *query) text(name string) *string {
	given, ok := q.values[name]
	if !ok {
		return nil
	}
	if len(given) > 1 || !utf8.ValidString(given[0]) || strings.ContainsRune(given[0], 0) {
		q.fail(name, "must be one text in UTF-8.")
		return nil
	}
	return &given[0]
}

// listed are the values of a parameter that can be repeated, each as rule wants.
func (q *query) listed(name string, rule func(string) string) []string {
	given := q.values[name]
	if len(given) > maxListed {
		q.fail(name, fmt.Sprintf("can be given at most %d times.", maxListed))
		return nil
	}
	for _, v := range given {
		if message := rule(v); message != "" {
			q.fail(name, message)
		}
	}
	return given
}

// ids are the UUIDs of a parameter that can be repeated, in their canonical form.
func (q *query) ids(name string) []string {
	given := slices.Clone(q.listed(name, func(v string) string {
		if _, ok := field.ID(v); !ok {
			return "must be a UUID."
		}
		return ""
	}))
	for i, v := range given {
		given[i], _ = field.ID(v)
	}
	return given
}

// draftSorts are the fields that drafts can be sorted by.
var draftSorts = []store.SortField{
	store.SortCreatedAt, store.SortLastModifiedAt, store.SortName, store.SortKey, store.SortID, store.SortVersion,
	store.SortStatus,
}

// connectorSorts are those of Connectors, which have no status.
var connectorSorts = slices.DeleteFunc(slices.Clone(draftSorts), func(f store.SortField) bool {
	return f == store.SortStatus
})

// maxSorts bounds the keys of an order: there are no more fields than that.
const maxSorts = 7

// sort reads the keys of an order, the first the strongest.
func (q *query) sort(fields []store.SortField) []store.Sort {
	given, ok := q.values["sort"]
	if !ok {
		return []store.Sort{{Field: store.SortCreatedAt}}
	}
	if len(given) > maxSorts {
		q.fail("sort", fmt.Sprintf("can be given at most %d times.", maxSorts))
		return nil
	}
	var keys []store.Sort
	for _, text := range given {
		words := strings.Fields(text)
		if len(words) == 0 || len(words) > 2 ||
			!slices.Contains(fields, store.SortField(words[0])) ||
			len(words) == 2 && words[1] != "asc" && words[1] != "desc" {
			q.fail("sort", "must be a field and optionally asc or desc; fields are "+join(fields)+".")
			continue
		}
		keys = append(keys, store.Sort{Field: store.SortField(words[0]), Desc: len(words) == 2 && words[1] == "desc"})
	}
	return keys
}

func join(fields []store.SortField) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}

// types reads the filter by integration type: a row must have one of the types
// that are named.
func (q *query) types() []store.TypeMask {
	given, ok := q.values["integrationTypes"]
	if !ok {
		return nil
	}
	var types []api.IntegrationType
	for _, name := range given {
		if message := field.IntegrationType(name); message != "" {
			q.fail("integrationTypes", message)
			continue
		}
		types = append(types, api.IntegrationType(name))
	}
	return []store.TypeMask{store.MaskOf(types)}
}
