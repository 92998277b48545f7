package wire

import (
	"encoding/json"

	"slotcast/ent"
	"slotcast/internal/domain"
)

type payment struct {
	ID                string                 `json:"_id"`
	AppID             string                 `json:"appId"`
	Amount            json.Number            `json:"amount"` // major units
	CurrencyCode      string                 `json:"currencyCode"`
	Method            *string                `json:"method"`
	Status            string                 `json:"status"`
	BillingName       *string                `json:"billingName"`
	BillingAddress    *string                `json:"billingAddress"`
	PaymentTime       *string                `json:"paymentTime"`
	ExternalPaymentID *string                `json:"externalPaymentId"`
	EmailID           *string                `json:"emailId"`
	Note              string                 `json:"note"` // the one text that is "" when empty
	MeetCreatedAt     *string                `json:"meetCreatedAt"`
	AmountOnDuration  map[string]json.Number `json:"amountOnDuration"` // minutes to major units
	OrderID           *string                `json:"orderId"`
	CreatedAt         string                 `json:"createdAt"`
	UpdatedAt         string                 `json:"updatedAt"`
}

// toPayment returns null for a meeting without one.
func toPayment(p *ent.Payment) *payment {
	if p == nil {
		return nil
	}
	prices := make(map[string]json.Number, len(p.AmountOnDuration))
	for minutes, minor := range p.AmountOnDuration {
		prices[minutes] = amount(minor, p.CurrencyCode)
	}
	return &payment{
		ID: p.ID, AppID: p.AppID,
		Amount:            amount(p.AmountMinor, p.CurrencyCode),
		CurrencyCode:      p.CurrencyCode,
		Method:            orNull(p.Method),
		Status:            paymentStatus(p.Status),
		BillingName:       orNull(p.BillingName),
		BillingAddress:    orNull(p.BillingAddress),
		PaymentTime:       instantOrNull(p.PaymentTime),
		ExternalPaymentID: p.ExternalPaymentID,
		EmailID:           orNull(p.EmailID),
		Note:              p.Note,
		MeetCreatedAt:     instantOrNull(p.MeetCreatedAt),
		AmountOnDuration:  prices,
		OrderID:           orNull(p.OrderID),
		CreatedAt:         instant(p.CreatedAt),
		UpdatedAt:         instant(p.UpdatedAt),
	}
}

// paymentStatus: receivers do not know EXPIRED. A payment that came to nothing
// in time has failed.
func paymentStatus(s domain.PaymentStatus) string {
	if s == domain.PaymentExpired {
		s = domain.PaymentFailed
	}
	return string(s)
}
