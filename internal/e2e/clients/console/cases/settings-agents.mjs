// Settings, Agents: who takes part, what he may do, and when he can be booked.
import assert from 'node:assert/strict';
import { count, gone, shown, test, until, value } from '../index.mjs';

const heading = (page, name) => page.getByRole('heading', { name, exact: true, level: 1 });
const dialog = (page, name) => page.getByRole('dialog', { name, exact: true });
const row = (page, name) => page.getByRole('row').filter({ hasText: name });
const focused = (locator) => until(async () => assert.ok(await locator.evaluate((e) => e === document.activeElement), `focus is not on ${locator}`));
const states = `query($id: ID!) { agent(id: $id) { role status schedule { weeklyHours { weekday from until } dateOverrides { date windows { from until } } } } }`;

test('invited by a link that works once', { once: true }, async ({ page, newPage, goto, signIn, step, api, allow, looksRight, axe, owner }) => {
  await signIn();
  await goto('/settings/agents');
  await shown(row(page, 'Max Member'), 'Active');
  await looksRight();
  const opener = page.getByRole('button', { name: 'Invite agent' });
  const form = dialog(page, 'Invite agent');
  await step('whom the server refuses is said at the field', async () => {
    await opener.click();
    await form.getByLabel('E-mail address').fill('max@example.org');
    await form.getByRole('button', { name: 'Create invitation' }).click();
    await focused(form.getByLabel('E-mail address'));
    await shown(form.locator('.error'));
    await axe();
  });
  let link;
  await step('the link is shown once', async () => {
    await form.getByLabel('E-mail address').fill('nora@example.org');
    await form.getByRole('radio', { name: /^Admin/ }).check();
    await form.getByRole('button', { name: 'Create invitation' }).click();
    const told = dialog(page, 'Invitation for nora');
    link = (await told.getByLabel('Invitation link').textContent()).trim();
    assert.match(link, /\/sign-in#invitation=slci_\w+$/);
    await looksRight();
    await told.getByRole('button', { name: 'I have copied it' }).click();
    await gone(told);
    await focused(opener);
    await shown(row(page, 'nora@example.org'), 'Invited');
    await until(async () => assert.ok(!(await page.content()).includes('slci_')));
  });
  await step('another one ends the first', async () => {
    await row(page, 'nora@example.org').getByRole('link').click();
    await page.getByRole('button', { name: 'Invite again' }).click();
    await dialog(page, 'Invite nora again?').getByRole('button', { name: 'Create invitation' }).click();
    const told = dialog(page, 'Invitation for nora');
    const first = link;
    link = (await told.getByLabel('Invitation link').textContent()).trim();
    assert.notEqual(link, first);
    await told.getByRole('button', { name: 'I have copied it' }).click();
    await until(() => assert.rejects(api('{ viewer { kind } }', {}, first.split('=').at(-1)), /UNAUTHENTICATED/));
  });
  const guest = await newPage();
  let token;
  await step('whoever has it joins', async () => {
    const { pathname, hash } = new URL(link);
    await goto(pathname + hash, guest);
    await shown(guest.getByRole('heading', { name: /^Join Acme/, level: 1 }));
    assert.equal(new URL(guest.url()).hash, '');
    await shown(guest.getByText('You are invited as nora@example.org, Admin.'));
    await looksRight(guest);
    await guest.getByLabel('Name').fill('');
    await guest.keyboard.press('Enter');
    await focused(guest.getByLabel('Name'));
    await shown(guest.locator('.error'));
    await guest.getByLabel('Name').fill('Nora Nunes');
    await value(guest.getByLabel('Time zone'), 'Europe/Madrid'); // the browser's
    await guest.getByLabel('Time zone').fill('Europe/Lisbon');
    await guest.keyboard.press('Enter');
    await shown(heading(guest, 'You have joined'));
    await focused(heading(guest, 'You have joined'));
    token = (await guest.getByLabel('Access token').textContent()).trim();
    await axe(guest);
    await guest.getByRole('button', { name: 'I have copied it: sign in' }).click();
    await shown(heading(guest, 'Dashboard'));
    await shown(guest.getByText('Nora Nunes').first());
    const { viewer } = await api('{ viewer { role agent { name timeZone } } }', {}, token);
    assert.deepEqual(viewer, { role: 'ADMIN', agent: { name: 'Nora Nunes', timeZone: 'Europe/Lisbon' } });
  });
  await step('but nobody joins twice', async () => {
    allow(/status of 401/);
    const late = await newPage();
    const { pathname, hash } = new URL(link);
    await goto(pathname + hash, late);
    await shown(late.getByRole('alert'), 'The invitation has ended, or was used: ask for another one.');
    await late.close();
  });
  await step('an admin takes no owner in hand', async () => {
    await goto(`/settings/agents/${owner.id}`, guest);
    await shown(heading(guest, owner.name));
    await shown(guest.getByRole('region', { name: 'Profile' }), 'olga@example.org');
    await count(guest.getByRole('button', { name: /Save|Deactivate/ }), 0);
  });
});

test('made, changed, taken out and in again', { once: true }, async ({ page, goto, signIn, step, api, axe }) => {
  await signIn();
  await goto('/settings/agents');
  let id;
  await step('made', async () => {
    await page.getByRole('button', { name: 'Create agent' }).click();
    const form = dialog(page, 'Create agent');
    await form.getByLabel('E-mail address').fill('bea@example.org');
    await form.getByLabel('Name', { exact: true }).fill('Bea <b>Booked</b>');
    await axe();
    await form.getByRole('button', { name: 'Create agent' }).click();
    await shown(heading(page, 'Bea <b>Booked</b>'));
    id = page.url().split('/').at(-1);
    await shown(page.getByText('Contacts can book').first());
    await axe();
  });
  const profile = page.getByRole('region', { name: 'Profile' });
  await step('given another name and role', async () => {
    await profile.getByLabel('Name', { exact: true }).fill('Bea Booked');
    await profile.getByRole('radio', { name: /^Admin/ }).check();
    await profile.getByRole('button', { name: 'Save profile' }).click();
    await shown(heading(page, 'Bea Booked'));
    await shown(page.locator('.page-head').getByText('Admin', { exact: true }));
    await until(async () => assert.equal((await api(states, { id })).agent.role, 'ADMIN'));
  });
  const { createAccessToken } = await api('mutation($a: ID!) { createAccessToken(input: {name: "Bea", agentId: $a}) { token } }', { a: id });
  await step('taken out: the tokens end', async () => {
    await page.getByRole('button', { name: 'Deactivate' }).click();
    await dialog(page, 'Deactivate Bea Booked?').getByRole('button', { name: 'Deactivate agent' }).click();
    await shown(page.locator('.toast'), 'Bea Booked is deactivated.');
    await shown(page.locator('.page-head').getByText('Deactivated', { exact: true }));
    assert.equal((await api(states, { id })).agent.status, 'DEACTIVATED');
    await until(() => assert.rejects(api('{ viewer { role } }', {}, createAccessToken.token), /UNAUTHENTICATED/));
  });
  await step('and in again', async () => {
    await page.getByRole('button', { name: 'Reactivate' }).click();
    await dialog(page, 'Reactivate Bea Booked?').getByRole('button', { name: 'Reactivate agent' }).click();
    await shown(page.locator('.page-head').getByText('Active', { exact: true }));
    assert.equal((await api(states, { id })).agent.status, 'ACTIVE');
  });
});

test('working hours', { once: true }, async ({ page, goto, signIn, step, api, member, looksRight }) => {
  await signIn(member.token); // his own he sets himself
  await goto(`/settings/agents/${member.id}`);
  const hours = page.getByRole('region', { name: 'Working hours' });
  await hours.getByRole('radio', { name: 'In working hours' }).check();
  const at = (name) => hours.getByLabel(name, { exact: true });
  const save = () => hours.getByRole('button', { name: 'Save working hours' }).click();
  await step('windows that overlap are told at the one that does', async () => {
    await at('Add a window to Tuesday').click();
    await focused(at('Tuesday, window 2: from'));
    await value(at('Tuesday, window 2: from'), '18:00');
    await at('Tuesday, window 2: from').fill('16:00');
    await at('Tuesday, window 2: until').fill('20:00');
    await save();
    const error = hours.locator('.error');
    await shown(error);
    await count(error, 1);
    assert.equal(await at('Tuesday, window 2: from').getAttribute('aria-invalid'), 'true');
    assert.equal(await at('Tuesday, window 1: from').getAttribute('aria-invalid'), null);
    await focused(at('Tuesday, window 2: from'));
    await looksRight();
    await at('Tuesday, window 2: from').fill('17:30');
    await gone(error);
  });
  await step('a day off, by hand and by date', async () => {
    await at('Remove Monday, window 1').click();
    await focused(at('Add a window to Monday'));
    await hours.getByRole('button', { name: 'Add date' }).click();
    await focused(hours.getByLabel('Date', { exact: true }));
    const date = `${new Date().getUTCFullYear() + 1}-12-24`;
    await hours.getByLabel('Date', { exact: true }).fill(date);
    await at('Friday, window 1: until').fill('00:00');
    await save();
    await shown(page.locator('.toast'), 'The working hours are saved.');
    const { agent: { schedule } } = await api(states, { id: member.id });
    assert.deepEqual(schedule.weeklyHours.map((w) => `${w.weekday} ${w.from} ${w.until}`).sort(), [
      'FRIDAY 09:00 24:00', 'THURSDAY 09:00 17:00', 'TUESDAY 09:00 17:00', 'TUESDAY 17:30 20:00', 'WEDNESDAY 09:00 17:00',
    ]);
    assert.deepEqual(schedule.dateOverrides, [{ date, windows: [] }]);
  });
  await step('others only read them', async () => {
    await page.getByRole('link', { name: 'Agents', exact: true }).first().click();
    await row(page, 'Olga Owner').getByRole('link', { name: 'Olga Owner' }).click();
    await shown(hours, 'Contacts can book at any time.');
    await count(page.getByRole('main').getByRole('button'), 0);
  });
});
