package apidocs

import (
	"html/template"
	"net/http"
	"strconv"
	"strings"
)

// operation is one method of one path.
type operation struct {
	Anchor, Method, Summary string
	// Path is the template in parts, so that parameters stand out.
	Path        []pathPart
	Description template.HTML
	// Access says who may use it; Scopes are alternatives.
	Access     string
	Scopes     []string
	Parameters []property
	Body       *body
	Answers    []answer
}

type pathPart struct {
	Text      string
	Parameter bool
}

type body struct {
	Media       string
	Required    bool
	Type        label
	Description template.HTML
	Examples    []example
}

// answer is what one status means.
type answer struct {
	// Name and Anchor are those of an answer that operations share; "" for one's
	// own.
	Name, Anchor string
	Status       int
	Reason       string
	Description  template.HTML
	Media        string
	Type         label
	Codes        []string
	Headers      []property
	Examples     []example
}

// Failed says whether the answer is an error.
func (a answer) Failed() bool { return a.Status >= http.StatusBadRequest }

func (d *document) operation(path, method string, item, n node) operation {
	o := operation{
		Anchor:      n.get("operationId").text(),
		Method:      strings.ToUpper(method),
		Summary:     n.get("summary").text(),
		Path:        pathParts(path),
		Description: d.prose(n.get("description")),
		Body:        d.body(n.get("requestBody")),
	}
	o.Access, o.Scopes = d.access(n.get("security"))
	o.Parameters = d.parameters(append(item.get("parameters").items(), n.get("parameters").items()...))
	for status, r := range n.get("responses").members() {
		a := d.answer(r)
		if a.Status, _ = strconv.Atoi(status); a.Status == 0 {
			d.fail("the status %s of %s is no number", status, o.Anchor)
		}
		a.Reason = http.StatusText(a.Status)
		o.Answers = append(o.Answers, a)
	}
	return o
}

// parameters lists those of an operation, headers last: they are the same nearly
// everywhere.
func (d *document) parameters(list []node) []property {
	var out, headers []property
	for _, p := range list {
		p, _ = d.follow(p)
		one := property{
			Name:        p.get("name").text(),
			In:          p.get("in").text(),
			Required:    p.get("required").text() == "true",
			value:       d.value(p.get("schema")),
			Description: d.prose(p.get("description")),
		}
		if one.In == "header" {
			headers = append(headers, one)
		} else {
			out = append(out, one)
		}
	}
	return append(out, headers...)
}

func pathParts(path string) []pathPart {
	var out []pathPart
	for path != "" {
		before, rest, found := strings.Cut(path, "{")
		out = append(out, pathPart{Text: before})
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		out = append(out, pathPart{Text: "{" + name + "}", Parameter: true})
		path = after
	}
	return out
}

// access reads the security requirements, of which one must be met.
func (d *document) access(security node) (text string, scopes []string) {
	text = "For everybody, without a token."
	for _, requirement := range security.items() {
		for scheme, roles := range requirement.members() {
			switch kind := d.root.get("components").get("securitySchemes").get(scheme).get("scheme").text(); kind {
			case "bearer":
				text = "Access token with "
				scopes = append(scopes, roles.texts()...)
			case "basic":
				text = "The client's id and secret, by HTTP Basic."
			default:
				d.fail("the security scheme %s is of the kind %q", scheme, kind)
			}
		}
	}
	return text, scopes
}

func (d *document) body(n node) *body {
	n, _ = d.follow(n)
	for media, content := range n.get("content").members() {
		return &body{
			Media:       media,
			Required:    n.get("required").text() == "true",
			Type:        d.label(content.get("schema")),
			Description: d.prose(n.get("description")),
			Examples:    d.examples(media, content),
		}
	}
	return nil
}

func (d *document) answer(n node) answer {
	n, name := d.follow(n)
	a := answer{Name: name, Description: d.prose(n.get("description"))}
	if name != "" {
		a.Anchor = "answer-" + name
	}
	for header, h := range n.get("headers").members() {
		h, _ = d.follow(h)
		a.Headers = append(a.Headers, property{
			Name:        header,
			Required:    h.get("required").text() == "true",
			value:       d.value(h.get("schema")),
			Description: d.prose(h.get("description")),
		})
	}
	for media, content := range n.get("content").members() {
		a.Media, a.Examples = media, d.examples(media, content)
		d.readType(&a, content.get("schema"))
	}
	return a
}

// readType reads the type of an answer. That of an error is a named schema and,
// beside it, the status and the codes that it comes with.
func (d *document) readType(a *answer, schema node) {
	a.Type = d.label(schema)
	for i, part := range schema.get("allOf").items() {
		if i == 0 {
			a.Type = d.label(part)
			continue
		}
		properties := part.get("properties")
		a.Status, _ = strconv.Atoi(properties.get("statusCode").get("const").text())
		a.Reason = http.StatusText(a.Status)
		a.Codes = properties.get("errors").get("items").get("properties").get("code").get("enum").texts()
	}
}

// sharedAnswers are the errors that operations refer to.
func (d *document) sharedAnswers() []answer {
	var out []answer
	for name, n := range d.root.get("components").get("responses").members() {
		a := d.answer(n)
		if a.Name, a.Anchor = name, "answer-"+name; a.Failed() {
			out = append(out, a)
		}
	}
	return out
}
