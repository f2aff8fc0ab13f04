package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/check"
)

// remote is the server that a command talks to.
type remote struct {
	URL string `name:"url" default:"http://127.0.0.1:8080" help:"Base URL of the server. Default: ${default}."`
	credentials
}

// credentials are those of the API client that a command is.
type credentials struct {
	ClientID     string `default:"dev" placeholder:"ID" help:"API client. Default: that of greenroom dev."`
	ClientSecret string `default:"dev" placeholder:"SECRET" help:"Its secret; better given in the environment."`
}

func (r remote) client() *client.Client {
	return client.New(client.Options{URL: r.URL, ID: r.ClientID, Secret: r.ClientSecret})
}

// refOf takes what a person names a draft by: its id or its key.
func refOf(name string) client.Ref {
	if uuid.Validate(name) == nil {
		return client.ByID(name)
	}
	return client.ByKey(name)
}

// shown is how a command prints what it got.
type shown struct {
	JSON bool `name:"json" help:"Print the server's answer as JSON."`
}

// show prints v as JSON where that was asked for, and text otherwise.
func (s shown) show(w io.Writer, v any, text func() string) error {
	if !s.JSON {
		_, err := io.WriteString(w, check.Harmless(text()))
		return err
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

// showPage shows a page as a table; its columns are separated by tabs.
func showPage[T any](s shown, w io.Writer, page api.PagedQueryResponse[T], columns string, row func(T) string) error {
	return s.show(w, page, func() string {
		var text strings.Builder
		table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, columns)
		for _, result := range page.Results {
			fmt.Fprintln(table, row(result))
		}
		_ = table.Flush() // into memory
		fmt.Fprintf(&text, "%d of %d\n", page.Count, page.Total)
		return text.String()
	})
}

// explained is an error for a person: of the server's answer what it says, not
// the form in which it says it.
func explained(err error) error {
	var refused *client.Error
	if !errors.As(err, &refused) || len(refused.Errors) == 0 {
		return err
	}
	var all []error
	for _, o := range refused.Errors {
		text := o.Message
		if o.DetailedErrorMessage != "" {
			text += "\n" + o.DetailedErrorMessage
		}
		all = append(all, fmt.Errorf("%s: %s", o.Code, text))
	}
	return errors.Join(all...)
}
