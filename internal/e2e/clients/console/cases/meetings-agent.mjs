// Meetings, those of one agent.
import assert from 'node:assert/strict';
import { count, shown, test, until, value } from '../index.mjs';

test('the meetings of an agent', { once: true }, async ({ page, goto, signIn, step, api, book, member }) => {
  const { createEventType } = await api('mutation($h: [ID!]) { createEventType(input: {name: "Onboarding", durationMinutes: 30, agentIds: $h}) { id } }', { h: [member.id] });
  await book({ name: 'Ana Ruiz' });
  await book({ name: 'Ben Okafor', eventTypeId: createEventType.id });
  await signIn();
  const select = page.getByLabel('Agent', { exact: true });
  const rows = page.getByRole('main').getByRole('link').filter({ hasText: /Intro call|Onboarding/ });
  await step('an agent leads to his own', async () => {
    await goto(`/settings/agents/${member.id}`);
    await page.getByRole('link', { name: 'Upcoming meetings' }).click();
    await shown(rows, 'Onboarding');
    await count(rows, 1);
    await until(async () => assert.equal(await select.evaluate((e) => e.selectedOptions[0].label), member.name));
  });
  await step('all, and those of another one, in the address', async () => {
    await select.selectOption('');
    await count(rows, 2);
    assert.equal(new URL(page.url()).search, '');
    await select.selectOption({ label: 'Olga Owner' });
    await shown(rows, 'Intro call');
    await count(rows, 1);
  });
  await step('one who is not there', async () => {
    await goto('/meetings?agent=agt_nobody');
    await shown(page.getByRole('heading', { name: 'No meeting matches' }));
    await value(select, 'agt_nobody');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await count(rows, 2);
  });
});
