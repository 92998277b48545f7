package graph

import (
	"cmp"

	"slotcast/graph/model"
	"slotcast/internal/domain"
	"slotcast/internal/routingform"
)

func formInput(in model.CreateRoutingFormInput) routingform.Input {
	return routingform.Input{
		Name: in.Name, Questions: formQuestions(in.Questions), Routes: formRoutes(in.Routes),
		Fallback: formDestination(in.Fallback), Status: cmp.Or(orZero(in.Status), domain.FormPublished),
	}
}

func formChanges(in model.UpdateRoutingFormInput) routingform.Changes {
	return routingform.Changes{
		Name: in.Name, Questions: formQuestions(in.Questions), Routes: formRoutes(in.Routes),
		Fallback: formDestination(in.Fallback), Status: in.Status,
	}
}

func formQuestions(in []*model.FormQuestionInput) []domain.Question {
	return each(in, func(q *model.FormQuestionInput) domain.Question {
		return domain.Question{
			Question: q.Question, Type: cmp.Or(orZero(q.Type), domain.QuestionText), Required: orZero(q.Required), Choices: q.Choices,
		}
	})
}

func formRoutes(in []*model.FormRouteInput) []domain.FormRoute {
	return each(in, func(r *model.FormRouteInput) domain.FormRoute {
		return domain.FormRoute{
			Match: cmp.Or(orZero(r.Match), domain.MatchAll),
			Conditions: each(r.Conditions, func(c *model.FormConditionInput) domain.FormCondition {
				return domain.FormCondition{
					Question: c.Question, Operator: cmp.Or(orZero(c.Operator), domain.Equals), Value: orZero(c.Value),
				}
			}),
			Destination: *formDestination(r.Destination),
		}
	})
}

func formDestination(in *model.FormDestinationInput) *domain.FormDestination {
	if in == nil {
		return nil
	}
	return &domain.FormDestination{Type: in.Type, Value: in.Value}
}

func submitInput(in model.SubmitRoutingFormInput) routingform.SubmitInput {
	return routingform.SubmitInput{
		RoutingFormID: in.RoutingFormID, Tracking: in.Tracking,
		Answers: each(in.Answers, func(a *model.FormAnswerInput) routingform.AnswerInput {
			return routingform.AnswerInput{QuestionID: a.QuestionID, Question: a.Question, Answer: a.Answer}
		}),
	}
}
