package client_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
)

// scripted is a server with one run, that has ended as soon as it was streamed.
type scripted struct {
	// streams are the answers to who asks for a stream, one after the other; after
	// the last there is none.
	streams []string
	resumed []string
	looks   int
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/oauth/token":
		fmt.Fprint(w, `{"access_token": "t", "expires_in": 172800}`)
	case !strings.HasSuffix(r.URL.Path, "/events"):
		if s.looks++; s.looks == 1 {
			fmt.Fprint(w, `{"id": "1", "state": "queued"}`)
			return
		}
		fmt.Fprint(w, `{"id": "1", "state": "succeeded", "commit": "looked up"}`)
	case len(s.streams) == 0:
		http.NotFound(w, r)
	default:
		s.resumed = append(s.resumed, r.Header.Get("Last-Event-ID"))
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, s.streams[0])
		s.streams = s.streams[1:]
	}
}

const (
	fetchBegun = "id: 1.1\nevent: step\ndata: {\"attempt\": 1, \"name\": \"fetch\", \"state\": \"begun\", \"milliseconds\": 0}\n\n"
	fetchEnded = "id: 1.2\nevent: step\ndata: {\"attempt\": 1, \"name\": \"fetch\", \"state\": \"ended\", \"milliseconds\": 3}\n\n"
	checkBegun = "id: 1.3\nevent: step\ndata: {\"attempt\": 1, \"name\": \"check\", \"state\": \"begun\", \"milliseconds\": 0}\n\n"
	fetchAgain = "id: 2.1\nevent: step\ndata: {\"attempt\": 2, \"name\": \"fetch\", \"state\": \"begun\", \"milliseconds\": 0}\n\n"
	finding    = "id: 2.2\nevent: finding\ndata: {\"rule\": \"a/b\"}\n\n"
	end        = "id: 2.3\nevent: end\ndata: {\"id\": \"1\", \"state\": \"failed\"}\n\n"
)

func TestWatchRun(t *testing.T) {
	t.Parallel()
	alive := ": alive\n\n"
	for name, test := range map[string]struct {
		streams, resumed, told []string
		end                    string
		looks                  int
	}{
		"to the end": {
			streams: []string{alive + fetchBegun + fetchEnded + checkBegun + fetchAgain + finding + end},
			resumed: []string{""},
			told:    []string{"queued", "running fetch 0", "running fetch 3", "running fetch 3 check 0", "running fetch 0"},
			end:     "failed",
			looks:   1,
		},
		"resumed": {
			streams: []string{fetchBegun + fetchEnded, checkBegun + end},
			resumed: []string{"", "1.2"},
			told:    []string{"queued", "running fetch 0", "running fetch 3", "running fetch 3 check 0"},
			end:     "failed",
			looks:   1,
		},
		"broken": {
			streams: []string{fetchBegun, alive},
			resumed: []string{"", "1.1"},
			told:    []string{"queued", "running fetch 0"},
			end:     "succeeded",
			looks:   2,
		},
		"no stream": {told: []string{"queued"}, end: "succeeded", looks: 2},
		"not understood": {
			streams: []string{"id: 1.1\nevent: step\ndata: {\n\n"},
			resumed: []string{""}, told: []string{"queued"}, end: "succeeded", looks: 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := &scripted{streams: test.streams}
			s := httptest.NewServer(script)
			defer s.Close()
			var told []string
			run, err := client.New(client.Options{URL: s.URL, ID: "a", Secret: "b"}).WatchRun(t.Context(), client.ByKey("tax"), "1", func(r api.Run) {
				text := r.State
				for _, step := range r.Steps {
					text += fmt.Sprintf(" %s %.0f", step.Name, step.Milliseconds)
				}
				if n := len(told); n == 0 || told[n-1] != text { // it may be told again
					told = append(told, text)
				}
			})
			if err != nil || run.State != test.end || script.looks != test.looks {
				t.Errorf("ended as %s after %d looks, error %v; want %s after %d", run.State, script.looks, err, test.end, test.looks)
			}
			if diff := cmp.Diff(test.told, told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.resumed, script.resumed); diff != "" {
				t.Errorf("resumed after (-want +got):\n%s", diff)
			}
		})
	}
}
