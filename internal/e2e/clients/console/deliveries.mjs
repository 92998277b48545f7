// What the cases of deliveries have in common.
import assert from 'node:assert/strict';
import { until } from './index.mjs';

export const table = (page) => page.getByRole('table', { name: 'Deliveries, the newest first' });
export const rowOf = (page, id) => table(page).getByRole('row').filter({ has: page.locator(`a[href$="/deliveries/${id}"]`) });

/** The ids of the rows, from top to bottom. */
export const ids = (page) => table(page).locator('tbody a[href*="/deliveries/dlv_"]').evaluateAll((links) => links.map((a) => a.href.split('/').at(-1)));

/** The rows as they are read: the id, and whether it says that status and that code. */
export async function sameAsApi(page, api, where = {}, n = 50) {
  await until(async () => {
    const want = await newest(api, where, n);
    assert.deepEqual(await ids(page), want.map(({ id }) => id));
    const texts = await table(page).locator('tbody tr').allInnerTexts();
    for (const [i, { status, statusCode }] of want.entries()) {
      assert.match(texts[i], new RegExp(`\\b${status}\\b`, 'i'));
      if (statusCode) assert.match(texts[i], new RegExp(`\\b${statusCode}\\b`));
    }
  }, 15_000);
}

/** What the API has of them, the newest first. */
export async function newest(api, where = {}, last = 100) {
  const { deliveries } = await api(`query($where: DeliveryWhereInput, $last: Int) { deliveries(last: $last, where: $where) {
    edges { node { id eventId messageId status statusCode attemptCount nextAttemptAt trigger webhookId } } } }`, { where, last });
  return deliveries.edges.map((e) => e.node).reverse();
}

/** Waits until the API has n deliveries that fit, all of them with that status. */
export const settled = (api, where, n, status = 'DELIVERED') => until(async () => {
  const all = await newest(api, where);
  assert.deepEqual(all.map((d) => d.status), Array(n).fill(status));
  return all;
}, 20_000);

/** Waits until a page has asked for the list, and once more when it was live. */
export async function twice(page) {
  const isList = (answer) => answer.request().postData()?.includes('deliveries(first: $first') ?? false;
  await page.waitForResponse(isList);
  await (await page.waitForResponse(isList)).finished();
}

export const one = (api, id, fields) => api(`query($id: ID!) { delivery(id: $id) { ${fields} } }`, { id }).then((data) => data.delivery);
export const pause = (api, { id }) => api('mutation($id: ID!) { pauseWebhook(id: $id) { state } }', { id });
export const resume = (api, { id }) => api('mutation($id: ID!) { resumeWebhook(id: $id) { state } }', { id });
