package graph_test

import (
	"strings"
	"testing"

	"slotcast/internal/app/apptest"
	"slotcast/internal/domain"
)

const (
	keyFields = `{ id name key allowedOrigins mayPay lastUsedAt }`
	createKey = `mutation($in: CreatePublishableKeyInput!) { createPublishableKey(input: $in) ` + keyFields + ` }`
	updateKey = `mutation($id: ID!, $in: UpdatePublishableKeyInput!) { updatePublishableKey(id: $id, input: $in) ` + keyFields + ` }`
	deleteKey = `mutation($id: ID!) { deletePublishableKey(id: $id) }`
	readKey   = `query($id: ID!) { publishableKey(id: $id) ` + keyFields + ` }`
)

func TestPublishableKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		admin := s.member(t, o, "ada", domain.Admin)
		got := admin.run(t, createKey, in(vars{"name": "Site", "allowedOrigins": []string{"https://Book.example.org/"}, "mayPay": nil}))
		want := vars{
			"id": got["id"], "name": "Site", "key": got["key"], "allowedOrigins": []any{"https://book.example.org"}, "mayPay": true, "lastUsedAt": nil,
		}
		admin.lasts(t, "made", readKey, want, got)
		if !strings.HasPrefix(got["key"].(string), "slcp_") {
			t.Errorf("the key is %s", got["key"])
		}
		for _, step := range []struct{ input, expect vars }{
			{vars{}, nil}, {vars{"name": nil, "allowedOrigins": nil, "mayPay": nil}, nil},
			{vars{"name": "X", "mayPay": false}, vars{"name": "X", "mayPay": false}},
			{vars{"allowedOrigins": []string{"*"}}, vars{"allowedOrigins": []any{"*"}}},
		} {
			for field, v := range step.expect {
				want[field] = v
			}
			o.lasts(t, "changed", readKey, want, o.run(t, updateKey, vars{"id": want["id"], "in": step.input}))
		}
		var list struct{ PublishableKeys struct{ TotalCount int } }
		o.Do(t, `{ publishableKeys(orderBy: {field: CREATED_AT}) { totalCount edges { node { key } } } }`, nil, &list)
		var out struct{ DeletePublishableKey string }
		o.Do(t, deleteKey, vars{"id": want["id"]}, &out)
		if out.DeletePublishableKey != want["id"] || list.PublishableKeys.TotalCount != 1 || !apptest.HasCode(o.Try(t.Context(), readKey, vars{"id": want["id"]}, nil), "NOT_FOUND") {
			t.Errorf("deleted %+v of %+v", out, list)
		}
	})
}

func TestPublishableKeysAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o, other := s.tenant(t), s.tenant(t)
		good := vars{"name": "Site", "allowedOrigins": []string{"*"}}
		theirs := other.run(t, createKey, in(good))["id"]
		of := func(name, field string, value any, code, at string) badInput {
			return badInput{name, createKey, in(with(good, field, value)), code, at}
		}
		for _, c := range []badInput{
			of("no name", "name", nil, "BAD_USER_INPUT", "name"), of("blank name", "name", " ", "BAD_USER_INPUT", "name"),
			of("no origins", "allowedOrigins", []string{}, "BAD_USER_INPUT", "allowedOrigins"),
			of("a path", "allowedOrigins", []string{"https://a.example/x"}, "BAD_USER_INPUT", "allowedOrigins.0"),
			of("any and one", "allowedOrigins", []string{"https://a.example", "*"}, "BAD_USER_INPUT", "allowedOrigins.1"),
			of("null", "allowedOrigins", []any{nil}, "BAD_USER_INPUT", "allowedOrigins.0"),
			{"change, another app's", updateKey, vars{"id": theirs, "in": vars{"name": "x"}}, "NOT_FOUND", "id"},
			{"delete, another app's", deleteKey, vars{"id": theirs}, "NOT_FOUND", "id"},
		} {
			o.refused(t, c)
		}
		member := s.member(t, o, "ben", domain.Member)
		member.refused(t, of("by a MEMBER", "name", "x", "FORBIDDEN", ""))
		member.refused(t, badInput{"the list by a MEMBER", `{ publishableKeys { totalCount } }`, nil, "FORBIDDEN", ""})
	})
}
