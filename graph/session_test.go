package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"slotcast/internal/app/apptest"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// token gives the tenant's agent another one, and returns a client with it.
func (s *server) token(t *testing.T, o *tenant, expires *time.Time) (c *apptest.Client, id string) {
	t.Helper()
	text := credential.New(credential.Access)
	row, err := s.client.AccessToken.Create().SetAppID(o.app.ID).SetAgentID(o.agent.ID).SetName("test").
		SetPrefix(credential.Prefix(text)).SetHash(credential.Hash(text)).SetNillableExpiresAt(expires).
		Save(viewer.System(t.Context()))
	must(t, err)
	return apptest.NewClient(s.url, text), row.ID
}

// check looks after the sessions and fails unless n of them end.
func (s *server) check(t *testing.T, n int) {
	t.Helper()
	ended, err := s.sessions.Check(t.Context())
	must(t, err)
	if ended != n {
		t.Errorf("%d sessions were ended, want %d", ended, n)
	}
}

// What is open ends when it would not be let in any more; and only that.
func TestSessionsAreEnded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		ctx := viewer.System(t.Context())
		var id string
		for name, tt := range map[string]struct {
			change func() error
			again  int // close code when it connects again; -1: it may
		}{
			"revoked": {func() error { return s.client.AccessToken.UpdateOneID(id).SetRevokedAt(time.Now()).Exec(ctx) }, 4401},
			"deleted": {func() error { return s.client.AccessToken.DeleteOneID(id).Exec(ctx) }, 4401},
			"another role": {func() error {
				return s.client.Agent.UpdateOneID(o.agent.ID).SetRole(domain.Member).Exec(ctx)
			}, -1},
			"deactivated": {func() error {
				return s.client.Agent.UpdateOneID(o.agent.ID).SetStatus(domain.AgentDeactivated).Exec(ctx)
			}, 4401},
		} {
			t.Run(name, func(t *testing.T) {
				var client *apptest.Client
				client, id = s.token(t, o, nil)
				socket, err := client.WebSocket(t.Context(), events, nil)
				must(t, err)
				defer socket.Cut()
				stream, err := client.EventStream(t.Context(), events, nil)
				must(t, err)
				defer stream.Cut()
				bystander, err := s.tenant(t).WebSocket(t.Context(), events, nil)
				must(t, err)
				defer bystander.Cut()
				s.check(t, 0)
				apptest.Until(t, func() error { // the server notices late that earlier ones were cut
					if n := s.sessions.Count(); n != 3 {
						return fmt.Errorf("%d sessions are open", n)
					}
					return nil
				})
				must(t, tt.change())
				s.check(t, 2)
				if err := socket.End(t); websocket.CloseStatus(err) != 4403 {
					t.Errorf("the socket: %v, want close code 4403", err)
				}
				if err := stream.End(t); apptest.Completed(err) {
					t.Error("the stream was completed")
				}
				apptest.Until(t, func() error { // what was remembered of the token is not any more
					again, err := client.WebSocket(t.Context(), events, nil)
					if err == nil {
						again.Cut()
					}
					if int(websocket.CloseStatus(err)) == tt.again {
						return nil
					}
					return fmt.Errorf("connecting again: close code %d, want %d", websocket.CloseStatus(err), tt.again)
				})
				must(t, s.client.Agent.UpdateOneID(o.agent.ID).SetRole(domain.Owner).SetStatus(domain.AgentActive).Exec(ctx))
			})
		}
	})
}

// A token that ends takes its socket along. With the next one, the client goes
// on behind the last cursor: nothing is lost, nothing comes twice.
func TestTokenEndsWhileEventsCome(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		const rounds, each = 3, 8
		o := s.tenant(t)
		after := s.cursor(t, o, 0)
		booked := make(chan []string)
		go func() {
			var ids []string
			for n := range rounds * each {
				var out struct {
					BookMeeting struct{ Meeting struct{ ID string } }
				}
				if err := o.Try(t.Context(), bookMutation, in(o.booking(n+1)), &out); err != nil {
					t.Error(err)
				}
				ids = append(ids, out.BookMeeting.Meeting.ID)
			}
			booked <- ids
		}()
		var got []string
		for range rounds {
			until := time.Now().Add(500 * time.Millisecond)
			client, _ := s.token(t, o, &until)
			stream, err := client.WebSocket(t.Context(), events, vars{"after": after})
			for err == nil {
				var out struct{ MeetingEvents event }
				if err = stream.Next(t.Context(), &out); err == nil {
					got, after = append(got, out.MeetingEvents.Meeting.ID), out.MeetingEvents.Cursor
				}
			}
			if websocket.CloseStatus(err) != 4401 {
				t.Errorf("the token's end: %v, want close code 4401", err)
			}
			if stream != nil {
				stream.Cut()
			}
			if _, err := client.WebSocket(t.Context(), events, nil); websocket.CloseStatus(err) != 4401 {
				t.Errorf("after the token's end: %v, want close code 4401", err)
			}
		}
		ids := <-booked
		client, _ := s.token(t, o, nil)
		stream, err := client.EventStream(t.Context(), events, vars{"after": after})
		must(t, err)
		defer stream.Cut()
		for len(got) < len(ids) {
			got = append(got, next(t, stream).Meeting.ID)
		}
		if !slices.Equal(got, ids) {
			t.Errorf("events of %v, want %v", got, ids)
		}
	})
}

func TestTooManySessions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		var open []*apptest.Stream
		for range maxSessions {
			stream, err := o.WebSocket(t.Context(), events, nil)
			must(t, err)
			defer stream.Cut()
			open = append(open, stream)
		}
		if _, err := o.WebSocket(t.Context(), events, nil); websocket.CloseStatus(err) != websocket.StatusTryAgainLater {
			t.Errorf("one socket more: %v, want close code 1013", err)
		}
		answer, err := o.Send(t.Context(), []byte(`{"query":"subscription { meetingEvents { id } }"}`), "text/event-stream")
		must(t, err)
		defer answer.Body.Close()
		var out struct{ Errors apptest.Errors }
		if err := json.NewDecoder(answer.Body).Decode(&out); err != nil || answer.StatusCode != http.StatusTooManyRequests || !apptest.HasCode(out.Errors, "LIMIT_EXCEEDED") {
			t.Errorf("one stream more: %d, %v, %v", answer.StatusCode, out.Errors, err)
		}
		o.Do(t, `{ viewer { role } }`, nil, nil) // requests are not counted
		other, _ := s.token(t, o, nil)
		stream, err := other.WebSocket(t.Context(), events, nil)
		must(t, err)
		stream.Cut()
		open[0].Cut()
		apptest.Until(t, func() error {
			stream, err := o.WebSocket(t.Context(), events, nil)
			if err == nil {
				stream.Cut()
			}
			return err
		})
	})
}

// A page of another site connects with its publishable key if the key is for it.
func TestPageOverWebSocket(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		key := credential.New(credential.Publishable)
		must(t, s.client.PublishableKey.Create().SetAppID(o.app.ID).SetName("page").SetKey(key).
			SetAllowedOrigins([]string{"https://book.example.org"}).Exec(viewer.System(t.Context())))
		for origin, want := range map[string]string{
			"https://book.example.org": `{"type":"connection_ack"}`, "https://evil.example.org": "4403", "null": "4403", "": "4403",
		} {
			if got := s.hello(t, origin, key); got != want {
				t.Errorf("from %q: %s, want %s", origin, got, want)
			}
		}
		if got := s.hello(t, "https://anywhere.example", o.Token); got != `{"type":"connection_ack"}` {
			t.Errorf("an access token: %s", got)
		}
	})
}

// hello connects from a page and returns the answer to connection_init.
func (s *server) hello(t *testing.T, origin, token string) string {
	t.Helper()
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(s.url, "http")+"/graphql", &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: header,
	})
	must(t, err)
	defer conn.CloseNow()
	must(t, conn.Write(ctx, websocket.MessageText, []byte(`{"type":"connection_init","payload":{"Authorization":"Bearer `+token+`"}}`)))
	_, text, err := conn.Read(ctx)
	if code := websocket.CloseStatus(err); code != -1 {
		return strconv.Itoa(int(code))
	}
	must(t, err)
	return string(text)
}
