// Settings, Routing forms: questions that lead visitors to what suits them.
import assert from 'node:assert/strict';
import { count, gone, shown, test, until, value } from '../index.mjs';

const heading = (page, name) => page.getByRole('heading', { name, exact: true, level: 1 });
const row = (page, name) => page.getByRole('row').filter({ hasText: name });
const focused = (locator) => until(async () => assert.ok(await locator.evaluate((e) => e === document.activeElement), `focus is not on ${locator}`));
const asked = `query($id: ID!) { routingForm(id: $id) { questions { question type }
  routes { match conditions { question operator value } destination { type value } } fallback { type value } } }`;

test('made, put in order, renamed, tried', { once: true }, async ({ page, goto, signIn, step, api, owner, looksRight }) => {
  await signIn();
  await goto('/settings/routing-forms');
  await shown(page.getByRole('heading', { name: 'No routing forms' }));
  await page.getByRole('link', { name: 'Create routing form' }).first().click();
  await shown(heading(page, 'Create routing form'));
  const route = (n) => page.getByRole('group', { name: `Route ${n}`, exact: true });
  const question = (n) => page.getByRole('group', { name: `Question ${n}`, exact: true });
  const make = page.getByRole('button', { name: 'Create routing form' });
  let id;
  await step('two questions and two routes', async () => {
    await page.getByLabel('Name', { exact: true }).fill('Which call?');
    await question(1).getByLabel('Question', { exact: true }).fill('Plan');
    await question(1).getByLabel('Answer', { exact: true }).selectOption({ label: 'One of several choices' });
    await question(1).getByLabel('Choices').fill('Free\nTeam');
    await page.getByRole('button', { name: 'Add question' }).click();
    await question(2).getByLabel('Question', { exact: true }).fill('Seats');
    await question(2).getByLabel('Answer', { exact: true }).selectOption({ label: 'Number' });
    await page.getByRole('button', { name: 'Add route' }).click();
    await route(1).getByRole('button', { name: 'Add condition' }).click();
    await route(1).getByLabel('Value').selectOption('Team');
    await route(1).getByLabel('Leads to').selectOption({ label: 'A message' });
    await page.getByRole('button', { name: 'Add route' }).click();
    await route(2).getByRole('button', { name: 'Add condition' }).click();
    await route(2).getByLabel('Answer to').selectOption({ label: 'Seats' });
    await route(2).getByLabel('Comparison').selectOption({ label: 'is more than' });
    await route(2).getByLabel('Value').fill('50');
    await route(2).getByLabel('Event type').selectOption({ label: 'Intro call' });
  });
  await step('what the server refuses is told at the route', async () => {
    await make.click();
    await focused(route(1).getByLabel('Message'));
    await shown(route(1).locator('.error'));
    await looksRight();
    await route(1).getByLabel('Message').fill('Ask your team');
    await gone(route(1).locator('.error'));
  });
  await step('the second comes first, by keyboard', async () => {
    await route(2).getByRole('button', { name: 'Move route 2 up' }).focus();
    await page.keyboard.press('Enter');
    await focused(route(1).getByRole('button', { name: 'Move route 1 down' }));
    await value(route(2).getByLabel('Message'), 'Ask your team');
    await make.click();
    await shown(heading(page, 'Which call?'));
    id = page.url().split('/').at(-1);
    const { routingForm } = await api(asked, { id });
    assert.deepEqual(routingForm.routes, [
      { match: 'ALL', conditions: [{ question: 'Seats', operator: 'GREATER_THAN', value: '50' }], destination: { type: 'EVENT_TYPE', value: owner.eventTypeId } },
      { match: 'ALL', conditions: [{ question: 'Plan', operator: 'EQUALS', value: 'Team' }], destination: { type: 'CUSTOM_MESSAGE', value: 'Ask your team' } },
    ]);
  });
  await step('a condition goes along with its question', async () => {
    await question(2).getByLabel('Question', { exact: true }).fill('How many seats?');
    await question(2).getByRole('button', { name: 'Move question 2 up' }).click();
    await until(async () => assert.equal(await route(1).getByLabel('Answer to').evaluate((e) => e.selectedOptions[0].textContent), 'How many seats?'));
    await page.getByRole('button', { name: 'Save routing form' }).click();
    await shown(page.locator('.toast'), 'Which call? is saved.');
    const { routingForm } = await api(asked, { id });
    assert.deepEqual(routingForm.questions, [{ question: 'How many seats?', type: 'NUMBER' }, { question: 'Plan', type: 'CHOICE' }]);
    assert.deepEqual(routingForm.routes.map((r) => r.conditions[0].question), ['How many seats?', 'Plan']);
  });
  await step('a test answer leads where it should', async () => {
    await page.getByRole('link', { name: 'Use and test' }).click();
    const trial = page.getByRole('region', { name: 'Try it' });
    await trial.getByLabel('How many seats?').fill('many');
    await trial.getByRole('button', { name: 'Submit a test answer' }).click();
    await focused(trial.getByLabel('How many seats?'));
    await shown(trial.locator('.error'));
    await trial.getByLabel('How many seats?').fill('60');
    await trial.getByLabel('Plan').selectOption('Team');
    await trial.getByRole('button', { name: 'Submit a test answer' }).click();
    await shown(trial.getByRole('status').getByRole('link', { name: 'Intro call' }));
    await trial.getByLabel('How many seats?').fill('5');
    await trial.getByRole('button', { name: 'Submit a test answer' }).click();
    await shown(trial.getByRole('status'), 'Ask your team');
    await looksRight();
  });
  await step('and stands among the submissions', async () => {
    await page.getByRole('link', { name: 'Submissions', exact: true }).click();
    await count(page.getByRole('row'), 3); // with the head
    await shown(row(page, '60'), 'Intro call');
    await shown(row(page, 'Ask your team'), 'Team');
    await row(page, '60').locator('summary').click();
    await shown(row(page, '60').getByText('console-test'));
    await looksRight();
    await page.getByRole('link', { name: 'Routing forms', exact: true }).first().click();
    await shown(row(page, 'Which call?'), 'Published');
    await looksRight();
  });
});

test('a submission arrives by itself', async ({ page, goto, signIn, step, api, expectLive, member }) => {
  const { createRoutingForm: { id } } = await api(`mutation { createRoutingForm(input: {name: "Which call?", questions: [{question: "Plan", type: TEXT}],
    routes: [{conditions: [{question: "Plan", operator: EQUALS, value: "Team"}], destination: {type: CUSTOM_MESSAGE, value: "Ask your team"}}]}) { id } }`);
  const submit = (answer) => api('mutation($in: SubmitRoutingFormInput!) { submitRoutingForm(input: $in) { result { value } } }', { in: { routingFormId: id, answers: [{ question: 'Plan', answer }] } });
  await submit('Free');
  await signIn();
  await goto(`/settings/routing-forms/${id}?tab=submissions`);
  await shown(row(page, 'Free'));
  await shown(page.getByText('Live', { exact: true }));
  await expectLive(() => submit('Team'), row(page, 'Ask your team'));
  await step('a member reads the form', async () => {
    await signIn(member.token);
    await goto(`/settings/routing-forms/${id}`);
    const main = page.getByRole('main');
    await shown(main.getByText('Message “Ask your team”'));
    await count(main.locator('form, input'), 0);
  });
});
