package rest_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/viewer"
)

// Whatever happens to a list while it is read, nothing is there twice, and what
// is there all the time is read.
func TestPagesOfAChangingList(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		from := time.Now().UTC().Truncate(time.Second)
		stay := f.rows("stay", 1000, from)
		for order, sizes := range map[string][]int{"created_at:desc": {100, 7}, "created_at:asc": {100}} {
			for _, most := range sizes {
				name := fmt.Sprintf("%s%d", strings.TrimPrefix(order, "created_at:"), most)
				goes := f.rows("goes/"+name, 200, from.Add(30*time.Microsecond))
				var come []string
				change := func(n int) {
					some := min(len(goes), max(1, most/10))
					f.forget(goes[:some]...)
					goes = goes[some:]
					come = append(come, f.rows(fmt.Sprintf("comes/%s/%d", name, n), 2, from.Add(time.Duration(n*7%333)*time.Microsecond))...)
				}
				pages := f.pages(f.list("organization", nil, fmt.Sprintf("&count=%d&sort=%s", most, order)), most, change)
				f.complete(name, slices.Concat(pages...), stay, order == "created_at:desc")
				f.forget(slices.Concat(goes, come)...)
			}
		}
	})
}

// complete compares what was read with what was there all the time, in order.
func (f *fixture) complete(what string, got, stay []string, desc bool) {
	f.t.Helper()
	if desc {
		stay = backwards(stay)
	}
	seen, there := map[string]bool{}, map[string]bool{}
	for _, uri := range stay {
		there[uri] = true
	}
	var stayed []string
	for _, uri := range got {
		if seen[uri] {
			f.t.Errorf("%s: %s is there twice", what, uri)
		}
		if seen[uri] = true; there[uri] {
			stayed = append(stayed, uri)
		}
	}
	if diff := cmp.Diff(stay, stayed); diff != "" {
		f.t.Errorf("%s: what stayed (-want +got):\n%s", what, diff)
	}
}

// The same while others write at that very time.
func TestPagesWhileOthersWrite(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		from := time.Now().UTC().Truncate(time.Second)
		stay := f.rows("stay", 1000, from)
		write, stop := f.writers(from)
		defer stop()
		forth := f.pages(f.list("organization", nil, "&count=7"), 7, write)
		f.complete("by 7", slices.Concat(forth...), stay, true)
		var got []string // all of the last page, and back from there
		back := ""
		for next := f.list("organization", nil, "&count=100"); next != ""; write(0) {
			got, next, back = f.page(f.owner, next, 100)
		}
		for ; back != ""; write(0) {
			var page []string
			page, _, back = f.page(f.owner, back, 100)
			got = append(page, got...)
		}
		f.complete("back by 100", got, stay, true)
	})
}

// writers make and delete a subscription each time that they are asked to,
// somewhere in the list, and do not keep whoever asks waiting.
func (f *fixture) writers(from time.Time) (write func(int), stop func()) {
	ctx, asked := viewer.System(f.t.Context()), make(chan struct{}, 1000)
	var all sync.WaitGroup
	for w := range 2 {
		all.Go(func() {
			n := 0
			for range asked {
				n += 31
				made, err := f.fresh(fmt.Sprintf("w%d/%d", w, n), from.Add(time.Duration(n%333)*time.Microsecond)).Save(ctx)
				if err == nil {
					err = f.client.Webhook.DeleteOne(made).Exec(ctx)
				}
				if err != nil {
					f.t.Errorf("writing: %v", err)
				}
			}
		})
	}
	write = func(int) {
		for range 2 {
			select {
			case asked <- struct{}{}:
			default:
			}
		}
	}
	return write, func() { close(asked); all.Wait() }
}

// Where all that a link leads to has gone, the page is empty, and leads back.
func TestPagesThatAreGone(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		made := f.rows("x", 9, time.Now().UTC())
		for _, most := range []int{1, 3} {
			first := f.list("organization", nil, fmt.Sprintf("&sort=created_at:asc&count=%d", most))
			begin, next, _ := f.page(f.owner, first, most)
			middle, after, before := f.page(f.owner, next, most)
			_, _, _ = f.page(f.owner, after, most)

			f.forget(made[2*most:]...)
			got, no, back := f.page(f.owner, after, most)
			if len(got) != 0 || no != "" || back == "" {
				f.t.Fatalf("behind the end: %v, then %q, before %q", got, no, back)
			}
			if got, next, _ := f.page(f.owner, back, most); !slices.Equal(got, middle) || next != "" {
				f.t.Errorf("back from behind the end: %v, want %v, and then %q", got, middle, next)
			}
			f.forget(made[:most]...)
			got, forth, no := f.page(f.owner, before, most)
			if len(got) != 0 || no != "" || forth == "" {
				f.t.Fatalf("before the beginning of what was %v: %v, then %q, before %q", begin, got, forth, no)
			}
			if got, _, before := f.page(f.owner, forth, most); !slices.Equal(got, middle) || before != "" {
				f.t.Errorf("forth from before the beginning: %v, want %v, and before it %q", got, middle, before)
			}
			f.forget(made[most : 2*most]...)
			for _, path := range []string{first, next, after, back, before, forth} {
				if got, next, before := f.page(f.owner, path, most); len(got) != 0 || next != "" || before != "" {
					f.t.Errorf("of nothing: %v, then %q, before %q", got, next, before)
				}
			}
			made = f.rows(fmt.Sprint("again", most), 9, time.Now().UTC())
		}
	})
}
