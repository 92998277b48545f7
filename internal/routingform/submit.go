package routingform

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/routingform"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/policy"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// SubmitInput is what somebody submits.
type SubmitInput struct {
	RoutingFormID string
	Answers       []AnswerInput
	Tracking      map[string]any // UTM parameters and the like
}

// Submit keeps what was answered, and where that leads; the form is in its
// edges. It is for agents, whatever their role, and for booking pages. Its
// errors: NOT_FOUND for a form that there is not, is a DRAFT, or is another
// app's; BAD_USER_INPUT with the field; RATE_LIMITED for a page; FORBIDDEN for
// other visitors, and for a token without the scope.
func (s *Service) Submit(ctx context.Context, in SubmitInput) (*ent.RoutingFormSubmission, error) {
	if err := submitting(ctx); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	ctx = viewer.ForApp(ctx)
	form, err := s.published(ctx, in.RoutingFormID)
	if err != nil {
		return nil, err
	}
	return s.submit(ctx, form, in)
}

// SubmitOpen is Submit for anybody, with or without a token: the form says which
// app's it is. Whoever it is counts as a booking page of that app.
func (s *Service) SubmitOpen(ctx context.Context, in SubmitInput) (*ent.RoutingFormSubmission, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	form, err := s.published(viewer.System(ctx), in.RoutingFormID)
	if err != nil {
		return nil, err
	}
	page := viewer.Viewer{AppID: form.AppID, Kind: viewer.Page}
	return s.submit(viewer.ForApp(viewer.With(ctx, page)), form, in)
}

// submitting refuses those who may not submit at all.
func submitting(ctx context.Context) error {
	v, ok := viewer.From(ctx)
	switch {
	case !ok:
		return apperr.New(apperr.Unauthenticated, "a token is needed")
	case v.Kind == viewer.Agent && !v.Has(domain.RoutingFormsWrite):
		return apperr.New(apperr.Forbidden, "the token lacks the scope %s: use one that has it", domain.RoutingFormsWrite)
	case v.Kind != viewer.Agent && v.Kind != viewer.Page:
		return apperr.New(apperr.Forbidden, "forms are submitted with an access token, a publishable key, or none at all")
	}
	return nil
}

// published returns a form that takes submissions, of those that the context
// reaches.
func (s *Service) published(ctx context.Context, id string) (*ent.RoutingForm, error) {
	form, err := s.client.RoutingForm.Query().
		Where(routingform.ID(id), routingform.StatusEQ(domain.FormPublished)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("published routing form", "routingFormId", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading routing form %s: %w", id, err)
	}
	return form, nil
}

// submit goes by the form as it was read: a change of it that commits meanwhile
// is one that comes later.
func (s *Service) submit(ctx context.Context, form *ent.RoutingForm, in SubmitInput) (*ent.RoutingFormSubmission, error) {
	if err := s.take(ctx, form.ID); err != nil {
		return nil, err
	}
	answers, err := answered(form.Questions, in.Answers)
	if err != nil {
		return nil, err
	}
	result, err := s.reachable(ctx, ways(form, answers))
	if err != nil {
		return nil, err
	}
	var made *ent.RoutingFormSubmission
	_, err = s.log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
		now := s.now()
		create := tx.RoutingFormSubmission.Create().SetID(typeid.New(typeid.FormSubmission)).SetRoutingFormID(form.ID).
			SetAnswers(answers).SetResult(result).SetCreatedAt(now).SetUpdatedAt(now)
		if in.Tracking != nil {
			create.SetTracking(in.Tracking)
		}
		if made, err = create.Save(policy.Vouch(ctx, form.ID)); err != nil {
			return nil, fmt.Errorf("keeping the submission: %w", err)
		}
		made.Edges.RoutingForm = form
		return []*eventlog.Draft{{Trigger: domain.RoutingFormSubmitted, Submission: made}}, nil
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}
