// Package client speaks the API from Go: it gets tokens and renews them, sends
// requests and turns answers that are no success into an [*Error].
//
//	c := client.New(client.Options{URL: "http://127.0.0.1:8080", ID: "dev", Secret: "dev"})
//	draft, err := c.Draft(ctx, client.ByKey("tax-calculator"))
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/greenroom-registry/greenroom/api"
)

const (
	// requestDeadline bounds one exchange; the server gives up after 30 s.
	requestDeadline = 40 * time.Second
	// maxAnswer bounds what is read of an answer: a page of 500 drafts of 100 KB.
	maxAnswer = 64 << 20
	// renewBefore is how long before its end a token is not used any more.
	renewBefore = time.Minute
)

// Options configure a Client. All but HTTP are required.
type Options struct {
	// URL is the base of the API, such as http://127.0.0.1:8080.
	URL string
	// ID and Secret are the API client's credentials.
	ID, Secret string
	// HTTP sends the requests; nil: a client with a deadline of 40 s.
	HTTP *http.Client
}

// Client is a client of one server. It is safe for concurrent use.
type Client struct {
	options Options

	// turn is held by whoever looks at the token, or gets one.
	turn    chan struct{}
	token   string
	expires time.Time
}

// New returns a client. Nothing is sent before the first call.
func New(o Options) *Client {
	o.URL = strings.TrimSuffix(o.URL, "/")
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: requestDeadline}
	}
	return &Client{options: o, turn: make(chan struct{}, 1)}
}

// Error is an answer of the server that is no success.
type Error struct {
	api.ErrorResponse
	// RetryAfter is when the same request may succeed, 0 if the server named none.
	RetryAfter time.Duration
	// CorrelationID finds the request in the server's log.
	CorrelationID string
}

func (e *Error) Error() string {
	texts := make([]string, 0, len(e.Errors))
	for _, o := range e.Errors {
		text := fmt.Sprintf("%s: %s", o.Code, o.Message)
		if o.DetailedErrorMessage != "" {
			text += " " + o.DetailedErrorMessage
		}
		texts = append(texts, text)
	}
	return fmt.Sprintf("the server answered %d: %s", e.StatusCode, strings.Join(texts, "; "))
}

// HasCode reports whether the first error has the code.
func (e *Error) HasCode(code api.ErrorCode) bool {
	return len(e.Errors) > 0 && e.Errors[0].Code == code
}

// call sends a request with a token and returns the decoded answer. A token that
// the server does not know any more is replaced once.
func call[T any](ctx context.Context, c *Client, method, path string, body any) (T, error) {
	var out T
	return out, c.call(ctx, method, path, body, &out)
}

// document is an answer that is taken as it is, of one media type.
type document struct {
	media string
	text  []byte
}

// pack is a body that is sent as it is.
type pack []byte

// call decodes the answer into out, or keeps it as it is in a *document.
func (c *Client) call(ctx context.Context, method, path string, body, out any) error {
	media := api.MediaJSON
	text, packed := body.(pack)
	if packed {
		media = api.MediaPack
	} else if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return fmt.Errorf("%s %s: encode the request: %w", method, path, err)
		}
	}
	token, err := c.bearer(ctx, "")
	if err != nil {
		return err
	}
	err = c.send(ctx, method, path, token, media, text, out)
	if failed := (*Error)(nil); errors.As(err, &failed) && failed.StatusCode == http.StatusUnauthorized {
		if token, err = c.bearer(ctx, token); err == nil {
			err = c.send(ctx, method, path, token, media, text, out)
		}
	}
	return err
}

func (c *Client) send(ctx context.Context, method, path, token, media string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.options.URL+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		req.Header.Set("Content-Type", media)
	}
	if d, ok := out.(*document); ok {
		req.Header.Set("Accept", d.media)
	}
	return c.exchange(req, out)
}

// exchange returns an *Error for an answer that is no success.
func (c *Client) exchange(req *http.Request, out any) error {
	res, err := c.options.HTTP.Do(req)
	if err != nil {
		return fmt.Errorf("reach the server: %w", err)
	}
	defer res.Body.Close() //nolint:errcheck // everything was read
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s %s: read the answer: %w", req.Method, req.URL.Path, err)
	}
	if res.StatusCode >= http.StatusBadRequest {
		return failure(res, text)
	}
	if d, ok := out.(*document); ok {
		d.text = text
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("%s %s: decode the answer: %w", req.Method, req.URL.Path, err)
	}
	return nil
}

func failure(res *http.Response, text []byte) error {
	e := &Error{CorrelationID: res.Header.Get("X-Correlation-ID")}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	if json.Unmarshal(text, &e.ErrorResponse) != nil || len(e.Errors) == 0 {
		// A proxy's, for instance.
		message := "The answer is not one of Greenroom's: " + res.Status + "."
		e.ErrorResponse = api.ErrorResponse{Message: message, Errors: []api.ErrorObject{{Code: api.CodeGeneral, Message: message}}}
	}
	e.StatusCode = res.StatusCode
	return e
}

// bearer returns a token that is valid for a while and not the refused one.
func (c *Client) bearer(ctx context.Context, refused string) (string, error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return "", fmt.Errorf("get a token: %w", ctx.Err())
	}
	if c.token != refused && time.Now().Before(c.expires) {
		return c.token, nil
	}
	form := strings.NewReader(url.Values{"grant_type": {"client_credentials"}}.Encode())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.options.URL+"/oauth/token", form)
	if err != nil {
		return "", fmt.Errorf("get a token: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(c.options.ID), url.QueryEscape(c.options.Secret))
	var granted struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	if err := c.exchange(req, &granted); err != nil {
		return "", fmt.Errorf("get a token: %w", err)
	}
	if granted.AccessToken == "" {
		return "", errors.New("get a token: the answer has none")
	}
	c.token = granted.AccessToken
	c.expires = time.Now().Add(time.Duration(granted.ExpiresIn)*time.Second - renewBefore)
	return c.token, nil
}
