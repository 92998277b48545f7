package domain

import (
	"encoding/json"
	"fmt"
	"time"
)

// Attempt is one try to deliver a message. StatusCode is 0 where no answer
// came; Error then says why in words.
//
// There are as many of them as of nothing else, so that its JSON is an array in
// the order of the fields, with the time in Unix microseconds, and ends with the
// last field that says something.
type Attempt struct {
	At              time.Time
	StatusCode      int
	LatencyMS       int64
	Address         string            // the resolved IP and port
	Response        string            // at most 4 KiB of the answer's body
	Error           string            //
	ResponseHeaders map[string]string // of the answer: some, each bounded
}

// MarshalJSON writes the array.
func (a Attempt) MarshalJSON() ([]byte, error) {
	fields := []any{a.At.UnixMicro(), a.StatusCode, a.LatencyMS, a.Address, a.Response, a.Error, a.ResponseHeaders}
	said := len(fields)
	for empty := true; empty && said > 1; {
		switch v := fields[said-1].(type) {
		case int:
			empty = v == 0
		case int64:
			empty = v == 0
		case string:
			empty = v == ""
		case map[string]string:
			empty = len(v) == 0
		}
		if empty {
			said--
		}
	}
	return json.Marshal(fields[:said])
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (a *Attempt) UnmarshalJSON(text []byte) error {
	var fields []json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return fmt.Errorf("reading an attempt: %w", err)
	}
	var at int64
	into := []any{&at, &a.StatusCode, &a.LatencyMS, &a.Address, &a.Response, &a.Error, &a.ResponseHeaders}
	for i, field := range fields[:min(len(fields), len(into))] {
		if err := json.Unmarshal(field, into[i]); err != nil {
			return fmt.Errorf("reading field %d of an attempt: %w", i, err)
		}
	}
	a.At = time.UnixMicro(at).UTC()
	return nil
}
