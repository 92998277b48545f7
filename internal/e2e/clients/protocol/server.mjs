import { createClient } from 'graphql-ws';

// Server is what the cases do beside what they are about.
export class Server {
  constructor(url, token) {
    Object.assign(this, { url, token, socketURL: url.replace('http', 'ws'), slots: 0 });
  }

  async ask(query, variables) {
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await answer.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  // Each case has a token of its own: they are counted apart.
  async makeToken() {
    return (await this.makeRevocable()).token;
  }

  async makeRevocable() {
    const { createAccessToken } = await this.ask(
      'mutation { createAccessToken(input: {name: "Case"}) { token accessToken { id } } }');
    return { token: createAccessToken.token, id: createAccessToken.accessToken.id };
  }

  revoke(id) {
    return this.ask('mutation ($id: ID!) { revokeAccessToken(id: $id) }', { id });
  }

  // Books a meeting and returns its id.
  async book() {
    const { eventTypes } = await this.ask('{ eventTypes(where: {slug: "intro-call"}) { edges { node { id } } } }');
    const start = new Date(Date.UTC(new Date().getUTCFullYear() + 1, 0, 1, this.slots++)).toISOString();
    const { bookMeeting } = await this.ask(
      'mutation ($in: BookMeetingInput!) { bookMeeting(input: $in) { meeting { id } } }',
      { in: { eventTypeId: eventTypes.edges[0].node.id, start, attendees: [{ name: 'Ana Ruiz', email: 'ana@example.org' }] } });
    return bookMeeting.meeting.id;
  }

  // The cursor of an event that is there: what comes behind it cannot be missed.
  async present() {
    const id = await this.book();
    const { events } = await this.ask(
      'query ($id: ID!) { events(first: 1, where: {meetingId: $id}) { edges { cursor } } }', { id });
    return events.edges[0].cursor;
  }

  // A client of graphql-ws that keeps the codes its sockets were closed with.
  client(token, options = {}) {
    const client = createClient({
      url: this.socketURL,
      connectionParams: { Authorization: `Bearer ${token}` },
      retryAttempts: 50,
      retryWait: () => new Promise((done) => setTimeout(done, 50)),
      shouldRetry: () => true,
      ...options,
    });
    client.connections = 0;
    client.codes = [];
    client.on('connecting', () => client.connections++);
    client.on('closed', ({ code }) => client.codes.push(code));
    return client;
  }
}

// run runs an operation to its end: {results, error}.
export function run(client, query, variables) {
  const results = [];
  return new Promise((done) => {
    client.subscribe({ query, variables }, {
      next: (result) => results.push(result),
      error: (error) => done({ results, error }),
      complete: () => done({ results }),
    });
  });
}

export const me = '{ viewer { role } }';
export const watch = 'subscription ($after: Cursor) { meetingEvents(after: $after) { id cursor meeting { id } } }';

// listen subscribes and lets what comes be waited for.
export function listen(client, variables) {
  const listener = { ids: [] };
  let more = () => {};
  const sink = (key) => (value = true) => {
    listener[key] = value;
    more();
  };
  listener.end = client.subscribe({ query: watch, variables }, {
    next({ data, errors }) {
      if (errors) listener.error = errors;
      else listener.ids.push(data.meetingEvents.meeting.id);
      more();
    },
    error: sink('error'),
    complete: sink('completed'),
  });
  listener.until = async (holds) => {
    while (!holds(listener)) await new Promise((done) => { more = done; });
    return listener;
  };
  return listener;
}
