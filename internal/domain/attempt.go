package domain

import (
	"encoding/json"
	"fmt"
	"strconv"
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
func (a Attempt) MarshalJSON() ([]byte, error) { return a.append(nil) }

// EncodeAttempts writes attempts as JSON.
func EncodeAttempts(all []Attempt) (string, error) {
	b := append(make([]byte, 0, 64*(len(all)+1)), '[')
	var err error
	for i, a := range all {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = a.append(b); err != nil {
			return "", err
		}
	}
	return string(append(b, ']')), nil
}

// append writes the array behind what is there.
func (a Attempt) append(b []byte) ([]byte, error) {
	b = strconv.AppendInt(append(b, '['), a.At.UnixMicro(), 10)
	said := len(b)
	b = strconv.AppendInt(append(b, ','), int64(a.StatusCode), 10)
	if a.StatusCode != 0 {
		said = len(b)
	}
	b = strconv.AppendInt(append(b, ','), a.LatencyMS, 10)
	if a.LatencyMS != 0 {
		said = len(b)
	}
	for _, text := range []string{a.Address, a.Response, a.Error} {
		if b = append(b, ','); text == "" {
			b = append(b, `""`...)
			continue
		}
		quoted, err := json.Marshal(text)
		if err != nil {
			return nil, err
		}
		b = append(b, quoted...)
		said = len(b)
	}
	if len(a.ResponseHeaders) > 0 {
		headers, err := json.Marshal(a.ResponseHeaders)
		if err != nil {
			return nil, err
		}
		b = append(append(b, ','), headers...)
		said = len(b)
	}
	return append(b[:said], ']'), nil
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
