package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"slotcast/ent/accesstoken"
	"slotcast/internal/app/apptest"
	"slotcast/internal/credential"
	"slotcast/internal/entdb"
	"slotcast/internal/viewer"
)

// TestRevoke takes a token back in the database, as any process may: what every
// server has open with it ends within seconds. Its last use was written.
func TestRevoke(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s apptest.Settings) {
		servers := []*apptest.Process{apptest.Start(t, s)}
		if s["SLOTCAST_DATABASE_URL"] != "" {
			servers = append(servers, apptest.Start(t, s))
		}
		me := newOwner(t, servers[0], s)
		db, err := entdb.Open(t.Context(), entdb.Config{URL: s["SLOTCAST_DATABASE_URL"], DataDir: s["SLOTCAST_DATA_DIR"]})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		ctx, token := viewer.System(t.Context()), credential.New(credential.Access)
		row, err := db.Client.AccessToken.Create().SetAppID(me.AppID).SetAgentID(me.AgentID).SetName("leaked").
			SetPrefix(credential.Prefix(token)).SetHash(credential.Hash(token)).Save(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var open []*apptest.Stream
		for _, p := range servers {
			for name, opener := range openers(p.Client(token)) {
				stream, err := opener(t.Context(), "subscription { meetingEvents { id } }", nil)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				defer stream.Cut()
				open = append(open, stream)
			}
		}
		stays, err := me.WebSocket(t.Context(), "subscription { meetingEvents { meeting { id } } }", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer stays.Cut()
		apptest.Until(t, func() error {
			now, err := db.Client.AccessToken.Get(ctx, row.ID)
			if err == nil && now.LastUsedAt == nil {
				return fmt.Errorf("the use of the token was not written")
			}
			return err
		})
		if err := db.Client.AccessToken.Update().Where(accesstoken.ID(row.ID)).SetRevokedAt(time.Now()).Exec(ctx); err != nil {
			t.Fatal(err)
		}
		for _, stream := range open {
			if err := stream.End(t); apptest.Completed(err) || websocket.CloseStatus(err) != 4403 && !strings.Contains(err.Error(), "EOF") {
				t.Errorf("ended with %v, want close code 4403, or no complete", err)
			}
		}
		booked := me.book(t, 1)
		var out struct {
			MeetingEvents struct{ Meeting struct{ ID string } }
		}
		if stays.Receive(t, &out); out.MeetingEvents.Meeting.ID != booked.ID {
			t.Errorf("the other socket had %+v", out)
		}
	})
}
