package httpapi

import (
	"net/http"
	"time"

	"github.com/greenroom-registry/greenroom/internal/problem"
)

type health struct {
	Status string `json:"status"`
}

// healthz says whether requests can be served now.
func (a *API) healthz(r *request) (*response, error) {
	if err := a.Ready(r.Context()); err != nil {
		return nil, problem.Busy("Not ready.", time.Second, err)
	}
	return encoded(http.StatusOK, health{Status: "ok"})
}

// livez says that the process answers.
func (a *API) livez(*request) (*response, error) {
	return encoded(http.StatusOK, health{Status: "ok"})
}
