package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"slotcast/internal/apperr"
	"slotcast/internal/catalog"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

func TestSlugFromTheName(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		hundred := strings.Repeat("a", 100)
		for _, tt := range [][2]string{
			{"Intro Call", "intro-call"},
			{"  30' (with: Jo & Ana!)  ", "30-with-jo-ana"},
			{"Café_crème", "cafe-creme"},
			{"A/B", "a-b"},
			{"Call", "call-2"}, // there is one
			{"call", "call-3"},
			{"CALL!", "call-4"},
			{"Call 3", "call-3-2"},
			{hundred + "aa", hundred},
			{hundred, hundred[:98] + "-2"},
			{strings.Repeat("a", 97) + " bcd", strings.Repeat("a", 97) + "-bc"},
			{strings.Repeat("a", 99) + " bcd", strings.Repeat("a", 99)},
			{strings.Repeat("b", 97) + " cd", strings.Repeat("b", 97) + "-cd"},
			{strings.Repeat("b", 97) + " cd", strings.Repeat("b", 97) + "-2"},
		} {
			in := input()
			in.Name = tt[0]
			if et := must(f.Create(f.ctx, in))(t); et.Slug != tt[1] {
				t.Errorf("%s: %s, want %s", tt[0], et.Slug, tt[1])
			}
		}
		et := must(f.Update(f.ctx, f.rows["EventType"], catalog.Changes{Name: pointer("Renamed")}))(t)
		if et.Slug != "call" {
			t.Errorf("a new name made the slug %s", et.Slug)
		}
	})
}

// race runs n commands at once and returns how many were refused because of the
// slug; any other error fails the test.
func race(t *testing.T, n int, do func(i int) error) (taken int) {
	t.Helper()
	errs := make([]error, n)
	var group errgroup.Group
	for i := range n {
		group.Go(func() error {
			errs[i] = do(i)
			return nil
		})
	}
	_ = group.Wait()
	for _, err := range errs {
		e := apperr.From(err)
		switch {
		case e != nil && e.Code == apperr.BadUserInput && e.Field == "slug" && strings.Contains(e.Message, "taken"):
			taken++
		case err != nil:
			t.Errorf("got %v", err)
		}
	}
	return taken
}

func TestSlugIsGivenOutOnce(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		taken := race(t, 20, func(int) error {
			in := input()
			in.Slug = pointer("wanted")
			_, err := f.Create(f.ctx, in)
			return err
		})
		if taken != 19 {
			t.Errorf("created: %d of 20 were refused", taken)
		}

		var ids []string
		for i := range 20 {
			in := input()
			in.Slug = pointer(fmt.Sprintf("own-%d", i))
			ids = append(ids, must(f.Create(f.ctx, in))(t).ID)
		}
		taken = race(t, 20, func(i int) error {
			_, err := f.Update(f.ctx, ids[i], catalog.Changes{Slug: pointer("changed")})
			return err
		})
		if taken != 19 {
			t.Errorf("changed: %d of 20 were refused", taken)
		}
	})
}

// Slugs made from one name at once are all different, and nobody is refused.
func TestSlugsFromOneName(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		slugs := make([]string, 20)
		taken := race(t, 20, func(i int) error {
			et, err := f.Create(f.ctx, input())
			if err == nil {
				slugs[i] = et.Slug
			}
			return err
		})
		slices.Sort(slugs)
		if taken != 0 || len(slices.Compact(slugs)) != 20 || slugs[0] != "deep-dive" {
			t.Errorf("%d refused, %v", taken, slugs)
		}
	})
}
