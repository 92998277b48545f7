// Whoever may do little: every page that is offered works, and leads nowhere that is not.
import assert from 'node:assert/strict';
import { count, shown, test } from '../index.mjs';

const areas = ['MEETINGS', 'WEBHOOKS', 'EVENT_TYPES', 'AGENTS', 'ROUTING_FORMS', 'ACCESS'];

for (const level of ['READ', 'WRITE']) {
  test(`tokens of one scope each ${level}`, { once: true }, async (given) => {
    const ids = await given.step('there is something on every page', () => furnish(given));
    await watched(given.page);
    for (const scope of areas.map((area) => `${area}_${level}`)) {
      await given.step(scope, async () => {
        const { createAccessToken } = await given.api('mutation($s: [TokenScope!]!) { createAccessToken(input: {name: "narrow", scopes: $s}) { token } }', { s: [scope] });
        await goesEverywhere(given, createAccessToken.token, ids);
      });
    }
  });
}

test('a member', { once: true }, async (given) => {
  const ids = await furnish(given);
  for (const path of ['/settings/webhooks/{id}', '/settings/webhooks/{id}/edit', '/deliveries/{id}']) ids[path] = ids[path].slice(0, 1); // his own
  await watched(given.page);
  await goesEverywhere(given, given.member.token, { ...ids, more: [...ids.more, '/graphiql'] });
});

async function goesEverywhere({ page, signIn, goto }, token, ids) {
  await signIn(token);
  await goto('/');
  await shown(page.locator('main h1'));
  assert.equal(await page.getByText('This page is not for you').count(), 0, 'the first page is not for him');
  const told = await page.evaluate(visitAll, ids);
  assert.deepEqual(told.faults, []);
  assert.ok(told.seen.length > 1, 'no page is offered');
}

test('which token the session is of', { once: true }, async ({ page, goto, signIn, step, api, owner }) => {
  const make = async (name) => (await api('mutation($n: String!) { createAccessToken(input: {name: $n}) { token } }', { n: name })).createAccessToken.token;
  await make('One');
  const two = await make('Two');
  await signIn(two);
  await goto('/settings/tokens');
  const row = (name) => page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) });
  await shown(row('Two'), 'This session');
  await count(page.getByText('This session'), 1);
  await step('revoking another one says nothing of signing out', async () => {
    await row('One').getByRole('button').click();
    await count(page.getByRole('dialog').getByText(/signs you out/), 0);
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke token' }).click();
    await shown(page.locator('.toast'), 'One is revoked.');
  });
  await step('revoking it signs out', async () => {
    await row('Two').getByRole('button').click();
    await page.getByRole('button', { name: 'Revoke and sign out' }).click();
    await shown(page.getByRole('heading', { name: 'Sign in' }));
    const { accessTokens } = await api('query($a: ID!) { accessTokens(where: {agentID: $a, revokedAtIsNil: true}) { edges { node { name } } } }', { a: owner.id });
    assert.ok(!accessTokens.edges.some(({ node }) => ['One', 'Two'].includes(node.name)), JSON.stringify(accessTokens));
  });
});

/** Something of each kind, hosted by and of the member where he sees only what is his own. */
async function furnish({ api, book, member, owner, server }) {
  const receiver = await server.receiver();
  const { createEventType } = await api('mutation($h: [ID!]) { createEventType(input: {name: "Both", durationMinutes: 30, type: ROUNDROBIN, agentIds: $h}) { id } }', { h: [member.id] });
  const hook = async (more, token) => {
    const input = { subscriberUrl: receiver.url, ...more };
    return (await api('mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { webhook { id } } }', { in: input }, token)).createWebhook.webhook.id;
  };
  const webhook = await hook({ triggers: ['MEETING_BOOKED'], scope: 'USER', eventTypeIds: [createEventType.id], meetingTypes: ['ROUNDROBIN'] }, member.token);
  const other = await hook({ triggers: ['ROUTING_FORM_SUBMITTED'] });
  const meeting = await book({ eventTypeId: createEventType.id });
  await receiver.requests(1);
  const { replayEvents } = await api('mutation($in: ReplayEventsInput!) { replayEvents(input: $in) { id } }', { in: { webhookId: webhook, from: new Date(Date.now() - 3_600_000).toISOString() } });
  const { createRoutingForm } = await api(`mutation($e: String!) { createRoutingForm(input: {name: "Which call", questions: [{question: "How many?"}],
    fallback: {type: EVENT_TYPE, value: $e}}) { id } }`, { e: createEventType.id });
  await submitAndBook(api, createRoutingForm.id, createEventType.id);
  const tests = await api(`mutation($one: ID!, $other: ID!) {
    one: testWebhook(id: $one, trigger: MEETING_BOOKED) { id } other: testWebhook(id: $other, trigger: ROUTING_FORM_SUBMITTED) { id } }`, { one: webhook, other });
  const { events } = await api('{ events(first: 1) { edges { node { id } } } }');
  return {
    '/meetings/{id}': [meeting.id], '/deliveries/{id}': [tests.one.id, tests.other.id], '/replays/{id}': [replayEvents.id], '/settings/webhooks/{id}': [webhook, other],
    '/settings/webhooks/{id}/edit': [webhook, other], '/settings/event-types/{id}': [createEventType.id], '/settings/routing-forms/{id}': [createRoutingForm.id],
    '/settings/agents/{id}': [member.id, owner.id],
    more: [
      `/meetings?view=all&agent=${member.id}`, `/deliveries?webhook=${webhook}`, `/deliveries?meeting=${meeting.id}`,
      `/deliveries/explain?event=${events.edges[0].node.id}&webhook=${webhook}`, `/deliveries/explain?meeting=${meeting.id}`, `/settings/audit?target=${webhook}`,
    ],
  };
}

/** A submission that has led to a meeting. */
async function submitAndBook(api, form, eventType) {
  const { submitRoutingForm } = await api('mutation($in: SubmitRoutingFormInput!) { submitRoutingForm(input: $in) { id } }', { in: { routingFormId: form, answers: [{ question: 'How many?', answer: 'Ten' }] } });
  await api('mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { meeting { id } } }', { in: {
    eventTypeId: eventType, start: new Date(Math.ceil(Date.now() / 86_400_000 + 30) * 86_400_000).toISOString(),
    attendees: [{ name: 'Ben Okafor', email: 'ben@example.org' }], routingFormSubmissionId: submitRoutingForm.id,
  } });
}

/** Has pages keep what the server refuses, whether or not they show it. */
async function watched(page) {
  await page.addInitScript(() => {
    const send = window.fetch;
    window.asked = { open: 0, refused: [] };
    window.fetch = async (...args) => {
      window.asked.open++;
      try {
        const answer = await send(...args);
        const { errors } = await answer.clone().json().catch(() => ({}));
        if (errors) window.asked.refused.push(...errors.map((e) => `${e.extensions?.code}: ${e.message}`));
        return answer;
      } finally {
        window.asked.open--;
      }
    };
    const Socket = window.WebSocket;
    window.WebSocket = class extends Socket {
      constructor(...args) {
        super(...args);
        this.addEventListener('message', ({ data }) => {
          const { type, payload } = JSON.parse(data);
          if (type === 'error') window.asked.refused.push(...payload.map((e) => `${e.extensions?.code}: ${e.message}`));
        });
      }
    };
  });
}

/** Within the page: goes to all that is offered, and tells what was refused and which links lead to what is not offered. */
async function visitAll(ids) {
  const at = document.querySelector('script[type=module]').src;
  const [{ routes, match }, router] = await Promise.all(['pages/routes.js', 'core/router.js'].map((file) => import(new URL(file, at).href)));
  const allowed = (path) => { const found = match(path.split('?')[0]); return Boolean(found) && (found.route.allowed?.() ?? true); };
  const home = new URL(document.baseURI).pathname;
  const todo = routes.filter(({ path }) => path !== '/graphiql').flatMap(({ path }) => (path.includes('{') ? ids[path].map((id) => path.replace('{id}', id)) : [path])).concat(ids.more).filter(allowed);
  const seen = []; // the explorer asks for the schema alone, and takes long
  const faults = [];
  const frame = () => new Promise((done) => { requestAnimationFrame(done); });
  const settled = async () => {
    const end = performance.now() + 5000;
    for (let calm = 0; calm < 2; await frame()) {
      calm = window.asked.open === 0 && document.querySelector('main h1') && !document.querySelector('main .loading') ? calm + 1 : 0;
      if (performance.now() > end) return void faults.push(`${location.pathname}: it goes on loading`);
    }
  };
  while (todo.length > 0) {
    const path = todo.shift();
    if (seen.includes(path)) continue;
    seen.push(path);
    window.asked.refused = [];
    const before = document.querySelector('main h1');
    const here = location.pathname;
    router.go(path);
    while (before.isConnected && here !== location.pathname) await frame(); // a change of the query alone leaves the page
    await settled();
    const told = [...document.querySelectorAll('main [role=alert], main .note.bad')].map((e) => e.textContent.trim());
    faults.push(...[...window.asked.refused, ...told].map((text) => `${path}: ${text}`));
    for (const a of document.querySelectorAll('main a[href], nav a[href]')) {
      const to = new URL(a.href);
      if (to.origin !== location.origin) continue;
      const place = `/${to.pathname.slice(home.length)}`; // "/" leads on to the first page that is offered
      if (place !== '/' && match(place) && !allowed(place)) faults.push(`${path}: it leads to ${place}, which is not offered`);
      if (`${to.pathname}` === location.pathname && to.searchParams.has('tab')) todo.push(place + to.search);
    }
  }
  return { seen, faults };
}
