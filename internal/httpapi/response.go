package httpapi

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// response is an answer: a status, a body, and headers beside those that every
// answer has.
type response struct {
	status int
	// media is the body's media type; "" is JSON.
	media  string
	body   []byte
	header http.Header
	// stream, when set, gives the body instead: server-sent events.
	stream eventSource
	// done, when set, is called once the answer is written.
	done func()
}

// document answers with a stored document, byte for byte.
func document(status int, doc []byte) *response { return &response{status: status, body: doc} }

// encoded answers with a value.
func encoded(status int, v any) (*response, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode an answer: %w", err)
	}
	return &response{status: status, body: body}, nil
}

// pageOf puts stored documents between the members of a paged answer, without
// parsing them again.
func pageOf(limit, offset int, p store.Page) *response {
	size := 80
	for _, d := range p.Documents {
		size += len(d) + 1
	}
	body := make([]byte, 0, size)
	for _, member := range []struct {
		name  string
		value int
	}{{`{"limit":`, limit}, {`,"offset":`, offset}, {`,"count":`, len(p.Documents)}, {`,"total":`, p.Total}} {
		body = append(body, member.name...)
		body = strconv.AppendInt(body, int64(member.value), 10)
	}
	body = append(body, `,"results":[`...)
	for i, d := range p.Documents {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, d...)
	}
	return &response{status: http.StatusOK, body: append(body, "]}"...)}
}
