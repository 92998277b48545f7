package rest

import "slotcast/internal/domain"

// operations are what is done for each operationId of the description.
func (h *Handler) operations() map[string]operation {
	return map[string]operation{
		"getCurrentUser":  {run: h.getCurrentUser},
		"getUser":         {scope: domain.AgentsRead, run: h.getUser},
		"getOrganization": {run: h.getOrganization},

		"createSubscription": {scope: domain.WebhooksWrite, run: h.createSubscription},
		"listSubscriptions":  {scope: domain.WebhooksRead, run: h.listSubscriptions},
		"getSubscription":    {scope: domain.WebhooksRead, run: h.getSubscription},
		"deleteSubscription": {scope: domain.WebhooksWrite, run: h.deleteSubscription},

		"getMe":                       {run: h.getMe},
		"listHookEventTypes":          {scope: domain.EventTypesRead, run: h.listHookEventTypes},
		"createHook":                  {scope: domain.WebhooksWrite, run: h.createHook},
		"listHooks":                   {scope: domain.WebhooksRead, run: h.listHooks},
		"getHook":                     {scope: domain.WebhooksRead, run: h.getHook},
		"updateHook":                  {scope: domain.WebhooksWrite, run: h.updateHook},
		"deleteHook":                  {scope: domain.WebhooksWrite, run: h.deleteHook},
		"createHookOfEventType":       {scope: domain.WebhooksWrite, run: h.createHook},
		"listHooksOfEventType":        {scope: domain.WebhooksRead, run: h.listHooks},
		"getHookOfEventType":          {scope: domain.WebhooksRead, run: h.getHook},
		"updateHookOfEventType":       {scope: domain.WebhooksWrite, run: h.updateHook},
		"deleteHookOfEventType":       {scope: domain.WebhooksWrite, run: h.deleteHook},
		"listOrganizationMemberships": {scope: domain.AgentsRead, run: h.listMemberships},
		"getOrganizationMembership":   {scope: domain.AgentsRead, run: h.getMembership},
		"listEventTypes":              {scope: domain.EventTypesRead, run: h.listEventTypes},
		"getEventType":                {scope: domain.EventTypesRead, run: h.getEventType},
		"listScheduledEvents":         {scope: domain.MeetingsRead, run: h.listEvents},
		"getScheduledEvent":           {scope: domain.MeetingsRead, run: h.getEvent},
		"cancelScheduledEvent":        {scope: domain.MeetingsWrite, run: h.cancelEvent},
		"listInvitees":                {scope: domain.MeetingsRead, run: h.listInvitees},
		"getInvitee":                  {scope: domain.MeetingsRead, run: h.getInvitee},
		"createInvitee":               {scope: domain.MeetingsWrite, run: h.createInvitee},
		"createNoShow":                {scope: domain.MeetingsWrite, run: h.createNoShow},
		"getNoShow":                   {scope: domain.MeetingsRead, run: h.getNoShow},
		"deleteNoShow":                {scope: domain.MeetingsWrite, run: h.deleteNoShow},
		"listRoutingForms":            {scope: domain.RoutingFormsRead, run: h.listForms},
		"getRoutingForm":              {scope: domain.RoutingFormsRead, run: h.getForm},
		"listFormSubmissions":         {scope: domain.RoutingFormsRead, run: h.listSubmissions},
		"getFormSubmission":           {scope: domain.RoutingFormsRead, run: h.getSubmission},
		"submitRoutingForm":           {open: true, run: h.submitForm},
		"getSampleWebhookData":        {scope: domain.WebhooksRead, run: h.getSample},
	}
}
