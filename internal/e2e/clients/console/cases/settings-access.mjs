// Settings: publishable keys, identity providers, and the audit log, which tells of them.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { count, gone, shown, test, until, value } from '../index.mjs';

const heading = (page, name) => page.getByRole('heading', { name, exact: true, level: 1 });
const dialog = (page, name) => page.getByRole('dialog', { name, exact: true });
const row = (page, name) => page.getByRole('row').filter({ hasText: name });
const focused = (locator) => until(async () => assert.ok(await locator.evaluate((e) => e === document.activeElement), `focus is not on ${locator}`));

test('publishable keys', { once: true }, async ({ page, goto, signIn, step, api, looksRight, axe }) => {
  await signIn();
  await goto('/settings/tokens');
  await page.getByRole('link', { name: 'Publishable keys' }).click();
  await shown(heading(page, 'Publishable keys'));
  await shown(page.getByRole('heading', { name: 'No publishable keys' }));
  const keys = async () => (await api('{ publishableKeys(first: 10) { edges { node { name allowedOrigins mayPay } } } }')).publishableKeys.edges.map(({ node }) => node);
  await step('made, when its origins are right', async () => {
    await page.getByRole('button', { name: 'Create key' }).click();
    const form = dialog(page, 'Create key');
    await form.getByLabel('Name').fill('Shop');
    await form.getByLabel('Origins of the pages').fill('https://shop.example.org/book');
    await form.getByRole('button', { name: 'Create key' }).click();
    await focused(form.getByLabel('Origins of the pages'));
    await shown(form.locator('.error'));
    await axe();
    await form.getByLabel('Origins of the pages').fill('https://shop.example.org\nhttps://www.example.org');
    await form.getByRole('button', { name: 'Create key' }).click();
    await shown(row(page, 'Shop'), 'https://www.example.org');
    assert.deepEqual(await keys(), [{ name: 'Shop', allowedOrigins: ['https://shop.example.org', 'https://www.example.org'], mayPay: false }]);
  });
  await looksRight();
  await step('changed', async () => {
    await row(page, 'Shop').getByRole('button', { name: 'Edit Shop' }).click();
    const form = dialog(page, 'Edit key');
    await value(form.getByLabel('Origins of the pages'), 'https://shop.example.org\nhttps://www.example.org');
    await form.getByLabel('Origins of the pages').fill('*');
    await form.getByRole('checkbox', { name: /^Pages may report payments/ }).check();
    await form.getByRole('button', { name: 'Save' }).click();
    await shown(row(page, 'Shop'), 'Any page');
    assert.deepEqual(await keys(), [{ name: 'Shop', allowedOrigins: ['*'], mayPay: true }]);
  });
  await step('and deleted: the focus goes to the heading', async () => {
    await row(page, 'Shop').getByRole('button', { name: 'Delete Shop' }).click();
    await dialog(page, 'Delete Shop?').getByRole('button', { name: 'Delete key' }).click();
    await shown(page.getByRole('heading', { name: 'No publishable keys' }));
    await focused(heading(page, 'Publishable keys'));
    assert.deepEqual(await keys(), []);
  });
});

test('identity providers, and who made them', { once: true }, async ({ page, goto, signIn, step, api, owner, looksRight }) => {
  const secret = 'a-secret-of-thirty-two-bytes-and-some-more';
  await signIn();
  await goto('/settings/identity-providers');
  await shown(page.getByRole('heading', { name: 'No identity providers' }));
  await step('a secret that is too short is told at its field', async () => {
    await page.getByRole('button', { name: 'Create identity provider' }).first().click();
    const form = dialog(page, 'Create identity provider');
    await form.getByLabel('Name').fill('Staff');
    await form.getByLabel('Issuer').fill('https://login.example.org/');
    await form.getByLabel('Audience').fill('slotcast');
    await form.getByRole('radio', { name: 'With a secret (HS256)' }).check();
    await form.getByLabel('Secret', { exact: true }).fill('short');
    await form.getByRole('button', { name: 'Create identity provider' }).click();
    await focused(form.getByLabel('Secret', { exact: true }));
    await shown(form.locator('.error'));
    await form.locator('summary').click();
    await form.getByLabel('Agent').fill('email');
    await looksRight();
    await form.getByLabel('Secret', { exact: true }).fill(secret);
    await form.getByRole('button', { name: 'Create identity provider' }).click();
    await shown(row(page, 'Staff'), 'A secret (HS256)');
  });
  await looksRight();
  const jwt = () => {
    const part = (of) => Buffer.from(JSON.stringify(of)).toString('base64url');
    const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: 'https://login.example.org/', aud: 'slotcast', email: 'olga@example.org', exp: Math.floor(Date.now() / 1000) + 600 })}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  await step('changed, with the secret left as it is: its tokens sign in', async () => {
    await row(page, 'Staff').getByRole('button', { name: 'Edit Staff' }).click();
    const form = dialog(page, 'Edit identity provider');
    await form.getByLabel('Name').fill('All staff');
    await value(form.getByLabel('Secret (optional)'), '');
    await form.getByRole('button', { name: 'Save' }).click();
    await shown(row(page, 'All staff'));
    await until(async () => assert.equal((await api('{ viewer { agent { id } } }', {}, jwt())).viewer.agent.id, owner.id));
  });
  await step('deleted when its name is typed', async () => {
    await row(page, 'All staff').getByRole('button', { name: 'Delete All staff' }).click();
    const ask = dialog(page, 'Delete All staff?');
    await focused(ask.getByLabel('Type All staff to go on'));
    await page.keyboard.type('Staff');
    await page.keyboard.press('Enter');
    assert.equal(await ask.getByRole('button', { name: 'Delete identity provider' }).getAttribute('aria-disabled'), 'true');
    await ask.getByLabel('Type All staff to go on').fill('All staff');
    await page.keyboard.press('Enter');
    await gone(ask);
    await shown(page.getByRole('heading', { name: 'No identity providers' }));
    await until(() => assert.rejects(api('{ viewer { role } }', {}, jwt()), /UNAUTHENTICATED/));
  });
  await step('the audit log has all of it, without the secret', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Audit log' }).click();
    const byHand = row(page, 'Agent created').filter({ has: page.getByRole('link', { name: owner.name }) });
    await shown(byHand, '127.0.0.1');
    await page.getByLabel('What', { exact: true }).selectOption({ label: 'Identity providers' });
    await count(page.getByRole('row'), 4); // with the head
    await gone(byHand);
    const rows = await page.getByRole('row').locator('strong').allTextContents();
    assert.deepEqual(rows, ['Identity provider deleted', 'Identity provider updated', 'Identity provider created']);
    await row(page, 'Identity provider updated').locator('summary').click();
    await shown(row(page, 'Identity provider updated').locator('dd', { hasText: 'Staff' }).first(), 'All staff');
    await row(page, 'Identity provider created').locator('summary').click();
    await shown(row(page, 'Identity provider created').getByText('https://login.example.org/'));
    assert.ok(!(await page.content()).includes(secret));
    await looksRight();
    await page.getByLabel('Id of what was changed').fill('agt_nobody');
    await page.keyboard.press('Enter');
    await shown(page.getByRole('heading', { name: 'Nothing was written down of that' }));
    await page.getByRole('button', { name: 'Show everything' }).click();
    await shown(byHand);
  });
});
