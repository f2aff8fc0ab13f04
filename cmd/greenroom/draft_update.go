package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
)

type draftUpdateCommand struct {
	namedDraft
	awaited
	shown
	Actions   string `arg:"" name:"actions" help:"FILE or JSON: a list of update actions, or one, such as '{\"action\": \"setName\", \"name\": \"Taxes\"}'."`
	IfVersion int64  `name:"if-version" placeholder:"N" help:"Version that the draft must have. Default: the one that it has."`
}

// Run applies the actions.
func (c *draftUpdateCommand) Run(ctx context.Context, io streams) error {
	actions, err := readActions(c.Actions)
	if err != nil {
		return err
	}
	server, ref := c.client(), refOf(c.Ref)
	before, err := newestRun(ctx, server, ref)
	if err != nil {
		return err
	}
	d, err := act(ctx, server, ref, c.IfVersion, actions...)
	if err != nil {
		return err
	}
	after := before
	if c.Wait {
		if after, err = newestRun(ctx, server, ref); err != nil {
			return err
		}
	}
	if !c.JSON || after.ID == before.ID {
		if err := c.show(io.out, d, func() string { return draftText(d) }); err != nil {
			return err
		}
	}
	if after.ID == before.ID {
		return nil
	}
	return waited{c.namedDraft, c.patient, c.shown}.wait(ctx, io, after)
}

// newestRun is the draft's latest run, the zero Run when there is none.
func newestRun(ctx context.Context, server *client.Client, ref client.Ref) (api.Run, error) {
	page, err := server.Runs(ctx, ref, client.List{Limit: 1})
	if err != nil || len(page.Results) == 0 {
		return api.Run{}, explained(err)
	}
	return page.Results[0], nil
}

// readActions reads JSON, or a file of it.
func readActions(text string) ([]api.UpdateAction, error) {
	content := []byte(text)
	if start := strings.TrimSpace(text); !strings.HasPrefix(start, "{") && !strings.HasPrefix(start, "[") {
		var err error
		if content, err = os.ReadFile(text); err != nil {
			return nil, fmt.Errorf("read the actions: %w; give a file, or JSON that begins with [ or {", err)
		}
	}
	var actions []api.UpdateAction
	if bytes.HasPrefix(bytes.TrimSpace(content), []byte("{")) {
		content = append(append([]byte("["), content...), ']')
	}
	d := json.NewDecoder(bytes.NewReader(content))
	d.UseNumber() // as they are written
	if err := d.Decode(&actions); err != nil {
		return nil, fmt.Errorf("the actions are not a list of JSON objects: %w", err)
	}
	if d.More() {
		return nil, errors.New("the actions are not one JSON text: something follows it")
	}
	return actions, nil
}

// act applies actions to the draft of the version; 0: as it is now.
func act(ctx context.Context, server *client.Client, ref client.Ref, version int64, actions ...api.UpdateAction) (api.ConnectorStaged, error) {
	if version == 0 {
		now, err := server.Draft(ctx, ref)
		if err != nil {
			return now, explained(err)
		}
		version = now.Version
	}
	d, err := server.UpdateDraft(ctx, ref, version, actions...)
	return d, explained(err)
}
