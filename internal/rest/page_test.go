package rest_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/rest"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

// rows makes subscriptions of the organization, three of them in each
// microsecond, and returns their URIs, oldest first.
func (f *fixture) rows(name string, n int, from time.Time) []string {
	f.t.Helper()
	ctx, all := viewer.System(f.t.Context()), make([]string, 0, n)
	from = from.Truncate(time.Microsecond)
	for i := 0; i < n; {
		var some []*ent.WebhookCreate
		for ; i < n && len(some) < 100; i++ {
			some = append(some, f.fresh(fmt.Sprintf("%s/%d", name, i), from.Add(time.Duration(i/3)*time.Microsecond)))
		}
		made, err := f.client.Webhook.CreateBulk(some...).Save(ctx)
		f.must(err)
		for _, w := range made {
			all = append(all, f.links.Subscription(w.ID))
		}
	}
	return all
}

func (f *fixture) fresh(name string, at time.Time) *ent.WebhookCreate {
	return f.client.Webhook.Create().SetAppID(f.app.ID).SetAgentID(f.owner.ID).SetSubscriberURL("https://example.com/" + name).
		SetTriggers([]domain.Trigger{domain.MeetingBooked}).SetScope(domain.ScopeOrganization).SetFormat(domain.FormatCalendly).
		SetSecret("").SetCreatedAt(at)
}

func (f *fixture) forget(uris ...string) {
	f.t.Helper()
	for _, uri := range uris {
		f.must(f.client.Webhook.DeleteOneID(uri[strings.LastIndexByte(uri, '/')+1:]).Exec(viewer.System(f.t.Context())))
	}
}

// page is a page of a list, whose links hold together.
func (f *fixture) page(who *person, path string, most int) (got []string, next, previous string) {
	f.t.Helper()
	a := f.call(who, http.MethodGet, path, nil)
	p, _ := a.body["pagination"].(object)
	got = uris(a)
	if a.status != http.StatusOK || len(p) != 5 || p["count"] != float64(len(got)) || len(got) > most {
		f.t.Fatalf("%s: %d with %d entries of at most %d: %v %s", path, a.status, len(got), most, p, a.body["message"])
	}
	link := func(which string) string {
		page, _ := p[which+"_page"].(string)
		token, _ := p[which+"_page_token"].(string)
		if page == "" && token == "" {
			return ""
		}
		u, err := url.Parse(page)
		f.must(err)
		asked, err := url.Parse(path)
		f.must(err)
		query, want := u.Query(), asked.Query()
		if want.Set("page_token", query.Get("page_token")); query.Get("page_token") != token || token == "" || !cmp.Equal(query, want) {
			f.t.Errorf("%s leads to %s, with the token %s", path, page, token)
		}
		return page
	}
	return got, link("next"), link("previous")
}

// pages are all of a list, from its beginning. Between two of them something may
// happen.
func (f *fixture) pages(path string, most int, between func(n int)) (all [][]string) {
	f.t.Helper()
	for next := path; next != ""; {
		var page []string
		page, next, _ = f.page(f.owner, next, most)
		all = append(all, page)
		if between != nil {
			between(len(all))
		}
	}
	return all
}

func TestPages(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		made := f.rows("x", 31, time.Date(2031, 3, 4, 10, 0, 0, 0, time.UTC)) // times with and without a fraction
		for _, tt := range []struct {
			order string
			sizes []int
			want  []string
		}{
			{"", []int{20}, backwards(made)}, {"&sort=created_at:desc", []int{1, 7, 30, 31, 32}, backwards(made)}, {"&sort=created_at:asc", []int{4, 31, 100}, made},
		} {
			for _, most := range tt.sizes {
				path := f.list("organization", nil, tt.order) + fmt.Sprintf("&count=%d&x=%%C3%%A4+%%26", most)
				if most == 20 {
					path = f.list("organization", nil, tt.order) // the default
				}
				pages := f.pages(path, most, nil)
				if diff := cmp.Diff(slices.Collect(slices.Chunk(tt.want, most)), pages); diff != "" {
					f.t.Errorf("%s by %d (-want +got):\n%s", tt.order, most, diff)
				}
				f.there(path, most, pages)
			}
		}
	})
}

// there goes to the last page and back again, and compares.
func (f *fixture) there(path string, most int, pages [][]string) {
	f.t.Helper()
	last := path
	_, next, previous := f.page(f.owner, path, most)
	if previous != "" {
		f.t.Errorf("the first page has one before it: %s", previous)
	}
	for next != "" {
		last = next
		_, next, _ = f.page(f.owner, next, most)
	}
	back := last
	for i := len(pages) - 1; i >= 0; i-- {
		got, next, before := f.page(f.owner, back, most)
		if diff := cmp.Diff(pages[i], got); diff != "" || (before == "") != (i == 0) || (next == "") != (i == len(pages)-1) {
			f.t.Errorf("page %d on the way back, with more: %v, with more before: %v (-want +got):\n%s", i, next != "", before != "", diff)
		}
		if next != "" {
			if again, _, _ := f.page(f.owner, next, most); !slices.Equal(again, pages[i+1]) {
				f.t.Errorf("page %d, turned around, is %v, want %v", i+1, again, pages[i+1])
			}
		}
		back = before
	}
}

// A token is for its list in its order, and for nothing else.
func TestForeignTokens(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		abroad := setup(f.t, f.db)
		f.rows("x", 5, time.Now().UTC())
		abroad.rows("x", 5, time.Now().UTC())
		for i := range 5 {
			f.is("own", f.subscribe(f.owner, "user", object{"url": fmt.Sprint("https://example.com/", i)}), http.StatusCreated)
			f.is("own", f.subscribe(f.member, "user", object{"url": fmt.Sprint("https://example.com/", i)}), http.StatusCreated)
		}
		token := func(f *fixture, who *person, path string) string {
			_, next, _ := f.page(who, path+"&count=2", 2)
			u, err := url.Parse(next)
			f.must(err)
			return u.Query().Get("page_token")
		}
		whole, own, members := f.list("organization", nil, ""), f.list("user", f.owner, ""), f.list("user", f.member, "")
		good := token(f, f.owner, whole)
		for name, text := range map[string]string{
			"another app's": token(abroad, abroad.owner, abroad.list("organization", nil, "")),
			"another order": token(f, f.owner, whole+"&sort=created_at:asc"), "another scope": token(f, f.owner, own),
			"with a user": token(f, f.owner, f.list("organization", f.member, "")), "another user's": token(f, f.owner, members),
			"cut":    good[:len(good)-1],
			"a year": altered(f, good, "t", math.MinInt64), "another year": altered(f, good, "t", math.MaxInt64), "no time": altered(f, good, "t", nil),
			"a number": altered(f, good, "t", 1.5), "another id": altered(f, good, "i", "whk_x"), "an agent's": altered(f, good, "i", f.owner.ID),
			"another list": altered(f, good, "l", ""), "a longer list": altered(f, good, "o", []string{}),
		} {
			f.is(name, f.call(f.owner, http.MethodGet, whole+"&page_token="+text, nil), http.StatusBadRequest, "The supplied parameters are invalid.", "page_token")
		}
		for path, who := range map[string]*person{
			whole + "&count=7": f.owner, whole + "&x=y": f.owner, whole + "&sort=created_at:desc": f.owner, whole: f.admin,
		} {
			f.is("the same list", f.call(who, http.MethodGet, path+"&page_token="+good, nil), http.StatusOK)
		}
		f.is("his own", f.call(f.member, http.MethodGet, members+"&page_token="+token(f, f.owner, members), nil), http.StatusOK)
	})
}

// altered is a token with another value in it.
func altered(f *fixture, token, name string, v any) string {
	f.t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(token)
	f.must(err)
	var inside object
	f.must(json.Unmarshal(text, &inside))
	inside[name] = v
	text, err = json.Marshal(inside)
	f.must(err)
	return base64.RawURLEncoding.EncodeToString(text)
}

// Behind a proxy that serves it under a path, URIs and links have that path.
func TestBaseWithAPath(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		const base = "https://x.example/api"
		f.rows("x", 5, time.Now().UTC())
		handler, err := rest.New(rest.Config{Client: f.client, Booking: f.book, Webhooks: f.hooks, RoutingForms: f.forms, Links: wire.Links{Base: base}})
		f.must(err)
		next, n := base+"/webhook_subscriptions?count=2&scope=organization&organization="+base+"/organizations/"+f.app.ID, 0
		for ; next != ""; n++ {
			path, ok := strings.CutPrefix(next, base)
			if !ok {
				f.t.Fatalf("the next page is %s", next)
			}
			w := httptest.NewRecorder()
			r := httptest.NewRequestWithContext(viewer.With(f.t.Context(), f.owner.viewer), http.MethodGet, path, http.NoBody)
			handler.ServeHTTP(w, r)
			a := answer{status: w.Code, text: w.Body.String()}
			f.must(json.Unmarshal(w.Body.Bytes(), &a.body))
			f.is(next, a, http.StatusOK)
			for _, entry := range a.collection() {
				for _, name := range []string{"uri", "organization", "creator"} {
					if uri, _ := entry[name].(string); !strings.HasPrefix(uri, base+"/") {
						f.t.Errorf("%s is %v", name, entry[name])
					}
				}
			}
			next, _ = a.body["pagination"].(object)["next_page"].(string)
		}
		if n != 3 {
			f.t.Errorf("%d pages, want 3", n)
		}
	})
}
