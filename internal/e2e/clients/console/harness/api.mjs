// The server's API, for what a case needs beside the browser.

let hours = 0; // each booking takes the next one

/** Calls GraphQL as a token's owner: at the last of the servers, which need not be the browser's. */
export function api({ urls, owner }) {
  const call = async (query, variables = {}, token = owner.token) => {
    const answer = await fetch(new URL('graphql', urls.at(-1)), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(20_000),
    });
    const { data, errors } = await answer.json();
    if (errors) throw new Error(`GraphQL answers ${errors.map(({ message, extensions }) => `${extensions?.code}: ${message}`).join('; ')}`);
    return data;
  };
  return {
    api: call,
    /** Books the case's event type, at an hour that is free unless a start is given, and returns the meeting. */
    async book({ start, name = 'Ana Ruiz', email = 'ana@example.org', eventTypeId = owner.eventTypeId, ...more } = {}) {
      const input = { eventTypeId, start: start ?? nextHour(), attendees: [{ name, email }], ...more };
      const { bookMeeting } = await call(`mutation($in: BookMeetingInput!) { bookMeeting(input: $in) {
        meeting { id start status attendees { id name } } } }`, { in: input });
      return bookMeeting.meeting;
    },
    async cancel(meeting, reason = 'ill') {
      const { cancelMeeting } = await call('mutation($in: CancelMeetingInput!) { cancelMeeting(input: $in) { id status } }',
        { in: { meetingId: meeting.id, reason } });
      return cancelMeeting;
    },
    async reschedule(meeting, start = nextHour(), reason = 'travel') {
      const { rescheduleMeeting } = await call(`mutation($in: RescheduleMeetingInput!) { rescheduleMeeting(input: $in) {
        meeting { id start status } } }`, { in: { meetingId: meeting.id, start, reason } });
      return rescheduleMeeting.meeting;
    },
    /** Makes a webhook for all that happens to meetings and returns it with its secret. */
    async webhook(subscriberUrl, more = {}) {
      const { createWebhook } = await call(`mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { secret webhook { id } } }`,
        { in: { subscriberUrl, triggers: ['MEETING_BOOKED', 'MEETING_RESCHEDULED', 'MEETING_CANCELED'], ...more } });
      return { id: createWebhook.webhook.id, secret: createWebhook.secret };
    },
  };
}

/** Hours from the day after tomorrow on, each once. */
function nextHour() {
  const day = new Date();
  day.setUTCHours(0, 0, 0, 0);
  return new Date(day.getTime() + (48 + hours++) * 3_600_000).toISOString();
}
