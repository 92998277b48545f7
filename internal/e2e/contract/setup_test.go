package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"slotcast/internal/app/apptest"
	"slotcast/internal/credential"
	"slotcast/internal/entdb/entdbtest"
)

func TestMain(m *testing.M) { os.Exit(apptest.Main(m)) }

type object = map[string]any

// office is a server with an app in which there are an owner, an admin and two
// members, each with an event type that he hosts.
type office struct {
	t           *testing.T
	server      *apptest.Process
	url         string // where the server is
	base        string // what its URIs begin with
	description *description

	owner, admin, member, other *person
	organization                string // URI
}

// person is somebody with a token.
type person struct {
	*apptest.Client
	name, token string
	id          string
	uri         string
	eventTypeID string
	eventType   string // URI
}

// each runs a test on SQLite, and on PostgreSQL. Settings may be added.
func each(t *testing.T, test func(o *office), more ...apptest.Settings) {
	t.Helper()
	for name, database := range map[string]func() string{
		"sqlite": func() string { return "" }, "postgres": func() string { return entdbtest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := apptest.Settings{"SLOTCAST_OWNER_TOKEN": credential.New(credential.Access), "SLOTCAST_ALLOW_TARGETS": "127.0.0.0/8"}
			if url := database(); url != "" {
				s["SLOTCAST_DATABASE_URL"] = url
			}
			for _, settings := range more {
				s["SLOTCAST_ADDR"] = freeAddr(t) // what is printed is the public URL
				maps.Copy(s, settings)
			}
			test(open(t, s))
		})
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func open(t *testing.T, s apptest.Settings) *office {
	t.Helper()
	server := apptest.Start(t, s)
	o := &office{t: t, server: server, url: server.URL(), base: server.URL()}
	if public := s["SLOTCAST_PUBLIC_URL"]; public != "" {
		o.base = public
	}
	o.description = describe(o)
	o.owner = o.enter("Jo Park", s["SLOTCAST_OWNER_TOKEN"])
	o.organization = o.get(o.owner, "/users/me").text("resource.current_organization")
	o.admin, o.member, o.other = o.hire("Adam Admin", "ADMIN"), o.hire("Mia Member", "MEMBER"), o.hire("Otto Other", "MEMBER")
	return o
}

// hire makes an agent with a token, through the API.
func (o *office) hire(name, role string) *person {
	o.t.Helper()
	first, _, _ := strings.Cut(strings.ToLower(name), " ")
	var out struct {
		CreateAgent       struct{ ID string }
		CreateAccessToken struct{ Token string }
	}
	o.owner.Do(o.t, `mutation($in: CreateAgentInput!) { createAgent(input: $in) { id } }`, object{"in": object{
		"name": name, "email": first + "@example.org", "role": role, "timeZone": "Europe/Berlin",
	}}, &out)
	o.owner.Do(o.t, `mutation($in: CreateAccessTokenInput!) { createAccessToken(input: $in) { token } }`, object{"in": object{
		"name": "test", "agentId": out.CreateAgent.ID,
	}}, &out)
	return o.enter(name, out.CreateAccessToken.Token)
}

// enter gives somebody who has a token an event type.
func (o *office) enter(name, token string) *person {
	o.t.Helper()
	p := &person{Client: apptest.NewClient(o.url, token), name: name, token: token}
	p.uri = o.get(p, "/users/me").text("resource.uri")
	p.id = p.uri[strings.LastIndexByte(p.uri, '/')+1:]
	boss := o.owner
	if boss == nil {
		boss = p
	}
	first, _, _ := strings.Cut(strings.ToLower(name), " ")
	p.eventTypeID = o.eventType(boss, object{
		"name": "Call with " + name, "slug": "with-" + first, "type": "SOLO", "durationMinutes": 30, "agentIds": []string{p.id}, "modeNote": "Video",
	})
	p.eventType = o.base + "/event_types/" + p.eventTypeID
	return p
}

func (o *office) eventType(boss *person, in object) string {
	o.t.Helper()
	var out struct{ CreateEventType struct{ ID string } }
	boss.Do(o.t, `mutation($in: CreateEventTypeInput!) { createEventType(input: $in) { id } }`, object{"in": in}, &out)
	return out.CreateEventType.ID
}

// answer is what came back over HTTP.
type answer struct {
	t      *testing.T
	asked  string
	status int
	header http.Header
	raw    string
	body   any
}

func (o *office) get(who *person, path string) answer {
	o.t.Helper()
	return o.call(who, http.MethodGet, path, nil)
}

func (o *office) post(who *person, path string, body any) answer {
	o.t.Helper()
	return o.call(who, http.MethodPost, path, body)
}

func (o *office) delete(who *person, path string) answer {
	o.t.Helper()
	return o.call(who, http.MethodDelete, path, nil)
}

// call sends a request on behalf of somebody, nil for nobody, to a path or URI. A
// text is sent as it is, anything else as JSON. The answer is held against the
// description, and must have the headers that each answer has.
func (o *office) call(who *person, method, path string, body any) answer {
	o.t.Helper()
	var sent []byte
	switch b := body.(type) {
	case nil:
	case string:
		sent = []byte(b)
	default:
		var err error
		sent, err = json.Marshal(b)
		o.must(err)
	}
	path = strings.TrimPrefix(path, o.base)
	r, err := http.NewRequestWithContext(o.t.Context(), method, o.url+path, bytes.NewReader(sent))
	o.must(err)
	if sent != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if who != nil {
		r.Header.Set("Authorization", "Bearer "+who.token)
	}
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	o.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	o.must(err)
	a := answer{t: o.t, asked: method + " " + path, status: res.StatusCode, header: res.Header, raw: string(text)}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &a.body); err != nil {
			o.t.Errorf("%s: the answer %q is not JSON: %v", a.asked, text, err)
		}
	}
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
		if _, err := strconv.Atoi(res.Header.Get(name)); err != nil {
			o.t.Errorf("%s: %d without %s: %v", a.asked, a.status, name, err)
		}
	}
	if o.description != nil {
		if err := o.description.check(method, path, &a); err != nil {
			o.t.Errorf("%s: the answer %d %s is not as described: %v", a.asked, a.status, a.raw, err)
		}
	}
	return a
}

// want fails the test where the status is another one.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Errorf("%s: %d %s, want %d", a.asked, a.status, a.raw, status)
	}
	return a
}

// refused fails the test where the error is not the one of the contract's table.
// A parameter, if named, stands in the details.
func (a answer) refused(status int, title, message, parameter string) {
	a.t.Helper()
	a.want(status)
	if a.text("title") != title || a.text("message") != message {
		a.t.Errorf("%s: %s, want %q, %q", a.asked, a.raw, title, message)
	}
	if parameter != "" && a.text("details.0.parameter") != parameter {
		a.t.Errorf("%s: %s, want the details to name %q", a.asked, a.raw, parameter)
	}
	if strings.Contains(strings.ToLower(a.raw), "upgrade") {
		a.t.Errorf("%s: %s talks of upgrades", a.asked, a.raw)
	}
}

const (
	badRequest = "The supplied parameters are invalid."
	nowhere    = "The server could not find the requested resource."
	denied     = "You do not have permission"
	noAccess   = "You do not have permission to access this resource."
)

func (a answer) invalid(parameter string) {
	a.t.Helper()
	a.refused(http.StatusBadRequest, "Invalid Argument", badRequest, parameter)
}

func (a answer) forbidden(message string) {
	a.t.Helper()
	a.refused(http.StatusForbidden, "Permission Denied", message, "")
}

func (a answer) missing() {
	a.t.Helper()
	a.refused(http.StatusNotFound, "Resource Not Found", nowhere, "")
}

// at is what an answer has at a path such as "collection.0.uri".
func (a answer) at(path string) any { return at(a.body, path) }

// text is a string at a path; what is something else prints.
func (a answer) text(path string) string {
	if v := a.at(path); v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

// entries are those of a list at a path.
func (a answer) entries(path string) []object {
	list, _ := a.at(path).([]any)
	out := make([]object, len(list))
	for i, e := range list {
		out[i], _ = e.(object)
	}
	return out
}

func at(v any, path string) any {
	for step := range strings.SplitSeq(path, ".") {
		switch holder := v.(type) {
		case object:
			v = holder[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(holder) {
				return nil
			}
			v = holder[i]
		default:
			return nil
		}
	}
	return v
}

// meeting is a booked one.
type meeting struct {
	id, uri  string
	attendee string // id
	invitee  string // URI
}

const meetingFields = `{ id attendees { id } }`

type booked struct {
	ID        string
	Attendees []struct{ ID string }
}

func (o *office) toMeeting(b booked) meeting {
	m := meeting{id: b.ID, uri: o.base + "/scheduled_events/" + b.ID, attendee: b.Attendees[0].ID}
	m.invitee = m.uri + "/invitees/" + m.attendee
	return m
}

// book books with somebody, n hours behind the first of next month.
func (o *office) book(with *person, n int) meeting {
	o.t.Helper()
	var out struct{ BookMeeting struct{ Meeting booked } }
	o.owner.Do(o.t, `mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { meeting `+meetingFields+` } }`, object{"in": object{
		"eventTypeId": with.eventTypeID, "start": hour(n), "tracking": object{"utm_source": "ad"}, "notes": []string{"VIP"},
		"attendees": []object{{
			"name": "Ana Ruiz", "email": "ana@example.org", "phone": "+34 600", "timeZone": "Europe/Madrid",
			"answers": []object{{"question": "Topic?", "answer": "Pricing"}},
		}},
	}}, &out)
	return o.toMeeting(out.BookMeeting.Meeting)
}

func (o *office) reschedule(m meeting, n int) meeting {
	o.t.Helper()
	var out struct{ RescheduleMeeting struct{ Meeting booked } }
	o.owner.Do(o.t, `mutation($in: RescheduleMeetingInput!) { rescheduleMeeting(input: $in) { meeting `+meetingFields+` } }`, object{"in": object{
		"meetingId": m.id, "start": hour(n), "reason": "travel", "rescheduledBy": object{"type": "ATTENDEE", "id": m.attendee},
	}}, &out)
	return o.toMeeting(out.RescheduleMeeting.Meeting)
}

func (o *office) cancel(m meeting) {
	o.t.Helper()
	o.owner.Do(o.t, `mutation($in: CancelMeetingInput!) { cancelMeeting(input: $in) { id } }`,
		object{"in": object{"meetingId": m.id, "reason": "ill"}}, nil)
}

// form makes a routing form with one question, which leads by the answer.
func (o *office) form() (id, question string) {
	o.t.Helper()
	var out struct {
		CreateRoutingForm struct {
			ID        string
			Questions []struct{ ID string }
		}
	}
	o.owner.Do(o.t, `mutation($in: CreateRoutingFormInput!) { createRoutingForm(input: $in) { id questions { id } } }`, object{"in": object{
		"name": "Contact", "questions": []object{{"question": "Team?", "type": "CHOICE", "choices": []string{"Sales", "Help"}, "required": true}},
		"routes": []object{{
			"conditions":  []object{{"question": "Team?", "operator": "EQUALS", "value": "Sales"}},
			"destination": object{"type": "EVENT_TYPE", "value": o.member.eventTypeID},
		}},
	}}, &out)
	return out.CreateRoutingForm.ID, out.CreateRoutingForm.Questions[0].ID
}

func hour(n int) time.Time {
	y, m, _ := time.Now().UTC().Date()
	return time.Date(y, m+1, 1, n, 0, 0, 0, time.UTC)
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}
