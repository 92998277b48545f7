package rest

import (
	"context"
	"fmt"
	"strings"

	"slotcast/ent"
	"slotcast/ent/attendee"
	"slotcast/ent/routingform"
	"slotcast/ent/routingformsubmission"
	"slotcast/internal/apperr"
	forms "slotcast/internal/routingform"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

// listSubmissions shows a member those that led to meetings that he hosts.
func (h *Handler) listSubmissions(ctx context.Context, c *call) (*reply, error) {
	id, err := c.uri("form", "routing_forms", typeid.RoutingForm)
	if err != nil {
		return nil, err
	}
	if _, err := seen(ctx, h.client.RoutingForm.Query().Where(routingform.ID(id))); err != nil {
		return nil, err
	}
	q := h.client.RoutingFormSubmission.Query().Where(routingformsubmission.RoutingFormID(id))
	by := c.sorting(typeid.FormSubmission, "created_at:asc")
	rows, page, err := pageOf(ctx, c, q, by, func(s *ent.RoutingFormSubmission) (any, string) { return s.CreatedAt, s.ID })
	if err != nil {
		return nil, err
	}
	submitters, err := h.submitters(ctx, rows...)
	if err != nil {
		return nil, err
	}
	return collected(rows, page, func(s *ent.RoutingFormSubmission) wire.FormSubmission {
		return h.links.FormSubmissionOf(s, submitters[s.ID])
	}), nil
}

func (h *Handler) getSubmission(ctx context.Context, c *call) (*reply, error) {
	id, err := c.id("uuid", typeid.FormSubmission)
	if err != nil {
		return nil, err
	}
	s, err := seen(ctx, h.client.RoutingFormSubmission.Query().Where(routingformsubmission.ID(id)))
	if err != nil {
		return nil, err
	}
	submitters, err := h.submitters(ctx, s)
	if err != nil {
		return nil, err
	}
	return resource(h.links.FormSubmissionOf(s, submitters[s.ID])), nil
}

// submitters are the newest of those who have booked on account of submissions,
// by the ids of these. Whoever sees a submission is told, whatever else his token
// is for: it is a part of it.
func (h *Handler) submitters(ctx context.Context, of ...*ent.RoutingFormSubmission) (map[string]*ent.Attendee, error) {
	if len(of) == 0 {
		return nil, nil
	}
	ids := make([]string, len(of))
	for i, s := range of {
		ids[i] = s.ID
	}
	seats, err := h.client.Attendee.Query().
		Where(attendee.RoutingFormSubmissionIDIn(ids...), ofTold, confirmed).
		Order(attendee.ByCreatedAt()).
		Select(attendee.FieldMeetingID, attendee.FieldRoutingFormSubmissionID).
		All(viewer.ForApp(ctx))
	if err != nil {
		return nil, fmt.Errorf("looking for who booked on account of %d submissions: %w", len(ids), err)
	}
	newest := make(map[string]*ent.Attendee, len(ids))
	for _, a := range seats {
		newest[*a.RoutingFormSubmissionID] = a
	}
	return newest, nil
}

// submitForm is for everybody: a token that is sent along says nothing here.
func (h *Handler) submitForm(ctx context.Context, c *call) (*reply, error) {
	id, err := c.id("uuid", typeid.RoutingForm)
	if err != nil {
		return nil, err
	}
	var in struct {
		Answers []struct {
			QuestionUUID *string `json:"question_uuid"`
			Question     *string `json:"question"`
			Answer       string  `json:"answer"`
		} `json:"answers"`
		Tracking wire.Tracking `json:"tracking"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	submit := forms.SubmitInput{RoutingFormID: id, Tracking: words(in.Tracking)}
	for _, a := range in.Answers {
		submit.Answers = append(submit.Answers, forms.AnswerInput{QuestionID: a.QuestionUUID, Question: a.Question, Answer: a.Answer})
	}
	s, err := h.forms.SubmitOpen(ctx, submit)
	if e := apperr.From(err); e != nil {
		return nil, about(err, strings.ReplaceAll(e.Field, "questionId", "question_uuid"))
	}
	if err != nil {
		return nil, err
	}
	return created(h.links.FormSubmissionOf(s, nil)), nil
}

// words are what was said of where somebody came from.
func words(t wire.Tracking) map[string]any {
	said := map[string]any{}
	for name, word := range map[string]*string{
		"utm_campaign": t.Campaign, "utm_source": t.Source, "utm_medium": t.Medium,
		"utm_content": t.Content, "utm_term": t.Term, "salesforce_uuid": t.Salesforce,
	} {
		if word != nil {
			said[name] = *word
		}
	}
	if len(said) == 0 {
		return nil
	}
	return said
}
