package account_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"slotcast/internal/account"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
)

func keyInput() account.KeyInput {
	return account.KeyInput{Name: "Site", AllowedOrigins: []string{"https://book.example.org"}, MayPay: true}
}

func TestKeepingPublishableKeys(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		k := must(m.CreatePublishableKey(m.as(domain.Admin), keyInput()))(t)
		if kind, err := credential.Parse(k.Key); kind != credential.Publishable || err != nil || k.AppID != m.app || !k.MayPay {
			t.Errorf("%v: %s, %v", k, kind, err)
		}
		m.recorded("made", fmt.Sprintf(`PUBLISHABLE_KEY_CREATED %s {"allowedOrigins":{"to":["https://book.example.org"]},"mayPay":{"to":true},"name":{"to":"Site"}}`, k.ID))

		m.unchanged("nothing to change", func() {
			for _, c := range []account.KeyChanges{
				{}, {Name: pointer("Site"), MayPay: pointer(true), AllowedOrigins: []string{"https://BOOK.example.org/"}},
			} {
				must(m.UpdatePublishableKey(m.as(domain.Admin), k.ID, c))(t)
			}
		})
		changed := must(m.UpdatePublishableKey(m.as(domain.Owner), k.ID, account.KeyChanges{AllowedOrigins: []string{"*"}, MayPay: pointer(false)}))(t)
		if changed.Key != k.Key || changed.MayPay || changed.Name != "Site" || !slices.Equal(changed.AllowedOrigins, []string{"*"}) {
			t.Errorf("changed to %v", changed)
		}
		m.recorded("changed", fmt.Sprintf(`PUBLISHABLE_KEY_UPDATED %s {"allowedOrigins":{"from":["https://book.example.org"],"to":["*"]},"mayPay":{"from":true,"to":false}}`, k.ID))

		m.unchanged("refused", func() {
			_, err := m.UpdatePublishableKey(m.as(domain.Owner), k.ID, account.KeyChanges{Name: pointer("")})
			refused(t, "name", err, "BAD_USER_INPUT name")
			_, err = m.UpdatePublishableKey(m.as(domain.Owner), m.other["PublishableKey"], account.KeyChanges{Name: pointer("x")})
			refused(t, "another app's", err, "NOT_FOUND id")
			refused(t, "another app's", m.DeletePublishableKey(m.as(domain.Owner), m.other["PublishableKey"]), "NOT_FOUND id")
			refused(t, "NUL", m.DeletePublishableKey(m.as(domain.Owner), "\x00"), "BAD_USER_INPUT id")
		})
		refused(t, "delete", m.DeletePublishableKey(m.as(domain.Admin), k.ID), "")
		m.recorded("deleted", fmt.Sprintf(`PUBLISHABLE_KEY_DELETED %s {"allowedOrigins":{"from":["*"],"to":null},"name":{"from":"Site","to":null}}`, k.ID))
		refused(t, "delete again", m.DeletePublishableKey(m.as(domain.Admin), k.ID), "NOT_FOUND id")
	})
}

func TestPublishableKeysAreBounded(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		for range 95 { // one is there
			must(m.CreatePublishableKey(m.as(domain.Owner), keyInput()))(t)
		}
		errs := make([]error, 8)
		var group errgroup.Group
		for i := range errs {
			group.Go(func() error {
				_, errs[i] = m.CreatePublishableKey(m.as(domain.Owner), keyInput())
				return nil
			})
		}
		_ = group.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
			} else {
				refused(t, "one too many", err, "LIMIT_EXCEEDED")
			}
		}
		if made != 4 {
			t.Errorf("%d were made beside 96", made)
		}
	})
}

// Origins are kept as browsers send them, or refused.
func TestOrigins(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		for given, want := range map[string]string{
			"https://book.example.org": "https://book.example.org", "HTTPS://Book.Example.ORG/": "https://book.example.org",
			"https://book.example.org:443": "https://book.example.org", "http://book.example.org:80": "http://book.example.org",
			"http://localhost:3000": "http://localhost:3000", "https://a.example:08443": "https://a.example:8443",
			"http://book.example.org:443": "http://book.example.org:443", "http://[::1]:5173/": "http://[::1]:5173",
			"http://[0:0:0:0:0:0:0:1]": "http://[::1]", "https://xn--bcher-kva.example": "https://xn--bcher-kva.example",
			"http://192.168.1.2": "http://192.168.1.2",
		} {
			in := keyInput()
			in.AllowedOrigins = []string{given}
			k, err := m.CreatePublishableKey(m.as(domain.Owner), in)
			if err != nil || !slices.Equal(k.AllowedOrigins, []string{want}) {
				t.Errorf("%s: %v, %v, want %s", given, k, err, want)
			}
		}
		many := make([]string, 21)
		for i := range many {
			many[i] = fmt.Sprintf("https://%d.example.org", i)
		}
		m.unchanged("origins", func() {
			for _, tt := range []struct {
				given []string
				want  string
			}{
				{nil, ""}, {[]string{}, ""}, {many, ""}, {[]string{"*", "https://a.example"}, ".0"}, {[]string{"https://a.example", "*"}, ".1"},
				{[]string{"https://a.example", "https://A.example:443/"}, ".1"},
				{[]string{""}, ".0"}, {[]string{"null"}, ".0"}, {[]string{"a.example"}, ".0"}, {[]string{"https://"}, ".0"},
				{[]string{"https://a.example/book"}, ".0"}, {[]string{"https://a.example//"}, ".0"}, {[]string{"https://a.example?"}, ".0"},
				{[]string{"https://a.example#"}, ".0"}, {[]string{"https://u:p@a.example"}, ".0"}, {[]string{"ftp://a.example"}, ".0"},
				{[]string{"https://*.example.org"}, ".0"}, {[]string{"https://bücher.example"}, ".0"}, {[]string{"https://a.example:0"}, ".0"},
				{[]string{"https://a.example:70000"}, ".0"}, {[]string{"https://[::1%25eth0]"}, ".0"}, {[]string{"https://[a]"}, ".0"},
				{[]string{"https://a.example\x00"}, ".0"}, {[]string{"https://" + strings.Repeat("a", 300)}, ".0"}, {[]string{" https://a.example"}, ".0"},
				{[]string{"https://a.example "}, ".0"}, {[]string{"javascript:alert(1)"}, ".0"},
			} {
				in := keyInput()
				in.AllowedOrigins = tt.given
				_, err := m.CreatePublishableKey(m.as(domain.Owner), in)
				refused(t, fmt.Sprintf("%q", tt.given), err, "BAD_USER_INPUT allowedOrigins"+tt.want)
			}
		})
	})
}
