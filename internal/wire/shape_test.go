package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// shape says for each place of a body, such as "meetData.notes[].by", which
// kinds of JSON values it may have, and which keys, in which order, an object.
type shape struct {
	kinds map[string][]string
	keys  map[string][]string
}

// goldenShape unites the golden files, and adds what may be null in them.
func goldenShape(t *testing.T) shape {
	t.Helper()
	s := shape{kinds: map[string][]string{}, keys: map[string][]string{}}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 4 {
		t.Fatalf("golden files: %v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.read(text); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	nullable := []string{"modeNote", "modifiedEventName", "multipleBookingIdentifier", "prevMeetId", "attendees[].phone", "notes[].by"}
	for _, by := range []string{"cancellation.cancelledBy", "attendees[].cancellation.cancelledBy", "reschedule.rescheduledBy"} {
		nullable = append(nullable, by+"._id", by+".name")
	}
	for _, key := range []string{"method", "billingName", "billingAddress", "paymentTime", "externalPaymentId", "emailId", "meetCreatedAt", "orderId"} {
		nullable = append(nullable, "payment."+key)
	}
	for _, place := range nullable {
		s.kinds["meetData."+place] = []string{"string", "null"}
	}
	return s
}

// read notes the shape of a body. Maps with free keys have none, and neither
// have objects that are empty.
func (s shape) read(text []byte) error {
	if !json.Valid(text) {
		return errors.New("not valid JSON")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	return s.value(d, "")
}

func (s shape) value(d *json.Decoder, place string) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	kind := fmt.Sprintf("%T", token)
	switch token {
	case nil:
		kind = "null"
	case json.Delim('{'):
		kind = "object"
		err = s.object(d, place)
	case json.Delim('['):
		kind = "array"
		for d.More() && err == nil {
			err = s.value(d, place+"[]")
		}
		_, _ = d.Token()
	}
	if !slices.Contains(s.kinds[place], kind) && !free(place) {
		s.kinds[place] = append(s.kinds[place], kind)
	}
	return err
}

func (s shape) object(d *json.Decoder, place string) error {
	var keys []string
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		keys = append(keys, key.(string))
		if err := s.value(d, strings.TrimPrefix(place+"."+key.(string), ".")); err != nil {
			return err
		}
	}
	if len(keys) > 0 && !free(place+".") {
		s.keys[place] = keys
	}
	_, err := d.Token()
	return err
}

// free reports whether a place is inside an object with any keys.
func free(place string) bool {
	return strings.HasPrefix(place, "meetData.followUp.") || strings.HasPrefix(place, "meetData.payment.amountOnDuration.")
}
