package webhook

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/predicate"
	"slotcast/internal/domain"
)

// A success rate is of so many messages; of those, and of others, so many are
// looked at, the newest first.
const (
	rated    = 100
	searched = 1_000
	latest   = 10 // of what is listed as such
)

// SuccessRate is how many of the webhook's last 100 messages that were delivered or
// failed were delivered, from 0 to 1; nil while there are none among its newest
// 1,000. Samples do not count. The viewer sees its deliveries, or none.
func (s *Service) SuccessRate(ctx context.Context, w *ent.Webhook) (*float64, error) {
	delivered, failed := 0, 0
	// Nearly always the first hundred are all that it takes.
	for from, size := 0, rated; from < searched && delivered+failed < rated; from, size = from+size, searched-rated {
		statuses, err := s.client.Delivery.Query().
			Where(delivery.WebhookID(w.ID), delivery.NumberGT(0)).
			Order(delivery.ByNumber(sql.OrderDesc())).Offset(from).Limit(size).
			Select(delivery.FieldStatus).Strings(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the newest deliveries of webhook %s: %w", w.ID, err)
		}
		for _, status := range statuses {
			switch {
			case delivered+failed == rated:
			case status == string(domain.DeliveryDelivered):
				delivered++
			case status == string(domain.DeliveryFailed):
				failed++
			}
		}
		if len(statuses) < size {
			break
		}
	}
	if delivered+failed == 0 {
		return nil, nil
	}
	rate := float64(delivered) / float64(delivered+failed)
	return &rate, nil
}

// LastDelivery is the newest of a webhook's deliveries, samples included; nil while
// there is none. The viewer sees it, or none.
func (s *Service) LastDelivery(ctx context.Context, w *ent.Webhook) (*ent.Delivery, error) {
	// The index is by webhook and number, and samples have the number 0. What looks
	// roundabout, the range and the order by number, is what keeps PostgreSQL from
	// going through the deliveries of all webhooks by id.
	newest := func(where ...func(*sql.Selector)) (*ent.Delivery, error) {
		query := s.client.Delivery.Query().Where(delivery.WebhookID(w.ID))
		for _, p := range where {
			query.Where(p)
		}
		d, err := query.Order(delivery.ByNumber(sql.OrderDesc()), delivery.ByID(sql.OrderDesc())).First(ctx)
		if err != nil && !ent.IsNotFound(err) {
			return nil, fmt.Errorf("reading the newest delivery of webhook %s: %w", w.ID, err)
		}
		return d, nil
	}
	told, err := newest()
	if err != nil || told == nil || told.Number == 0 {
		return told, err
	}
	sample, err := newest(delivery.NumberLT(1))
	if err != nil || sample == nil || sample.CreatedAt.Before(told.CreatedAt) {
		return told, err
	}
	return sample, nil
}

// LatestDeliveries are the ten newest of a webhook's deliveries, samples included,
// the newest first. The viewer sees them, or none. They are read in the order of
// their numbers, by the index, as LastDelivery is: in that of their ids an idle
// webhook's would be searched for among those of all others.
func (s *Service) LatestDeliveries(ctx context.Context, w *ent.Webhook) ([]*ent.Delivery, error) {
	var all []*ent.Delivery
	for _, which := range []predicate.Delivery{delivery.NumberGT(0), delivery.NumberLT(1)} { // what was told, and samples
		rows, err := s.client.Delivery.Query().Where(delivery.WebhookID(w.ID), which).
			Order(delivery.ByNumber(sql.OrderDesc()), delivery.ByID(sql.OrderDesc())).Limit(latest).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the newest deliveries of webhook %s: %w", w.ID, err)
		}
		all = append(all, rows...)
	}
	slices.SortStableFunc(all, func(a, b *ent.Delivery) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(b.ID, a.ID))
	})
	return all[:min(latest, len(all))], nil
}
