package viewer_test

import (
	"slices"
	"testing"

	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

func TestScopes(t *testing.T) {
	t.Parallel()
	all := domain.TokenScope("").Values()
	for _, word := range all {
		s := domain.TokenScope(word)
		one := viewer.ScopesOf([]domain.TokenScope{s})
		if !one.Has(s) || !one.Covers(one) || !viewer.Scopes(0).Covers(one) || one.Covers(0) {
			t.Errorf("%s: %b", s, one)
		}
		if len(one.List()) == len(all) {
			t.Errorf("%s is everything", s)
		}
	}
	for want, s := range map[domain.TokenScope]domain.TokenScope{
		domain.MeetingsRead: domain.MeetingsWrite, domain.AgentsRead: domain.MeetingsRead, domain.WebhooksRead: domain.WebhooksWrite,
		domain.AccessRead: domain.AccessWrite, domain.EventTypesRead: domain.EventTypesWrite,
	} {
		if !viewer.ScopesOf([]domain.TokenScope{s}).Has(want) {
			t.Errorf("%s does not bring %s", s, want)
		}
	}
	if viewer.ScopesOf([]domain.TokenScope{domain.MeetingsRead}).Has(domain.MeetingsWrite) {
		t.Error("who may look may change")
	}
	if s := viewer.ScopesOf([]domain.TokenScope{"MADE_UP"}); s == 0 || s.Has(domain.MeetingsRead) {
		t.Errorf("an unknown scope opens %v", s.List())
	}
	if got := viewer.ScopesOf([]domain.TokenScope{domain.WebhooksWrite}).List(); !slices.Equal(got, []domain.TokenScope{domain.WebhooksRead, domain.WebhooksWrite}) {
		t.Errorf("list %v", got)
	}
}

func TestForAppAndBack(t *testing.T) {
	t.Parallel()
	v := viewer.Viewer{AppID: "app_1", AgentID: "agt_1", Role: domain.Member}
	ctx := viewer.With(t.Context(), v)
	up, _ := viewer.From(viewer.ForApp(ctx))
	down, _ := viewer.From(viewer.AsCaller(viewer.ForApp(ctx)))
	again, _ := viewer.From(viewer.With(t.Context(), up))
	if !up.IsApp() || up.AgentID != v.AgentID || down != v || again.IsApp() {
		t.Errorf("up %+v, down %+v, again %+v", up, down, again)
	}
	if _, ok := viewer.From(viewer.ForApp(t.Context())); ok {
		t.Error("nobody became an app")
	}
	if s, _ := viewer.From(viewer.ForApp(viewer.System(t.Context()))); !s.IsSystem() || s.IsApp() {
		t.Error("the server became an app")
	}
}
