// Brings about what a demonstration does not have by itself: a webhook whose receiver is
// down, with messages that wait for the next attempt and one that was given up; a
// publishable key; an identity provider; and an invitation.
import { until } from '../harness/page.mjs';

const nobodyThere = 'http://127.0.0.1:9/hooks/billing'; // discard: nothing listens

export async function stage(api) {
  const { createWebhook: { webhook } } = await api('mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } } }', {
    input: { subscriberUrl: nobodyThere, description: 'Billing, being moved', triggers: ['MEETING_BOOKED', 'MEETING_CANCELED', 'MEETING_RESCHEDULED'], retrySchedule: [2, 3600, 18000] },
  });
  await api('mutation ($input: CreatePublishableKeyInput!) { createPublishableKey(input: $input) { id } }', {
    input: { name: 'Booking pages', allowedOrigins: ['https://book.lindqvist.example', 'https://www.lindqvist.example'] },
  });
  await api('mutation ($input: CreateIdentityProviderInput!) { createIdentityProvider(input: $input) { id } }', {
    input: { name: 'Company sign-on', issuer: 'https://login.lindqvist.example', audience: 'slotcast', jwksUrl: 'https://login.lindqvist.example/keys' },
  });
  await api('mutation ($input: InviteAgentInput!) { inviteAgent(input: $input) { agent { id } } }', {
    input: { name: 'Noor Haddad', email: 'noor@lindqvist.example', timeZone: 'Africa/Cairo' },
  });
  await api('mutation ($id: ID!) { testWebhook(id: $id, trigger: MEETING_BOOKED) { id } }', { id: webhook.id });
  await until(async () => {
    const { failed, waiting } = await api(`query ($id: ID!) {
      failed: deliveries(where: { webhookID: $id, status: FAILED }) { totalCount }
      waiting: deliveries(first: 100, where: { webhookID: $id, status: PENDING }) { edges { node { attemptCount } } } }`, { id: webhook.id });
    if (failed.totalCount === 0 || !waiting.edges.some(({ node }) => node.attemptCount > 1)) throw new Error('no message has been tried twice');
  }, 30_000);
}
