package httpapi

import (
	"errors"
	"net/http"
	"time"

	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

type health struct {
	Status string `json:"status"`
}

// healthz says whether requests can be served now.
func (a *API) healthz(r *request) (*response, error) {
	err := a.Ready(r.Context())
	if errors.Is(err, store.ErrUnwritable) {
		// A proxy must not take away the reads as well.
		return encoded(http.StatusOK, health{Status: "read-only"})
	}
	if err != nil {
		return nil, problem.Busy("Not ready.", time.Second, err)
	}
	return encoded(http.StatusOK, health{Status: "ok"})
}

// livez says that the process answers.
func (a *API) livez(*request) (*response, error) {
	return encoded(http.StatusOK, health{Status: "ok"})
}
