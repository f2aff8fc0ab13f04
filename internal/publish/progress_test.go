package publish

import (
	"testing"

	"github.com/greenroom-registry/greenroom/api"
)

// A run that is worked on can be asked how far it is; no other can.
func TestProgress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.ask(t, api.Publish(false))
	if got := w.Progress(id); got != nil {
		t.Errorf("queued: %+v", got)
	}
	goOn, ended := w.begin(t, id)
	if got := w.Progress(id); len(got) != 1 || got[0].Name != "fetch" || got[0].Failed {
		t.Errorf("fetching: %+v", got)
	}
	goOn()
	ended()
	if got := w.Progress(id); got != nil {
		t.Errorf("over: %+v", got)
	}

	p := &progress{runs: map[string]position{}}
	done := []api.RunStep{{Name: "fetch", Milliseconds: 20}}
	p.begin(id, api.RunStep{Name: "check"}, done)
	done[0].Name = "changed"
	if got := (&Worker{progress: p}).Progress(id); len(got) != 2 || got[0].Name != "fetch" || got[0].Milliseconds != 20 || got[1].Name != "check" {
		t.Errorf("checking: %+v", got)
	}
}
