// Settings, Tokens.
import assert from 'node:assert/strict';
import { count, gone, shown, test, until } from '../index.mjs';

const row = (page, name) => page.getByRole('row').filter({ hasText: name });
const dialog = (page, name) => page.getByRole('dialog', { name, exact: true });

test('made, shown once, used, revoked', async ({ page, context, goto, signIn, step, api, base, member }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(base).origin });
  await signIn();
  await goto('/settings/tokens');
  await shown(row(page, 'Console'));
  const opener = page.getByRole('button', { name: 'Create token' }).first();
  await step('what the server refuses is said at the field', async () => {
    await opener.click();
    const form = dialog(page, 'Create token');
    await shown(form);
    assert.ok(await form.getByLabel('Name').evaluate((e) => e === document.activeElement));
    await form.getByRole('button', { name: 'Create token' }).click();
    await shown(form.locator('.error'));
    const field = form.getByLabel('Name');
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.ok(await field.evaluate((e) => e === document.activeElement && e.getAttribute('aria-describedby').split(' ').some((id) => document.getElementById(id)?.className === 'error')));
    await field.fill('Sync');
    await gone(form.locator('.error'));
  });
  let secret;
  await step('it is shown once', async () => {
    const form = dialog(page, 'Create token');
    await form.getByLabel('Agent', { exact: true }).selectOption({ label: member.name });
    await form.getByLabel('Ends').selectOption({ label: 'In 7 days' });
    await form.getByRole('radio', { name: 'Only what is chosen' }).check();
    await form.getByRole('button', { name: 'Create token' }).click();
    await shown(form.locator('.error'), 'Choose what the token is for');
    await form.getByRole('radiogroup', { name: 'Meetings' }).getByRole('radio', { name: 'Read', exact: true }).check();
    await gone(form.locator('.error'));
    await form.getByRole('button', { name: 'Create token' }).click();
    const told = dialog(page, 'Your token');
    secret = (await told.getByLabel('Access token').textContent()).trim();
    assert.match(secret, /^slc_\w{36}$/);
    await told.getByRole('button', { name: 'Copy', exact: true }).click();
    await shown(told.getByRole('button', { name: 'Copied' }));
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
    await told.getByRole('button', { name: 'I have copied it' }).click();
    await gone(told);
    await shown(row(page, 'Sync'), 'Meetings: read');
    await shown(row(page, 'Sync'), member.name);
    await until(async () => assert.ok(!(await page.content()).includes(secret)));
  });
  await step('it is what it says', async () => {
    const { viewer } = await api('{ viewer { role scopes agent { name } expiresAt } }', {}, secret);
    assert.deepEqual([viewer.role, viewer.scopes, viewer.agent.name], ['MEMBER', ['MEETINGS_READ', 'EVENT_TYPES_READ', 'AGENTS_READ'], member.name]);
    const days = (new Date(viewer.expiresAt) - Date.now()) / 86_400_000;
    assert.ok(days > 6.9 && days <= 7, `${days} days`);
  });
  await step('it is revoked when that is confirmed', async () => {
    const revoke = row(page, 'Sync').getByRole('button', { name: 'Revoke Sync' });
    await revoke.click();
    await page.keyboard.press('Escape');
    await gone(dialog(page, 'Revoke Sync?'));
    assert.ok(await revoke.evaluate((e) => e === document.activeElement), 'focus comes back');
    await revoke.click();
    await dialog(page, 'Revoke Sync?').getByRole('button', { name: 'Keep as it is' }).click();
    await gone(dialog(page, 'Revoke Sync?'));
    await revoke.click();
    await dialog(page, 'Revoke Sync?').getByRole('button', { name: 'Revoke token' }).click();
    await gone(row(page, 'Sync'));
    await shown(page.locator('.toast'), 'Sync is revoked.');
    await until(async () => assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Tokens', 'the focus goes to the heading'));
    await page.getByRole('group', { name: 'Which tokens' }).getByRole('button', { name: 'Ended' }).click();
    await shown(row(page, 'Sync'), 'Revoked');
    await count(row(page, 'Sync').getByRole('button'), 0);
    await until(() => assert.rejects(api('{ viewer { role } }', {}, secret), /UNAUTHENTICATED/));
  });
});

test('what a member and a reader see', { once: true }, async ({ page, goto, signIn, step, api, owner, member }) => {
  await api('mutation { createAccessToken(input: {name: "The owner\'s"}) { token } }');
  await step('a member: his own, for himself', async () => {
    await signIn(member.token);
    await goto('/settings/tokens');
    await shown(row(page, 'Console'));
    await count(row(page, 'The owner'), 0);
    await count(page.getByRole('columnheader', { name: 'Agent' }), 0);
    await page.getByRole('button', { name: 'Create token' }).first().click();
    await count(dialog(page, 'Create token').getByLabel('Agent', { exact: true }), 0);
    await dialog(page, 'Create token').getByLabel('Name').fill('<b>Mine</b>');
    await page.keyboard.press('Enter');
    const secret = await dialog(page, 'Your token').getByLabel('Access token').textContent();
    await dialog(page, 'Your token').getByRole('button', { name: 'I have copied it' }).click();
    await shown(row(page, '<b>Mine</b>'));
    assert.equal((await api('{ viewer { agent { id } } }', {}, secret.trim())).viewer.agent.id, member.id);
  });
  const narrow = async (name, scopes) => {
    const { createAccessToken } = await api('mutation($in: CreateAccessTokenInput!) { createAccessToken(input: $in) { token } }', { in: { name, agentId: owner.id, scopes } });
    await signIn(createAccessToken.token);
    await goto('/settings/tokens');
    await shown(row(page, name));
    await count(page.getByRole('columnheader', { name: 'Agent' }), 0); // it may not see agents
  };
  await step('who may only read has no buttons', async () => {
    await narrow('reader', ['ACCESS_READ']);
    await count(page.getByRole('table').getByRole('button'), 0);
    await count(page.getByRole('button', { name: 'Create token' }), 0);
  });
  await step('who may not see agents makes tokens for himself', async () => {
    await narrow('writer', ['ACCESS_WRITE']);
    await page.getByRole('button', { name: 'Create token' }).click();
    const form = dialog(page, 'Create token');
    await count(form.getByLabel('Agent', { exact: true }), 0);
    await form.getByLabel('Name').fill('Nightly');
    await page.keyboard.press('Enter');
    await dialog(page, 'Your token').getByRole('button', { name: 'I have copied it' }).click();
    await shown(row(page, 'Nightly'), 'Access: write');
    await row(page, 'Nightly').getByRole('button', { name: 'Revoke Nightly' }).click();
    await dialog(page, 'Revoke Nightly?').getByRole('button', { name: 'Revoke token' }).click();
    await gone(row(page, 'Nightly'));
  });
});

test('dialogs belong to their page', { once: true }, async ({ page, goto, signIn }) => {
  await signIn();
  await goto('/');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Tokens' }).click();
  await page.getByRole('button', { name: 'Create token' }).first().click();
  await shown(dialog(page, 'Create token'));
  await page.goBack();
  await shown(page.getByRole('heading', { name: 'Dashboard', level: 1 }));
  await count(page.locator('dialog'), 0);
});

test('looks right', { once: true }, async ({ page, goto, signIn, looksRight, axe }) => {
  await signIn();
  await goto('/settings/tokens');
  await shown(row(page, 'Console'));
  await looksRight();
  await page.getByRole('button', { name: 'Create token' }).first().click();
  const form = dialog(page, 'Create token');
  await form.getByRole('button', { name: 'Create token' }).click();
  await shown(form.locator('.error'));
  await looksRight();
  await form.getByLabel('Name').fill('Sync');
  await page.keyboard.press('Enter');
  await shown(dialog(page, 'Your token'));
  await axe();
  await page.keyboard.press('Escape');
  await row(page, 'Sync').getByRole('button').click();
  await shown(dialog(page, 'Revoke Sync?'));
  await axe();
});
