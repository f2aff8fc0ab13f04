package api

import "time"

// timestampLayout is ISO 8601 in UTC with milliseconds, as every answer of the
// API writes it.
const timestampLayout = "2006-01-02T15:04:05.000Z"

// Timestamp is a point in time, written in UTC with milliseconds and a Z.
type Timestamp struct{ time.Time }

// MarshalText writes the timestamp as the API does.
func (t Timestamp) MarshalText() ([]byte, error) {
	return t.UTC().AppendFormat(nil, timestampLayout), nil
}

// MarshalJSON writes the timestamp as a JSON string. Without it, the embedded
// time's own MarshalJSON, with nanoseconds, would be chosen.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	return t.UTC().AppendFormat(nil, `"`+timestampLayout+`"`), nil
}
