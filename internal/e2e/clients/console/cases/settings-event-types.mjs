// Settings, Event types: what can be booked.
import assert from 'node:assert/strict';
import { count, gone, shown, test, until } from '../index.mjs';

const heading = (page, name) => page.getByRole('heading', { name, exact: true, level: 1 });
const dialog = (page, name) => page.getByRole('dialog', { name, exact: true });
const row = (page, name) => page.getByRole('row').filter({ hasText: name });
const section = (page, name) => page.locator('details').filter({ has: page.locator('summary', { hasText: name }) });
const focused = (locator) => until(async () => assert.ok(await locator.evaluate((e) => e === document.activeElement), `focus is not on ${locator}`));
const asked = 'query($id: ID!) { eventType(id: $id) { name slug durations amountOnDuration currencyCode active questions { question type required choices } } }';

test('made with a price and questions, changed, archived', { once: true }, async ({ page, goto, signIn, step, api, looksRight, axe }) => {
  await signIn();
  await goto('/settings/event-types');
  await shown(row(page, 'Intro call'), 'Public');
  await page.getByRole('link', { name: 'Create event type' }).click();
  await shown(heading(page, 'Create event type'));
  const create = page.getByRole('button', { name: 'Create event type' });
  const price = section(page, 'Price');
  await step('a wrong price opens the section that it is in', async () => {
    await page.getByLabel('Name', { exact: true }).fill('Advice');
    await page.getByLabel('Other durations').fill('60');
    await price.locator('summary').click();
    await price.getByRole('radio', { name: /^A price/ }).check();
    await price.getByLabel('Currency').fill('eur');
    await price.getByLabel('30 minutes').fill('45,5');
    await price.getByLabel('60 minutes').fill('eighty');
    await price.locator('summary').click();
    await gone(price.getByLabel('60 minutes'));
    await create.click();
    await focused(price.getByLabel('60 minutes'));
    await shown(price.locator('.error'), 'A price such as 12.5 is needed');
    assert.equal(await price.getByLabel('60 minutes').getAttribute('aria-invalid'), 'true');
    assert.equal(await price.getByLabel('30 minutes').getAttribute('aria-invalid'), null);
    await price.getByLabel('60 minutes').fill('80');
    await gone(price.locator('.error'));
  });
  const questions = section(page, 'Questions');
  await step('questions, put in order with the keyboard', async () => {
    await questions.locator('summary').click();
    await questions.getByRole('button', { name: 'Add question' }).focus();
    await page.keyboard.press('Enter');
    await focused(questions.getByLabel('Question', { exact: true }).first());
    await page.keyboard.type('What is it about?');
    await questions.getByLabel('Has to be answered').check();
    await questions.getByRole('button', { name: 'Add question' }).press('Enter');
    const second = questions.getByRole('group', { name: 'Question 2' });
    await focused(second.getByLabel('Question', { exact: true }));
    await page.keyboard.type('Which plan?');
    await second.getByLabel('Answer', { exact: true }).selectOption({ label: 'One of several choices' });
    await second.getByLabel('Choices').fill('Free\n\n Team ');
    await second.getByRole('button', { name: 'Move question 2 up' }).focus();
    await page.keyboard.press('Enter');
    await focused(questions.getByRole('button', { name: 'Move question 1 down' })); // it is the first: up leads nowhere
    assert.ok(await questions.getByRole('button', { name: 'Move question 1 up' }).isDisabled());
    await shown(questions.locator('summary'), '2 questions');
    await looksRight();
  });
  let id;
  await step('made as it was entered', async () => {
    await create.click();
    await shown(heading(page, 'Advice'));
    await shown(page.locator('.toast'), 'Advice is made');
    id = page.url().split('/').at(-1);
    assert.deepEqual((await api(asked, { id })).eventType, {
      name: 'Advice', slug: 'advice', durations: [30, 60], amountOnDuration: { 30: 45.5, 60: 80 }, currencyCode: 'EUR', active: true,
      questions: [
        { question: 'Which plan?', type: 'CHOICE', required: false, choices: ['Free', 'Team'] },
        { question: 'What is it about?', type: 'TEXT', required: true, choices: [] },
      ],
    });
  });
  const free = page.getByRole('region', { name: 'Next free times' });
  await step('the next free times, for each duration', async () => {
    await shown(free.locator('.tag').first());
    await free.getByRole('button', { name: '60 min' }).click();
    await until(async () => assert.equal(await free.getByRole('button', { name: '60 min' }).getAttribute('aria-pressed'), 'true'));
    await shown(free.locator('.tag').first());
    await looksRight();
  });
  await step('switched off there are none', async () => {
    await page.getByRole('checkbox', { name: /^Can be booked/ }).uncheck();
    await page.getByLabel('Name', { exact: true }).fill('Good advice');
    await page.getByRole('button', { name: 'Save event type' }).click();
    await shown(heading(page, 'Good advice'));
    await shown(free, 'None: it is switched off.');
    const { eventType } = await api(asked, { id });
    assert.deepEqual([eventType.name, eventType.active, eventType.questions.length, eventType.amountOnDuration], ['Good advice', false, 2, { 30: 45.5, 60: 80 }]);
  });
  await step('archived it is among the others', async () => {
    await page.getByRole('button', { name: 'Archive' }).click();
    await axe();
    await dialog(page, 'Archive Good advice?').getByRole('button', { name: 'Archive event type' }).click();
    await shown(row(page, 'Intro call'));
    await count(row(page, 'Good advice'), 0);
    await looksRight();
    await page.getByRole('group', { name: 'Which event types' }).getByRole('button', { name: 'Archived' }).click();
    await row(page, 'Good advice').getByRole('link').click();
    await shown(page.getByText('Archived: it cannot be booked any more.'));
    await count(page.getByRole('button', { name: /Save|Archive/ }), 0);
  });
});

test('a member reads', { once: true }, async ({ page, goto, signIn, step, api, owner, member, axe }) => {
  await api('mutation($id: ID!, $in: UpdateEventTypeInput!) { updateEventType(id: $id, input: $in) { id } }', { id: owner.eventTypeId, in: {
    amountOnDuration: { 30: 20 }, currencyCode: 'EUR', bufferBeforeMinutes: 15, questions: [{ question: 'What is it <i>about</i>?', type: 'TEXT', required: true }],
  } });
  await signIn(member.token);
  await goto('/settings/event-types');
  await shown(row(page, 'Intro call'), '€20');
  await count(page.getByRole('link', { name: 'Create event type' }), 0);
  await row(page, 'Intro call').getByRole('link').click();
  await step('what it is, without a form', async () => {
    await shown(heading(page, 'Intro call'));
    const main = page.getByRole('main');
    for (const text of ['30 minutes', 'Olga Owner', '30 min: €20', '15 minutes before', 'What is it <i>about</i>?']) await shown(main.getByText(text).first());
    await count(main.locator('form, input, select, textarea'), 0);
    await count(main.getByRole('button', { name: 'Archive' }), 0);
    await shown(main.getByRole('region', { name: 'Next free times' }).locator('.tag').first());
    await axe();
  });
});
