package contract_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

const subscriptions = 1000

// TestAllPages lists a thousand subscriptions through all pages while others are
// made and deleted: none comes twice, and none is missing that was there all along.
func TestAllPages(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		stay := map[string]bool{}
		var gone []string
		for i := range subscriptions {
			uri := o.post(o.owner, "/webhook_subscriptions", o.subscription(hookURL(i), "organization", nil)).want(http.StatusCreated).text("resource.uri")
			if i%10 == 3 {
				gone = append(gone, uri)
			} else {
				stay[uri] = true
			}
		}
		list := "/webhook_subscriptions?scope=organization&organization=" + url.QueryEscape(o.organization)
		var others sync.WaitGroup
		others.Go(func() {
			for i, uri := range gone {
				o.delete(o.admin, uri).want(http.StatusNoContent)
				o.post(o.admin, "/webhook_subscriptions", o.subscription(fmt.Sprintf("https://new.example.org/%d", i), "organization", nil)).want(http.StatusCreated)
			}
		})
		for _, count := range []int{7, 100} {
			seen := o.walk(o.owner, fmt.Sprintf("%s&count=%d", list, count), "next_page")
			for uri := range stay {
				if !seen[uri] {
					o.t.Errorf("count=%d: %s is on no page", count, uri)
				}
			}
		}
		others.Wait()
		if seen := o.walk(o.owner, list+"&count=100", "next_page"); len(seen) != subscriptions {
			o.t.Errorf("%d are listed in the end, want %d", len(seen), subscriptions)
		}
	})
}

// walk follows the pages to their end, and returns the URIs on them.
func (o *office) walk(who *person, path, towards string) map[string]bool {
	o.t.Helper()
	seen := map[string]bool{}
	for path != "" {
		a := o.get(who, path).want(http.StatusOK)
		entries := a.entries("collection")
		if count := a.text("pagination.count"); count != fmt.Sprint(len(entries)) {
			o.t.Errorf("%s: count %s of %d", path, count, len(entries))
		}
		for _, e := range entries {
			uri := fmt.Sprint(e["uri"])
			if seen[uri] {
				o.t.Errorf("%s is on two pages", uri)
			}
			seen[uri] = true
		}
		token := a.text("pagination." + towards + "_token")
		if path = a.text("pagination." + towards); path != "" && !strings.Contains(path, "page_token="+token) {
			o.t.Errorf("the page is %s, its token %s", path, token)
		}
	}
	return seen
}

// TestPagesBack: the previous page is the one that was left.
func TestPagesBack(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		for i := range 10 {
			o.post(o.owner, "/webhook_subscriptions", o.subscription(hookURL(i), "organization", nil)).want(http.StatusCreated)
		}
		first := o.get(o.owner, "/webhook_subscriptions?count=4&scope=organization&organization="+o.organization).want(http.StatusOK)
		if n := first.text("collection.0.callback_url"); n != hookURL(9) {
			o.t.Errorf("the newest is %s", n)
		}
		second := o.get(o.owner, first.text("pagination.next_page")).want(http.StatusOK)
		third := o.get(o.owner, second.text("pagination.next_page")).want(http.StatusOK)
		if third.at("pagination.next_page") != nil || first.at("pagination.previous_page") != nil {
			o.t.Errorf("beyond the ends: %s, %s", first.raw, third.raw)
		}
		for back, want := range map[string]answer{
			third.text("pagination.previous_page"): second, second.text("pagination.previous_page"): first,
		} {
			if got := o.get(o.owner, back); fmt.Sprint(got.at("collection")) != fmt.Sprint(want.at("collection")) {
				o.t.Errorf("back is %s, was %s", got.raw, want.raw)
			}
		}
		for _, token := range []string{"", "x", "!!", strings.Repeat("A", 900), third.text("pagination.previous_page_token") + "x"} {
			o.get(o.owner, "/webhook_subscriptions?page_token="+url.QueryEscape(token)+"&scope=organization&organization="+o.organization).invalid("page_token")
		}
		o.get(o.owner, "/scheduled_events?organization="+o.organization+"&page_token="+first.text("pagination.next_page_token")).invalid("page_token")
		for _, count := range []string{"0", "101", "-1", "many", "1.5", ""} {
			o.get(o.owner, "/webhook_subscriptions?count="+count+"&scope=organization&organization="+o.organization).invalid("count")
		}
		o.get(o.owner, "/webhook_subscriptions?sort=created_at&scope=organization&organization="+o.organization).invalid("sort")
	})
}
