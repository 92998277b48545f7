// Operations to begin with.

const soon = () => new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 86_400_000).toISOString();

/** @type {{ name: string, query: string, variables?: () => object }[]} */
export const examples = [
  {
    name: "Upcoming meetings",
    query: `query Upcoming($now: Time!) {
  meetings(
    first: 10
    orderBy: { field: START, direction: ASC }
    where: { startGT: $now, status: ACTIVE }
  ) {
    totalCount
    edges {
      node {
        id
        start
        eventName
        agents { name }
        attendees { name email }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
    variables: () => ({ now: new Date().toISOString() }),
  },
  {
    name: "Book a meeting",
    query: `# The ids of event types:
# { eventTypes(first: 10) { edges { node { id name } } } }
mutation Book($input: BookMeetingInput!) {
  bookMeeting(input: $input) {
    meeting { id start end status agents { name } }
  }
}
`,
    variables: () => ({ input: { eventTypeId: "ety_…", start: soon(), attendees: [{ name: "Ana Ruiz", email: "ana@example.org", timeZone: "Europe/Madrid" }], idempotencyKey: crypto.randomUUID?.() ?? String(Date.now()) } }),
  },
  {
    name: "Live: what happens to meetings",
    query: `subscription Watch($after: Cursor) {
  meetingEvents(after: $after) {
    trigger
    occurredAt
    cursor
    meeting { id eventName start status attendees { name } }
  }
}
`,
  },
  {
    name: "Live: figures of the last hour",
    query: `subscription {
  dashboard(window: HOUR) {
    eventsPerMinute
    triggers { trigger count }
    deliveries { delivered failed pending successRate latencyP50 latencyP95 }
  }
}
`,
  },
  {
    name: "Failed deliveries",
    query: `{
  deliveries(first: 10, where: { status: FAILED }) {
    edges {
      node { id trigger attemptCount webhook { subscriberUrl } }
    }
  }
}
`,
  },
  {
    name: "Create a webhook",
    query: `mutation Create($input: CreateWebhookInput!) {
  createWebhook(input: $input) {
    webhook { id subscriberUrl triggers state }
    secret
  }
}
`,
    variables: () => ({ input: { subscriberUrl: "https://example.org/hooks", triggers: ["MEETING_BOOKED", "MEETING_CANCELED", "MEETING_RESCHEDULED"] } }),
  },
  { name: "Who am I?", query: `{
  viewer {
    kind
    role
    scopes
    app { id name }
    agent { id name email }
  }
}
` },
];
