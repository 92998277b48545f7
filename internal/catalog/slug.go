package catalog

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"slotcast/ent"
	"slotcast/ent/app"
	"slotcast/ent/eventtype"
	"slotcast/internal/apperr"
	"slotcast/internal/sqlerr"
)

const maxSlug = 100 // bytes

// lockSlugs makes others who give out slugs in the app wait until this
// transaction ends, so that one made from a name is still free when it is used.
func lockSlugs(ctx context.Context, tx *ent.Tx, appID string) error {
	if _, err := tx.App.Query().Where(app.ID(appID), lock).OnlyID(ctx); err != nil {
		return fmt.Errorf("locking the slugs of %s: %w", appID, err)
	}
	return nil
}

// slug is the one given, or one that is made from the name and free.
func (in *Input) slug(ctx context.Context, tx *ent.Tx) (string, error) {
	if in.Slug != nil {
		return *in.Slug, nil
	}
	base := slugOf(in.Name)
	if base == "" {
		return "", apperr.BadInput("slug", "the name has no Latin letters or digits to make one from: send a slug such as intro-call")
	}
	slugs, err := tx.EventType.Query().Where(eventtype.ArchivedAtIsNil()).Select(eventtype.FieldSlug).Strings(ctx)
	if err != nil {
		return "", fmt.Errorf("reading the slugs: %w", err)
	}
	taken := map[string]bool{}
	for _, slug := range slugs {
		taken[slug] = true
	}
	slug := base
	for n := 2; taken[slug]; n++ {
		suffix := fmt.Sprintf("-%d", n)
		slug = strings.TrimRight(base[:min(len(base), maxSlug-len(suffix))], "-") + suffix
	}
	return slug, nil
}

// slugOf keeps the letters and digits of ASCII, in lower case and without their
// accents, with a hyphen wherever there is something else between them.
func slugOf(name string) string {
	bare := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(strings.ToLower(name)))
	words := strings.FieldsFunc(bare, func(r rune) bool { return !inSlug(r) })
	slug := strings.Join(words, "-")
	return strings.TrimRight(slug[:min(len(slug), maxSlug)], "-")
}

func inSlug(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }

// checkSlug takes words of such letters and digits with single hyphens between.
func checkSlug(slug string) error {
	if slug == "" || len(slug) > maxSlug || slugOf(slug) != slug {
		return apperr.BadInput("slug", "lower-case letters and digits with single hyphens between them are needed, "+
			"as intro-call, %d at most", maxSlug)
	}
	return nil
}

func slugTaken(err error, slug, attempted string) error {
	if sqlerr.Violates(err, sqlerr.Constraint{Name: "eventtype_app_id_slug", Columns: "event_types.slug"}) {
		return apperr.BadInput("slug", "%q is taken by another event type: choose another one, or archive that", slug)
	}
	return fmt.Errorf("%s: %w", attempted, err)
}
