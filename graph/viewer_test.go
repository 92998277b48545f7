package graph_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"slotcast/internal/app/apptest"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

func TestViewer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		var out struct {
			Viewer struct {
				App, Agent struct{ ID, Name string }
				Role       string
			}
		}
		o.Do(t, `{ viewer { app { id name } agent { id name } role } }`, nil, &out)
		v := out.Viewer
		if v.App.ID != o.app.ID || v.App.Name != "Acme" || v.Agent.ID != o.agent.ID || v.Role != "OWNER" {
			t.Errorf("viewer: %+v", v)
		}
	})
}

// TestViewerOfANarrowToken: it says who he is, though it shows him nobody else.
func TestViewerOfANarrowToken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		narrow := s.as(t, o, viewer.Viewer{Scopes: viewer.ScopesOf([]domain.TokenScope{domain.WebhooksWrite}), Until: hour(1)})
		got := narrow.run(t, `{ viewer { kind role scopes expiresAt app { name } agent { name schedule { id } } } }`, nil)
		want := vars{
			"kind": "AGENT", "role": "OWNER", "scopes": []any{"WEBHOOKS_READ", "WEBHOOKS_WRITE"}, "expiresAt": hour(1).Format(time.RFC3339),
			"app": vars{"name": "Acme"}, "agent": vars{"name": "Jo Park", "schedule": nil},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		narrow.refused(t, badInput{"others", `{ agents { totalCount } }`, nil, "FORBIDDEN", ""})
	})
}

// TestViewerOfWhichToken: the id of an access token, whatever it is for, and of
// nothing that is none.
func TestViewerOfWhichToken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		read := func(c *apptest.Client) any {
			var out struct{ Viewer vars }
			c.Do(t, `{ viewer { accessTokenId } }`, nil, &out)
			return out.Viewer["accessTokenId"]
		}
		client, id := s.token(t, o, nil)
		if got := read(client); got != id {
			t.Errorf("%v, want %s", got, id)
		}
		var node struct{ AccessToken struct{ Prefix string } }
		client.Do(t, `query($id: ID!) { accessToken(id: $id) { prefix } }`, vars{"id": read(client)}, &node)
		if !strings.HasPrefix(client.Token, node.AccessToken.Prefix) {
			t.Errorf("it is %s…, and in use is %s", node.AccessToken.Prefix, client.Token)
		}
		if got := read(o.Client); got == nil || got == id {
			t.Errorf("with another token %v", got)
		}
		for name, v := range map[string]viewer.Viewer{
			"an identity provider's": {CredentialID: typeid.New(typeid.IdentityProvider)},
			"an invitation":          {CredentialID: typeid.New(typeid.AccessToken), Kind: viewer.Invited},
			"a publishable key":      {CredentialID: typeid.New(typeid.PublishableKey), Kind: viewer.Page},
			"a manage token":         {ManageHash: "x", Kind: viewer.Attendee},
		} {
			if got := read(s.as(t, o, v).Client); got != nil {
				t.Errorf("with %s %v", name, got)
			}
		}
	})
}

// TestWithoutAToken: nothing is answered, over none of the transports.
func TestWithoutAToken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		for name, token := range map[string]string{
			"none": "", "other format": "secret", "typing error": credential.New(credential.Access) + "x", "never given out": credential.New(credential.Access),
		} {
			o := &tenant{Client: apptest.NewClient(s.url, token)}
			status, text := o.post(t, []byte(`{"query":"{ viewer { role } }"}`))
			var out struct{ Errors apptest.Errors }
			if err := json.Unmarshal(text, &out); err != nil || status != http.StatusUnauthorized {
				t.Fatalf("%s: %d %s", name, status, text)
			}
			if out.Errors[0].Extensions.Code != "UNAUTHENTICATED" || strings.Contains(string(text), "data") {
				t.Errorf("%s: %s", name, text)
			}
			_, err := o.WebSocket(t.Context(), `subscription { meetingEvents { id } }`, nil)
			if websocket.CloseStatus(err) != 4401 {
				t.Errorf("%s over WebSocket: %v, want close code 4401", name, err)
			}
			if _, err := o.EventStream(t.Context(), `subscription { meetingEvents { id } }`, nil); !apptest.HasCode(err, "UNAUTHENTICATED") {
				t.Errorf("%s over SSE: %v", name, err)
			}
		}
	})
}
