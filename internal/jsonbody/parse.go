// Package jsonbody reads the body of a request: strictly, as RFC 8259 with the
// ambiguities ruled out, and completely, so that the caller learns of all
// problems at once, each with its JSON path.
package jsonbody

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/greenroom-registry/greenroom/internal/problem"
)

// maxDepth bounds how many objects and arrays of a body stand inside each other.
const maxDepth = 100

// number is a JSON number as it was written: a reader decides what it can be.
type number string

// Decode parses data as one JSON object and lets read take what it wants from
// it. Members that read does not ask for are ignored. It returns a
// *problem.Error that names every problem of syntax or of content.
func Decode[T any](data []byte, read func(*Object) T) (T, error) {
	var zero T
	value, err := parse(data)
	if err != nil {
		return zero, err
	}
	var noted problems
	body := (&Object{problems: &noted}).child(root, value)
	if body == nil {
		return zero, noted.err()
	}
	out := read(body)
	if err := noted.err(); err != nil {
		return zero, err
	}
	return out, nil
}

func parse(data []byte) (any, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, problem.InvalidJSON("The body is empty; send a JSON object.")
	}
	dec := jsontext.NewDecoder(bytes.NewReader(data))
	value, err := parseValue(dec, 0)
	if err == nil {
		if _, err = dec.ReadToken(); errors.Is(err, io.EOF) {
			return value, nil
		}
		if err == nil {
			err = errors.New("there is text after the end of the body")
		}
	}
	return nil, problem.InvalidJSON(syntaxDetail(data, err, dec.InputOffset()))
}

// parseValue reads a value that stands inside of depth others.
func parseValue(dec *jsontext.Decoder, depth int) (any, error) {
	token, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch kind := token.Kind(); kind {
	case '{', '[':
		if depth == maxDepth {
			return nil, fmt.Errorf("it is nested deeper than %d levels", maxDepth)
		}
		if kind == '{' {
			return parseObject(dec, depth+1)
		}
		return parseArray(dec, depth+1)
	case '"':
		return text(token)
	case '0':
		return number(token.String()), nil
	case 't', 'f':
		return token.Bool(), nil
	default: // null
		return nil, nil
	}
}

func parseObject(dec *jsontext.Decoder, depth int) (any, error) {
	members := make(map[string]any)
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		name, err := text(token)
		if err != nil {
			return nil, err
		}
		if members[name], err = parseValue(dec, depth); err != nil {
			return nil, err
		}
	}
	_, err := dec.ReadToken()
	return members, err
}

func parseArray(dec *jsontext.Decoder, depth int) (any, error) {
	elements := []any{}
	for dec.PeekKind() != ']' {
		v, err := parseValue(dec, depth)
		if err != nil {
			return nil, err
		}
		elements = append(elements, v)
	}
	_, err := dec.ReadToken()
	return elements, err
}

// text refuses NUL, which one of the databases cannot store: both shall accept
// the same.
func text(token jsontext.Token) (string, error) {
	s := token.String()
	if strings.ContainsRune(s, 0) {
		return "", errors.New("a string contains the character NUL (\\u0000)")
	}
	return s, nil
}

// syntaxDetail says what is wrong and where, in terms of the text.
func syntaxDetail(data []byte, err error, offset int64) string {
	reason := err.Error()
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		offset = syntactic.ByteOffset
		reason = syntactic.Err.Error()
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		reason = "the text ends too early"
	}
	before := data[:min(int(max(offset, 0)), len(data))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("Line %d, column %d: %s.", line, column, strings.TrimPrefix(reason, "jsontext: "))
}
