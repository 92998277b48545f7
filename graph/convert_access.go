package graph

import (
	"cmp"

	"slotcast/graph/model"
	"slotcast/internal/account"
	"slotcast/internal/domain"
)

func agentInput(in model.CreateAgentInput) account.AgentInput {
	return account.AgentInput{
		Name: in.Name, Email: in.Email, TimeZone: or(in.TimeZone, "UTC"), Role: cmp.Or(orZero(in.Role), domain.Member),
		ExternalID: in.ExternalID, Schedule: scheduleInput(in.Schedule),
	}
}

func agentChanges(in model.UpdateAgentInput) account.AgentChanges {
	out := account.AgentChanges{
		Name: in.Name, Email: in.Email, TimeZone: in.TimeZone, Role: in.Role, ExternalID: change(in.ExternalID),
	}
	if s, said := in.Schedule.ValueOK(); said {
		to := scheduleInput(s)
		out.Schedule = &to
	}
	return out
}

func scheduleInput(in *model.ScheduleInput) *account.Schedule {
	if in == nil {
		return nil
	}
	return &account.Schedule{
		WeeklyHours: each(in.WeeklyHours, func(w *model.WeeklyHoursInput) domain.WeeklyHours {
			return domain.WeeklyHours{Weekday: w.Weekday, Window: domain.Window{From: w.From, Until: w.Until}}
		}),
		DateOverrides: each(in.DateOverrides, func(o *model.DateOverrideInput) domain.DateOverride {
			return domain.DateOverride{Date: o.Date, Windows: each(o.Windows, func(w *model.WindowInput) domain.Window {
				return domain.Window{From: w.From, Until: w.Until}
			})}
		}),
	}
}

func inviteInput(in model.InviteAgentInput) account.InviteInput {
	return account.InviteInput{
		Email: in.Email, Name: in.Name, TimeZone: or(in.TimeZone, "UTC"), Role: cmp.Or(orZero(in.Role), domain.Member),
	}
}

func acceptInput(in *model.AcceptInvitationInput) account.AcceptInput {
	if in == nil {
		return account.AcceptInput{}
	}
	return account.AcceptInput{Name: in.Name, TimeZone: in.TimeZone}
}

func tokenInput(in model.CreateAccessTokenInput) account.TokenInput {
	return account.TokenInput{Name: in.Name, AgentID: in.AgentID, Scopes: in.Scopes, ExpiresAt: in.ExpiresAt}
}

func keyInput(in model.CreatePublishableKeyInput) account.KeyInput {
	return account.KeyInput{Name: in.Name, AllowedOrigins: in.AllowedOrigins, MayPay: or(in.MayPay, true)}
}

func keyChanges(in model.UpdatePublishableKeyInput) account.KeyChanges {
	return account.KeyChanges{Name: in.Name, AllowedOrigins: in.AllowedOrigins, MayPay: in.MayPay}
}

func providerInput(in model.CreateIdentityProviderInput) account.ProviderInput {
	return account.ProviderInput{
		Name: in.Name, Issuer: in.Issuer, Audience: in.Audience, Secret: in.Secret, JWKSURL: in.JwksURL,
		AppClaim: in.AppClaim, AppValue: in.AppValue, AgentClaim: in.AgentClaim, RoleClaim: in.RoleClaim,
	}
}

func providerChanges(in model.UpdateIdentityProviderInput) account.ProviderChanges {
	return account.ProviderChanges{
		Name: in.Name, Issuer: in.Issuer, Audience: in.Audience, Secret: in.Secret, JWKSURL: in.JwksURL,
		AppClaim: change(in.AppClaim), AppValue: in.AppValue, AgentClaim: in.AgentClaim, RoleClaim: change(in.RoleClaim),
	}
}
