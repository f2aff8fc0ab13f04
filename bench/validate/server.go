package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
)

// ran is one run of a server: from the request to its end, and the steps that the
// server noted, in milliseconds.
type ran struct {
	took  time.Duration
	steps map[string]float64
}

// served are the runs of a server that has judged nothing before.
type served struct {
	preview, publish, change ran
	memory                   int64
}

// serve starts a server on an empty database, has it do the runs, and stops it.
func serve(ctx context.Context, binary, data string, r *repository) (out served, err error) {
	cmd := exec.CommandContext(ctx, binary, "dev", "--listen=127.0.0.1:0", "--data="+data)
	cmd.Env = gitEnvironment()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return out, err
	}
	if err := cmd.Start(); err != nil {
		return out, err
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt) // fails when it has ended, and then Wait says how
		err = errors.Join(err, cmd.Wait())
		out.memory = peakMemory(cmd.ProcessState)
	}()
	url, err := address(stdout)
	if err != nil {
		return out, err
	}
	go func() { _, _ = io.Copy(io.Discard, stdout) }() // or the server would wait for a reader
	u := user{client: client.New(client.Options{URL: url, ID: "dev", Secret: "dev"})}
	return u.runs(ctx, r)
}

var ownURL = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// address is what the server says that it listens on.
func address(out io.Reader) (string, error) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url := ownURL.FindString(lines.Text()); url != "" {
			return url, nil
		}
	}
	return "", fmt.Errorf("the server printed no address: %w", lines.Err())
}

// user is who asks a server for runs on a draft.
type user struct {
	client *client.Client
	draft  client.Ref
}

func (u *user) runs(ctx context.Context, r *repository) (out served, err error) {
	draft, err := u.client.CreateDraft(ctx, api.ConnectorStagedDraft{
		Key:              "bench",
		Name:             "Bench",
		Description:      "A connector of several applications, to measure with.",
		IntegrationTypes: []api.IntegrationType{api.IntegrationTypes[0]},
		Creator:          api.Creator{Email: "bench@greenroom.example", Company: "Greenroom"},
		Repository:       api.Repository{URL: r.url, Tag: tag1},
	})
	if err != nil {
		return out, err
	}
	u.draft = client.ByID(draft.ID)
	if out.preview, err = u.run(ctx, api.UpdatePreviewable()); err != nil {
		return out, err
	}
	if out.publish, err = u.run(ctx, api.Publish(false)); err != nil {
		return out, err
	}
	if err = u.update(ctx, api.SetRepository(api.Repository{URL: r.url, Tag: tag2})); err != nil {
		return out, err
	}
	out.change, err = u.run(ctx, api.UpdatePreviewable())
	return out, err
}

func (u *user) update(ctx context.Context, action api.UpdateAction) error {
	draft, err := u.client.Draft(ctx, u.draft)
	if err != nil {
		return err
	}
	_, err = u.client.UpdateDraft(ctx, u.draft, draft.Version, action)
	return err
}

// run asks for a run and waits for its end.
func (u *user) run(ctx context.Context, action api.UpdateAction) (ran, error) {
	start := time.Now()
	if err := u.update(ctx, action); err != nil {
		return ran{}, err
	}
	latest, err := u.client.LatestRun(ctx, u.draft)
	if err != nil {
		return ran{}, err
	}
	latest, err = u.client.AwaitRun(ctx, u.draft, latest.ID)
	if err != nil {
		return ran{}, err
	}
	out := ran{took: time.Since(start), steps: map[string]float64{}}
	if latest.State != "succeeded" {
		return out, fmt.Errorf("the %s ended as %s", latest.Kind, latest.State)
	}
	for _, s := range latest.Steps {
		out.steps[s.Name] += s.Milliseconds
	}
	return out, nil
}
