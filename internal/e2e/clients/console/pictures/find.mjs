// Finds what the pictures show: ids are asked of the API, never written down.

const meetingsQuery = `query ($where: MeetingWhereInput, $order: OrderDirection!) {
  meetings(first: 100, where: $where, orderBy: { field: START, direction: $order }) { edges { node {
    id start status type attendees { id status } payment { status } previous { id } next { id }
  } } } }`;

/** The page of a meeting like that. `score` says how well one fits; what has none does not. */
export function meeting(score, where = {}, order = 'DESC') {
  return async (api) => {
    const { meetings } = await api(meetingsQuery, { where, order });
    const found = meetings.edges.map(({ node }) => ({ node, fit: score(node) })).filter(({ fit }) => fit > 0).sort((a, b) => b.fit - a.fit);
    return `/meetings/${first(found, 'meeting').node.id}`;
  };
}

/** A meeting that moved twice stands between two others. */
export const chained = meeting((m) => (m.previous && m.next ? 2 : 0) + (m.next ? 1 : 0), { status: 'RESCHEDULED' });
export const paid = meeting((m) => (m.payment?.status === 'DONE' ? 1 : 0), { status: 'ACTIVE' });
export const group = meeting((m) => m.attendees.filter((a) => a.status === 'ACTIVE').length, { type: 'GROUP', status: 'ACTIVE' }, 'ASC');
export const cancelled = meeting(() => 1, { status: 'CANCELLED' });
export const comingUp = meeting((m) => (Date.parse(m.start) > Date.now() ? 1 : 0), { type: 'SOLO', status: 'ACTIVE' });

/** A delivery's page. */
export function delivery(where, fits = () => true) {
  return async (api) => `/deliveries/${(await oneDelivery(api, where, fits)).id}`;
}

/** Why a delivery became what it is. */
export async function explained(api) {
  const { eventId, webhookId } = await oneDelivery(api, { status: 'PENDING' }, ({ attemptCount }) => attemptCount > 0);
  return `/deliveries/explain?event=${eventId}&webhook=${webhookId}`;
}

async function oneDelivery(api, where, fits = () => true) {
  const { deliveries } = await api(`query ($where: DeliveryWhereInput) {
    deliveries(first: 100, where: $where, orderBy: { field: CREATED_AT, direction: DESC }) { edges { node { id eventId webhookId attemptCount test } } } }`, { where });
  return first(deliveries.edges.map(({ node }) => node).filter(fits), `delivery (${JSON.stringify(where)})`);
}

/** The id of the webhook whose URL ends so. */
export async function webhook(api, end) {
  const { webhooks } = await api('{ webhooks(first: 100) { edges { node { id subscriberUrl } } } }');
  return first(webhooks.edges.filter(({ node }) => node.subscriberUrl.endsWith(end)), `webhook …${end}`).node.id;
}

/** The id of the first of a list that has the name, or of the first. */
export async function named(api, field, name) {
  const data = await api(`{ ${field}(first: 100) { edges { node { id ${name ? 'name' : ''} } } } }`);
  return first(data[field].edges.filter(({ node }) => !name || node.name === name), `${field} ${name ?? ''}`).node.id;
}

/** The id of the event type of that kind. */
export async function eventType(api, type) {
  const { eventTypes } = await api('{ eventTypes(first: 100) { edges { node { id type } } } }');
  return first(eventTypes.edges.filter(({ node }) => node.type === type), `event type that is ${type}`).node.id;
}

function first(list, what) {
  if (list.length === 0) throw new Error(`the server has no such ${what}`);
  return list[0];
}
