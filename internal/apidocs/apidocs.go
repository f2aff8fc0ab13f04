// Package apidocs renders an OpenAPI document for people: as one HTML page
// without scripts, and as JSON.
package apidocs

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
)

//go:embed page.gohtml
var pageText string

//go:embed style.css
var style string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is what the template shows.
type page struct {
	Title, Version, Summary string
	Description             template.HTML
	License, Home           string
	Style                   template.CSS
	Groups                  []group
	Answers                 []answer
	Schemas                 []schema
}

// group is the operations of one tag.
type group struct {
	Name, Anchor string
	Description  template.HTML
	Operations   []operation
}

// Page renders the document, OpenAPI 3.1 as YAML, as one HTML page: the
// operations by their tags, the answers that they share, and the schemas with
// their bounds and examples. The page is whole: it loads nothing, runs no script,
// and is well-formed XML too. It takes tens of milliseconds; keep the result.
//
// It returns an error when the text is no YAML, or refers to what it does not
// hold.
func Page(openapi []byte) ([]byte, error) {
	d, err := read(openapi)
	if err != nil {
		return nil, err
	}
	p := d.page()
	if d.err != nil {
		return nil, d.err
	}
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, p); err != nil {
		return nil, fmt.Errorf("render the API's page: %w", err)
	}
	return out.Bytes(), nil
}

// JSON writes the document, which is YAML, as JSON. The order stays.
//
// It returns an error when the text is no YAML.
func JSON(openapi []byte) ([]byte, error) {
	d, err := read(openapi)
	if err != nil {
		return nil, err
	}
	return append(d.root.json(nil, "\n"), '\n'), nil
}

func (d *document) page() page {
	info := d.root.get("info")
	return page{
		Title:       info.get("title").text(),
		Version:     info.get("version").text(),
		Summary:     info.get("summary").text(),
		Description: d.prose(info.get("description")),
		License:     info.get("license").get("name").text(),
		Home:        info.get("contact").get("url").text(),
		Style:       template.CSS(style), //nolint:gosec // a file of this package
		Groups:      d.groups(),
		Answers:     d.sharedAnswers(),
		Schemas:     d.schemas(),
	}
}

// groups sorts the operations by their tags, in the order of the document.
func (d *document) groups() []group {
	var groups []group
	byTag := map[string]int{}
	for _, tag := range d.root.get("tags").items() {
		name := tag.get("name").text()
		byTag[name] = len(groups)
		groups = append(groups, group{Name: name, Anchor: "tag-" + name, Description: d.prose(tag.get("description"))})
	}
	for path, item := range d.root.get("paths").members() {
		for method, n := range item.members() {
			if method == "parameters" {
				continue
			}
			for _, tag := range n.get("tags").items() {
				if i, ok := byTag[tag.text()]; ok {
					groups[i].Operations = append(groups[i].Operations, d.operation(path, method, item, n))
				} else {
					d.fail("the operation %s %s has the tag %s, which is not described", method, path, tag.text())
				}
			}
		}
	}
	return groups
}
