package config

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/correlation"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
)

// Data says where the database is.
type Data struct {
	Data string `default:".greenroom" placeholder:"DIR" type:"path" help:"Directory of the database; it is made when it is not there. Default: ${default}."`
}

// Repositories says which repositories are read, and from where.
type Repositories struct {
	AllowRepositoryHost []string `placeholder:"HOST|CIDR" help:"Host or network to read repositories from although it is not public. Repeatable."`
	RepositoryAlias     []string `placeholder:"PREFIX=PREFIX" help:"Read repository URLs with the first prefix from the second one, which may be a file:// folder. Repeatable."`
}

// Options returns what gitsource makes of the flags. It returns an error that
// names what is no alias and no host.
func (r Repositories) Options() (gitsource.Options, error) {
	o := gitsource.Options{AllowHosts: r.AllowRepositoryHost}
	for _, a := range r.RepositoryAlias {
		from, to, ok := strings.Cut(a, "=")
		if !ok || from == "" || to == "" {
			return o, fmt.Errorf("--repository-alias %s: write PREFIX=PREFIX, such as https://github.com/acme/=file:///srv/git/acme/", a)
		}
		o.Aliases = append(o.Aliases, gitsource.Alias{From: from, To: to})
	}
	return o, o.Validate()
}

// Region is the region of a project.
type Region struct {
	Region string `default:"europe-west1.gcp" help:"Region of the project. Default: ${default}."`
}

// Server says how a server runs.
type Server struct {
	Data
	Repositories
	Regions       []string      `placeholder:"REGION,…" help:"Regions that connectors can support. Default: those of commercetools Connect."`
	Workers       int           `default:"4" help:"Runs that are worked at once; 0: none in this process. Default: ${default}."`
	ResolveTTL    time.Duration `name:"resolve-ttl" default:"30s" help:"How long the commit of a tag is believed; 0: it is always asked. Default: ${default}."`
	SSHKnownHosts string        `name:"ssh-known-hosts" type:"path" placeholder:"FILE" help:"known_hosts file with further SSH host keys; it is read at each use."`
	PublicURL     string        `name:"public-url" placeholder:"URL" help:"Base of the addresses in reports. Default: of greenroom dev its own address; else they are paths."`
	KeepRuns      Age           `name:"keep-runs" default:"90d" placeholder:"AGE" help:"How long runs are kept after they ended, such as 90d; 0: for ever. What was published is kept. Default: ${default}."`
	Listener
}

// AllRegions are the regions that the server knows.
func (s *Server) AllRegions() []string {
	if len(s.Regions) == 0 {
		return slices.Clone(api.DefaultRegions)
	}
	return s.Regions
}

// Log says what is logged and how.
type Log struct {
	LogLevel  string `default:"info" enum:"debug,info,warn,error" help:"Least level that is logged: debug, info, warn or error. Default: ${default}."`
	LogFormat string `default:"text" enum:"text,json" help:"Form of the log's lines: text or json. Default: ${default}."`
}

// Logger returns the logger that the flags ask for.
func (l Log) Logger(w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.LogLevel)); err != nil {
		return nil, fmt.Errorf("--log-level: %w", err)
	}
	o := &slog.HandlerOptions{Level: level}
	if l.LogFormat == "json" {
		return correlation.Logger(slog.NewJSONHandler(w, o)), nil
	}
	return correlation.Logger(slog.NewTextHandler(w, o)), nil
}
