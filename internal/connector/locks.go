package connector

import (
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/action"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

// retryLocked is when a draft that a run has locked may be free again.
const retryLocked = time.Second

// checkVersion compares the version that a caller sent with the current one.
func checkVersion(sent, current int64) error {
	if sent == current {
		return nil
	}
	return problem.Conflict(sent, current,
		"The draft has been changed since it was read. Read it again and repeat the update with its current version.")
}

// checkLocks says whether the draft's status allows the actions, whatever they
// would change.
func checkLocks(doc *api.ConnectorStaged, sent int64, actions []action.Action) error {
	switch doc.Status {
	case api.StatusProcessing:
		e := problem.Conflict(sent, doc.Version,
			"The draft is being published and cannot be changed until that is done. Repeat the request then.")
		e.RetryAfter = retryLocked
		return e
	case api.StatusReadyForCertification, api.StatusInCertification:
		if !action.AllowedInCertification(actions) {
			return problem.InvalidState(api.CodeInCertification,
				"The draft is in certification and cannot be changed until that is done or withdrawn.")
		}
	}
	return nil
}
