package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/config"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/credential"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

type credentialCommand struct {
	Add    credentialAddCommand    `cmd:"" help:"Give a project access to its repositories on a host."`
	List   credentialListCommand   `cmd:"" help:"List a project's credentials, without their secrets."`
	Remove credentialRemoveCommand `cmd:"" help:"Forget a credential."`
}

// withCredentials works on the database itself, as withClients does.
func withCredentials(ctx context.Context, dir string, do func(*credential.Service, store.Credentials) error) error {
	s, err := sqlstore.OpenSQLite(ctx, dir, sqlstore.Options{})
	if err != nil {
		return fmt.Errorf("open the database in %s: %w", dir, err)
	}
	return errors.Join(do(credential.New(s, dir, time.Now), s), s.Close())
}

// ownProject names the project that a command works for.
type ownProject struct {
	config.Data
	config.Region
	Project string `required:"" placeholder:"KEY" help:"Key of the project."`
}

func (p ownProject) id() (string, error) {
	id := p.Region.Region + ":" + p.Project
	if message := field.Project(id); message != "" {
		return "", fmt.Errorf("--region and --project make %q, which %s", id, strings.TrimSuffix(message, "."))
	}
	return id, nil
}

type credentialAddCommand struct {
	ownProject
	Host          string `required:"" placeholder:"HOST[:PORT]" help:"Host of the repositories, exactly as in their URLs."`
	SSHKey        string `name:"ssh-key" xor:"way" required:"" type:"path" placeholder:"FILE" help:"Private key without a passphrase."`
	Generate      bool   `xor:"way" required:"" help:"Make an SSH key; register the publicKey that is printed with the host."`
	HTTPSTokenEnv string `name:"https-token-env" xor:"way" required:"" placeholder:"VAR" help:"Environment variable that holds an access token."`
	Username      string `help:"User name that goes with the token. Default: git."`
}

// Run adds the credential and prints it.
func (c *credentialAddCommand) Run(ctx context.Context, io streams) error {
	project, err := c.id()
	if err != nil {
		return err
	}
	given, err := c.given()
	if err != nil {
		return err
	}
	body, err := json.Marshal(given)
	if err != nil {
		return fmt.Errorf("encode the credential: %w", err)
	}
	draft, err := credential.Read(body)
	if err != nil {
		return err
	}
	return withCredentials(ctx, c.Data.Data, func(s *credential.Service, _ store.Credentials) error {
		added, err := s.Add(ctx, project, draft)
		if err != nil {
			return err
		}
		return json.NewEncoder(io.out).Encode(added)
	})
}

func (c *credentialAddCommand) given() (api.CredentialDraft, error) {
	d := api.CredentialDraft{Host: c.Host, Generate: c.Generate, Username: c.Username}
	if c.SSHKey != "" {
		key, err := readBounded(c.SSHKey)
		if err != nil {
			return d, fmt.Errorf("--ssh-key: %w", err)
		}
		d.SSHKey = string(key)
	}
	if c.HTTPSTokenEnv != "" {
		if d.HTTPSToken = os.Getenv(c.HTTPSTokenEnv); d.HTTPSToken == "" {
			return d, fmt.Errorf("--https-token-env: the environment variable %s is empty", c.HTTPSTokenEnv)
		}
	}
	return d, nil
}

// readBounded reads a file of at most 1 MiB.
func readBounded(path string) ([]byte, error) {
	const most = 1 << 20
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if len(data) > most {
		return nil, fmt.Errorf("%s has more than %d bytes", path, most)
	}
	return data, nil
}

type credentialListCommand struct{ ownProject }

// Run prints one JSON object a line.
func (c *credentialListCommand) Run(ctx context.Context, io streams) error {
	project, err := c.id()
	if err != nil {
		return err
	}
	return withCredentials(ctx, c.Data.Data, func(s *credential.Service, _ store.Credentials) error {
		all, err := s.List(ctx, project)
		if err != nil {
			return err
		}
		lines := json.NewEncoder(io.out)
		for _, one := range all {
			if err := lines.Encode(one); err != nil {
				return fmt.Errorf("print the credentials: %w", err)
			}
		}
		return nil
	})
}

type credentialRemoveCommand struct {
	ownProject
	ID string `arg:"" help:"The credential's id."`
}

// Run removes the credential and prints what it was.
func (c *credentialRemoveCommand) Run(ctx context.Context, io streams) error {
	project, err := c.id()
	if err != nil {
		return err
	}
	return withCredentials(ctx, c.Data.Data, func(s *credential.Service, _ store.Credentials) error {
		removed, err := s.Remove(ctx, project, c.ID)
		if err != nil {
			return err
		}
		return json.NewEncoder(io.out).Encode(removed)
	})
}
