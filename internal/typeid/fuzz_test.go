package typeid_test

import (
	"strings"
	"testing"

	"slotcast/internal/typeid"
)

// An id that passes has its prefix, 26 characters and nothing else; there is one
// kind at most that it passes as.
func FuzzCheck(f *testing.F) {
	for _, id := range []string{
		"", "_", "mtg_", typeid.New(typeid.Meeting), typeid.New(typeid.Agent), "mtg_01m80jr6effjk9vneq4g3wd1yn", "mtg_mtg_01m80jr6effjk9vneq4g3wd1yn",
		"mtg_81m80jr6effjk9vneq4g3wd1yn", "mtg_01M80JR6EFFJK9VNEQ4G3WD1YN", "mtg_01m80jr6effjk9vneq4g3wd1y\x00", "mtg_01m80jr6effjk9vneq4g3wd1yé",
	} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		kind := typeid.PrefixOf(id)
		passes := typeid.Check(kind, id) == nil
		if suffix, ok := strings.CutPrefix(id, string(kind)+"_"); passes && (!ok || len(suffix) != 26 || strings.Trim(suffix, "0123456789abcdefghjkmnpqrstvwxyz") != "") {
			t.Errorf("%q passes", id)
		}
		for _, other := range []typeid.Prefix{typeid.Meeting, typeid.Agent, typeid.Webhook} {
			if typeid.Check(other, id) == nil && other != kind {
				t.Errorf("%q passes as %s and is %s", id, other, kind)
			}
		}
	})
}
