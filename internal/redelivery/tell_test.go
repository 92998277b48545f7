package redelivery_test

import (
	"slices"
	"testing"

	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

// What is asked for is told, once everybody sees it; what is refused is not.
func TestWhatIsAskedForIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var told []string
		s := e.telling(func(appID string, ids ...string) {
			for _, id := range ids {
				if d := e.db.Client.Delivery.GetX(e.system, id); d.AppID != appID || d.Status != domain.DeliveryPending {
					t.Errorf("told app %s of %v", appID, d)
				}
			}
			told = append(told, ids...)
		})
		w := e.hook().SaveX(e.system)
		d := e.delivery(w, e.tell(e.meeting(), domain.MeetingBooked)).SaveX(e.system)
		_, err := s.Resend(e.owner, d.ID)
		must(t, err)
		sample, err := s.Sample(e.owner, w.ID, domain.MeetingBooked)
		must(t, err)
		_, err = s.Resend(e.owner, typeid.New(typeid.Delivery))
		refused(t, "none", err, "NOT_FOUND id")
		if want := []string{d.ID, sample.ID}; !slices.Equal(told, want) {
			t.Errorf("told of %v, want %v", told, want)
		}
	})
}
