// Meetings: the list, booking, and what can be done about a meeting.
import assert from 'node:assert/strict';
import { count, gone, shown, test, until, value } from '../index.mjs';

const day = 86_400_000;
const table = (page) => page.getByRole('table', { name: 'Meetings, by day' });
const rowOf = (page, { id }) => table(page).getByRole('row').filter({ has: page.locator(`a[href$="/meetings/${id}"]`) });
const ids = (page) => table(page).locator('a[href*="/meetings/mtg_"]').evaluateAll((links) => links.map((a) => a.href.split('/').at(-1)));
const idOf = (page) => new URL(page.url()).pathname.split('/').at(-1);

const meetingOf = async (api, id) => (await api(`query($id: ID!) { meeting(id: $id) {
  id status start durationMinutes agents { name } cancellation { reason } history { id reschedule { reason } }
  payment { id status method externalPaymentId heldUntil } attendees { id name email status answers { question answer } cancellation { reason } }
} }`, { id })).meeting;

const eventType = async (api, input) => (await api('mutation($in: CreateEventTypeInput!) { createEventType(input: $in) { id } }',
  { in: { durationMinutes: 30, ...input } })).createEventType.id;

/** Chooses a free time behind all that book() takes, the nth of its day, and returns it. */
async function pick(within, nth = 0) {
  for (let i = 0; i < 2; i++) await within.getByRole('button', { name: 'Later two weeks' }).click();
  const time = await freeTime(within, nth);
  await within.locator(`.times input[value="${time}"]`).check();
  return time;
}

/** The nth of the times that are shown, once they are those of the weeks that pick turns to. */
const freeTime = (within, nth) => until(async () => {
  assert.equal(await within.locator('.days').getAttribute('aria-busy'), 'false');
  const time = await within.getByRole('group', { name: /^Time on / }).getByRole('radio').nth(nth).getAttribute('value', { timeout: 1000 });
  assert.ok(Date.parse(time) > Date.now() + 25 * day, time);
  return time;
});

/** Fills in who takes part. */
async function attendee(within, name, email) {
  await within.getByLabel('Name', { exact: true }).fill(name);
  await within.getByLabel('E-mail', { exact: true }).fill(email);
}

test('booked by keyboard alone', { once: true }, async ({ page, step, signIn, goto, looksRight, api }) => {
  const press = (key) => page.keyboard.press(key);
  const tabTo = async (locator) => {
    for (let i = 0; i < 60; i++) {
      await press('Tab');
      if (await locator.evaluate((e) => e === document.activeElement)) return;
    }
    assert.fail(`the focus does not come to ${locator}`);
  };
  await signIn();
  await goto('/meetings');
  await shown(page.getByRole('heading', { name: 'Nothing is coming up' }));
  await tabTo(page.getByRole('link', { name: 'Book meeting' }).first());
  await press('Enter');
  await shown(page.getByRole('heading', { name: 'Book a meeting' }));
  let start;
  await step('a day and a time', async () => {
    await shown(page.getByRole('group', { name: /^Time on / }));
    await tabTo(page.getByRole('button', { name: 'Later two weeks' }));
    await press('Enter');
    await press('Enter');
    await freeTime(page, 0);
    const day = page.getByRole('group', { name: 'Day' }).locator('input:checked');
    const before = await day.getAttribute('value');
    await tabTo(day);
    await press('ArrowRight');
    await until(async () => assert.ok(await day.getAttribute('value') > before));
    await until(async () => { // the times of the day before may still stand there
      await tabTo(page.getByRole('group', { name: /^Time on / }).getByRole('radio').first());
      await press('Space');
      await press('ArrowDown');
      start = await page.locator('.times input:checked').getAttribute('value', { timeout: 500 });
    });
  });
  await step('who', async () => {
    await tabTo(page.getByLabel('Name', { exact: true }));
    await page.keyboard.type('Ana Ruiz');
    await press('Tab');
    await page.keyboard.type('ana@example.org');
    await press('Enter');
  });
  const dialog = page.getByRole('dialog', { name: 'Meeting booked' });
  const token = await step('the manage token', async () => {
    const text = await dialog.getByLabel('Manage token').innerText();
    await looksRight();
    await press('Enter'); // the focus is on how to go on
    await gone(dialog);
    await until(async () => assert.equal(await page.evaluate(() => document.activeElement?.localName), 'h1'));
    return text;
  });
  await step('is shown once', async () => {
    await until(async () => assert.ok(!(await page.content()).includes(token))); // the dialog goes a moment after it is closed
    await page.reload();
    await shown(page.getByRole('heading', { name: 'Intro call', level: 1 }));
    await shown(page.getByText('What happened'));
    await count(page.getByRole('dialog'), 0);
    assert.ok(!(await page.content()).includes(token));
  });
  await step('and is for this meeting', async () => {
    const { meeting } = await api('query($id: ID!) { meeting(id: $id) { status start attendees { name email } } }', { id: idOf(page) }, token);
    assert.deepEqual({ ...meeting, start: new Date(meeting.start).toISOString() }, { status: 'ACTIVE', start, attendees: [{ name: 'Ana Ruiz', email: 'ana@example.org' }] });
  });
});

test('seats and their errors', { once: true }, async ({ page, step, signIn, goto, axe, api }) => {
  const id = await eventType(api, { name: 'Yoga', type: 'GROUP', maxAttendees: 3, questions: [{ question: 'Your level', required: true }] });
  const seat = (n) => page.getByRole('group', { name: `Attendee ${n}` });
  const book = page.getByRole('button', { name: 'Book meeting' });
  const wrong = async (field, text) => { // one field says so, and has the focus
    await shown(page.locator('.error'), text);
    await count(page.locator('[aria-invalid=true]'), 1);
    await until(async () => assert.ok(await field.evaluate((e) => e === document.activeElement)));
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
  };
  await signIn();
  await goto(`/meetings/new?eventType=${id}`);
  await page.getByRole('button', { name: 'Add attendee' }).click();
  await step('no time', async () => {
    await book.click();
    await shown(page.getByRole('alert'), 'Choose a time first.');
  });
  await pick(page);
  await gone(page.getByRole('alert'));
  await attendee(seat(1), 'Ana', 'ana@example.org');
  await attendee(seat(2), 'Ben', 'nonsense');
  await page.getByRole('button', { name: 'Add attendee' }).click();
  await attendee(seat(3), 'Cleo', 'cleo@example.org');
  assert.ok(await page.getByRole('button', { name: 'Add attendee' }).isDisabled());
  await step('at the seat that it is about', async () => {
    await book.click();
    await wrong(seat(2).getByLabel('E-mail', { exact: true }), /./);
  });
  await step('which moves up when one goes', async () => {
    await page.getByRole('button', { name: 'Remove attendee 1' }).click();
    await count(page.getByRole('group', { name: /^Attendee \d/ }), 2);
    await book.click();
    await wrong(seat(1).getByLabel('E-mail', { exact: true }), /./);
    await value(seat(1).getByLabel('E-mail', { exact: true }), 'nonsense');
    await axe();
    await attendee(seat(1), 'Ben', 'ben@example.org');
    await count(page.locator('[aria-invalid=true]'), 0);
  });
  await step('an answer', async () => {
    await seat(1).getByLabel('Your level').fill('Beginner');
    await book.click();
    await wrong(seat(2).getByLabel('Your level'), /Your level/);
    await seat(2).getByLabel('Your level').fill('Guru');
  });
  await step('both are booked', async () => {
    await book.click();
    await page.getByRole('dialog', { name: 'Meeting booked' }).getByRole('button', { name: 'Go on to the meeting' }).click();
    await shown(page.getByText('2 of 3 seats are taken'));
    await shown(page.getByRole('region', { name: 'Attendees' }).getByText('Guru'));
    const { attendees } = await meetingOf(api, idOf(page));
    assert.deepEqual(attendees.map((a) => [a.name, a.email, a.answers[0].answer]), [['Ben', 'ben@example.org', 'Beginner'], ['Cleo', 'cleo@example.org', 'Guru']]);
  });
});

test('a time that another takes', { once: true }, async ({ page, step, signIn, goto, looksRight, api, book }) => {
  await signIn();
  await goto('/meetings/new');
  const taken = await pick(page);
  await attendee(page, 'Slow Sam', 'sam@example.org');
  await page.getByLabel('Notes').fill('Not in a hurry');
  await book({ start: taken, name: 'Fast Fay' });
  await step('is said, and what is free is shown', async () => {
    await page.getByRole('button', { name: 'Book meeting' }).click();
    await shown(page.getByRole('alert'), 'what is free now is shown here');
    await count(page.locator('.times').getByRole('radio', { checked: true }), 0);
    await count(page.locator(`.times input[value="${taken}"]`), 0);
    assert.ok(await freeTime(page, 0) > taken);
    await value(page.getByLabel('Name', { exact: true }), 'Slow Sam');
    await value(page.getByLabel('Notes'), 'Not in a hurry');
    await looksRight();
  });
  await step('another one is booked', async () => {
    const next = await freeTime(page, 0);
    await page.locator(`.times input[value="${next}"]`).check();
    await gone(page.getByRole('alert'));
    await page.getByRole('button', { name: 'Book meeting' }).click();
    await page.getByRole('button', { name: 'Go on to the meeting' }).click();
    const meeting = await meetingOf(api, idOf(page));
    assert.deepEqual([new Date(meeting.start).toISOString(), meeting.attendees[0].name], [next, 'Slow Sam']);
  });
});

test('paid', { once: true }, async ({ page, step, signIn, goto, newPage, axe, expectLive, api }) => {
  const id = await eventType(api, { name: 'Advice', durations: [30, 60], currencyCode: 'EUR', amountOnDuration: { 30: 12.5, 60: 20 }, holdMinutes: 30 });
  await signIn();
  await goto(`/meetings/new?eventType=${id}`);
  await page.getByLabel('1 h · €20.00').check();
  await pick(page);
  await shown(page.getByText('It costs €20.00, and is held for 30 min until that is paid.'));
  await attendee(page, 'Ana Ruiz', 'ana@example.org');
  await page.getByRole('button', { name: 'Book meeting' }).click();
  const held = page.getByRole('dialog', { name: 'Time held' });
  await shown(held.getByText('The time is held until it is paid: €20.00 are due'));
  await held.getByRole('button', { name: 'Go on to the meeting' }).click();
  const payment = page.getByRole('region', { name: 'Payment' });
  const { status, durationMinutes, payment: due } = await meetingOf(api, idOf(page));
  assert.deepEqual([status, durationMinutes, due.status], ['HELD', 60, 'PENDING']);
  await shown(page.getByText('The time is held until it is paid, at most until'));
  await shown(payment.getByText('To be paid'));
  await step('when the hold is over', async () => {
    const late = await newPage();
    await late.clock.setFixedTime(Date.parse(due.heldUntil) + 60_000);
    await goto(`/meetings/${idOf(page)}`, late);
    await shown(late.getByText('It was not paid in time, and the time is free again.'));
    await late.close();
  });
  await step('the payment is recorded', async () => {
    await payment.getByRole('button', { name: 'Record payment…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Record payment' });
    const send = dialog.getByRole('button', { name: 'Record payment' });
    await send.click();
    await shown(dialog.locator('.field', { has: page.getByLabel('Method') }).locator('.error'));
    await axe();
    await dialog.getByLabel('Method').fill('CASH');
    await dialog.getByLabel('Reference').fill('receipt 42');
    await expectLive(() => send.click(), payment.getByText('Paid', { exact: true }));
    await gone(dialog);
    await shown(payment.getByText('receipt 42'));
    await shown(page.locator('.page-head').getByText('Active', { exact: true }));
    await gone(page.getByText('The time is held until it is paid'));
    const now = await meetingOf(api, idOf(page));
    assert.deepEqual([now.status, now.payment.status, now.payment.method, now.payment.externalPaymentId], ['ACTIVE', 'DONE', 'CASH', 'receipt 42']);
  });
});

test('moved twice, and cancelled', { once: true }, async ({ page, step, signIn, goto, looksRight, axe, expectLive, api, book, webhook, server }) => {
  const hook = await webhook((await server.receiver()).url, { description: 'The CRM' });
  const first = await book();
  const story = page.getByRole('region', { name: 'What happened' });
  const chain = page.getByRole('region', { name: 'Reschedule chain' });
  const move = async (reason, check = () => {}) => {
    const from = idOf(page);
    await page.getByRole('button', { name: 'Reschedule' }).click();
    const dialog = page.getByRole('dialog', { name: 'Reschedule' });
    const start = await pick(dialog, 2);
    await dialog.getByLabel('Reason').fill(reason);
    await check();
    await dialog.getByRole('button', { name: 'Reschedule meeting' }).click();
    await until(() => assert.notEqual(idOf(page), from));
    await shown(chain.getByText('This meeting'));
    const meeting = await meetingOf(api, idOf(page));
    assert.equal(new Date(meeting.start).toISOString(), start);
    return meeting;
  };
  await signIn();
  await goto(`/meetings/${first.id}`);
  await step('what happened, and whom it was sent to', async () => {
    await shown(story.getByRole('listitem').filter({ hasText: 'Meeting Booked' }).getByRole('listitem').filter({ hasText: 'The CRM' }), 'Delivered');
    await count(chain, 0);
  });
  const second = await step('moved', () => move('A train was late', looksRight));
  const third = await step('and again', () => move('It rains'));
  assert.deepEqual(third.history.map((m) => m.id), [first.id, second.id, third.id]);
  await step('the chain leads to each of them', async () => {
    await count(chain.getByRole('listitem'), 3);
    await shown(chain.getByRole('listitem').nth(1), 'A train was late');
    await shown(chain.getByRole('listitem').nth(2), 'It rains');
    await chain.getByRole('link').first().click();
    await shown(page.getByText('Moved to another time by Olga Owner'));
    assert.equal(idOf(page), first.id);
    await count(page.getByRole('button', { name: /Reschedule|Cancel meeting/ }), 0);
    await page.getByRole('link', { name: 'see the new meeting' }).click();
    await until(() => assert.equal(idOf(page), second.id));
    await shown(chain.getByRole('listitem').nth(1), 'This meeting');
    await chain.getByRole('link').nth(1).click();
    await until(() => assert.equal(idOf(page), third.id));
  });
  await step('cancelled, which the story tells by itself', async () => {
    await page.getByRole('button', { name: 'Cancel meeting' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel this meeting?' });
    await dialog.getByLabel('Reason').fill('It still rains');
    await axe();
    const told = story.getByRole('listitem').filter({ hasText: 'Meeting Canceled' }).getByRole('listitem').filter({ hasText: 'The CRM' });
    await expectLive(() => dialog.getByRole('button', { name: 'Cancel meeting' }).click(), told, 'Delivered');
    await shown(page.locator('.note', { hasText: 'Cancelled by Olga Owner' }), '“It still rains”');
    const { status, cancellation } = await meetingOf(api, third.id);
    assert.deepEqual([status, cancellation.reason], ['CANCELLED', 'It still rains']);
    await count(page.getByRole('button', { name: 'Cancel meeting' }), 0);
  });
  await looksRight();
  await step('from an event to its delivery, and to why', async () => {
    const { events } = await api('query($id: ID!) { events(first: 10, where: { meetingId: $id }) { edges { node { id trigger } } } }', { id: third.id });
    const { id } = events.edges.map((e) => e.node).find((e) => e.trigger === 'MEETING_CANCELED');
    const canceled = story.getByRole('listitem').filter({ hasText: 'Meeting Canceled' });
    assert.ok((await canceled.getByRole('link', { name: /^Why was this not sent\?/ }).getAttribute('href')).endsWith(`/deliveries/explain?event=${id}`));
    await canceled.getByRole('link', { name: 'The CRM' }).click();
    await shown(page.getByRole('heading', { name: 'Meeting Canceled', level: 1 }));
    const { delivery } = await api('query($id: ID!) { delivery(id: $id) { eventId webhookId } }', { id: idOf(page) });
    assert.deepEqual(delivery, { eventId: id, webhookId: hook.id });
  });
});

test('a group', { once: true }, async ({ page, step, signIn, goto, axe, expectLive, api, book, owner, member }) => {
  const id = await eventType(api, { name: 'Yoga', type: 'GROUP', maxAttendees: 3, agentIds: [owner.id, member.id] });
  const two = { eventTypeId: id, attendees: [{ name: 'Ana', email: 'ana@example.org' }, { name: 'Ben', email: 'ben@example.org' }], agentIds: [owner.id] };
  let lead = 0;
  const soon = await until(() => book({ ...two, start: new Date(Date.now() + (lead += 1500)).toISOString() })); // it may take longer than that
  const later = await book(two);
  const person = (name) => page.getByRole('region', { name: 'Attendees' }).getByRole('listitem').filter({ hasText: name });
  await signIn();
  await goto(`/meetings/${later.id}`);
  await step('a seat is given back', async () => {
    await person('Ben').getByRole('button', { name: 'Cancel seat (Ben)' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel the seat of Ben?' });
    await dialog.getByLabel('Reason').fill('Ill');
    await expectLive(() => dialog.getByRole('button', { name: 'Cancel seat' }).click(), page.getByText('1 of 3 seats are taken'));
    await shown(person('Ben'), 'Seat cancelled by Olga Owner');
    await count(person('Ben').getByRole('button'), 0);
    const { status, attendees } = await meetingOf(api, later.id);
    assert.deepEqual([status, ...attendees.map((a) => a.cancellation?.reason)], ['ACTIVE', undefined, 'Ill']);
  });
  await step('another agent', async () => {
    await page.getByRole('button', { name: 'Reassign' }).click();
    const dialog = page.getByRole('dialog', { name: 'Reassign this meeting' });
    await axe();
    await dialog.getByLabel('Agent').selectOption('Max Member');
    await dialog.getByLabel('Reason').fill('Holidays');
    await expectLive(() => dialog.getByRole('button', { name: 'Reassign meeting' }).click(), page.locator('.page-head').getByText('with Max Member'));
    await shown(page.getByRole('region', { name: 'Details' }).getByText('from Olga Owner by Olga Owner'));
    assert.deepEqual((await meetingOf(api, later.id)).agents, [{ name: 'Max Member' }]);
  });
  await step('who did not come', async () => {
    await goto(`/meetings/${soon.id}`);
    const seen = async () => (await meetingOf(api, soon.id)).attendees.map((a) => a.status);
    await person('Ben').getByRole('button', { name: 'Mark as no-show (Ben)' }).click(); // it is there once the meeting has begun
    await page.getByRole('dialog').getByRole('button', { name: 'Mark as no-show' }).click();
    await shown(person('Ben').getByText('Noted as a no-show by Olga Owner'));
    assert.deepEqual(await seen(), ['ACTIVE', 'NO_SHOW']);
    await shown(page.getByRole('region', { name: 'What happened' }).getByRole('listitem').filter({ hasText: 'Meeting No-show' }), 'Ben');
    await person('Ben').getByRole('button', { name: 'Undo no-show (Ben)' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Undo no-show' }).click();
    await gone(person('Ben').getByText('Noted as a no-show'));
    assert.deepEqual(await seen(), ['ACTIVE', 'ACTIVE']);
  });
});

test('the list is live, and after a cut', async ({ page, step, signIn, goto, expectLive, api, book, cancel, server }) => {
  await signIn();
  await goto('/meetings');
  await shown(page.getByRole('heading', { name: 'Nothing is coming up' }));
  const live = page.locator('.side .live');
  await shown(live, 'Live');
  const meeting = await step('a booking', () => expectLive(() => book({ name: 'Zoe' }), (made) => rowOf(page, made), /Zoe.*Active/s));
  await step('what becomes of it', () => expectLive(() => cancel(meeting), rowOf(page, meeting), 'Cancelled'));
  await step('what happened while it was cut off', async () => {
    await page.evaluate(() => { window.stillHere = true; });
    await server.kill();
    await shown(live, 'Cut off: connecting again…');
    await book({ name: 'Yan' }).catch(() => {}); // where there is another server
    await server.restart();
    await book({ name: 'Xia' });
    await shown(live, 'Live');
    const { meetings } = await api('{ meetings(first: 50, orderBy: { field: START }) { edges { node { id } } } }');
    await until(async () => assert.deepEqual(await ids(page), meetings.edges.map((e) => e.node.id)), 15_000);
    await expectLive(() => book({ name: 'Will' }), (made) => rowOf(page, made), 'Will');
    assert.equal(await page.evaluate(() => window.stillHere), true, 'the page was loaded again');
  });
});

test('days and filters', { once: true }, async ({ page, step, signIn, goto, newPage, looksRight, api, book, cancel, reschedule, owner }) => {
  const noon = Math.floor(Date.now() / day) * day + 10 * day + day / 2; // no clock change brings it near midnight
  const at = (ms) => new Date(noon + ms).toISOString();
  const yoga = await eventType(api, { name: 'Yoga', type: 'GROUP', maxAttendees: 5 });
  const ana = await book({ start: at(0), name: 'Ana Ruiz' });
  const ben = await book({ start: at(7_200_000), name: 'Ben Blau', email: 'ben@example.com', eventTypeId: yoga });
  const moved = await book({ start: at(3_600_000), name: 'Cleo' });
  const cleo = await reschedule(moved, at(day));
  const dora = await cancel(await book({ start: at(day + 3_600_000), name: 'Dora' }));
  const is = (...meetings) => until(async () => assert.deepEqual(await ids(page), meetings.map((m) => m.id)));
  const search = page.getByRole('search', { name: 'Filter meetings' });
  const heads = (on) => table(on).getByRole('rowheader').allInnerTexts();

  await signIn();
  await goto('/meetings');
  await step('under the days on which they begin', async () => {
    await is(ana, moved, ben, cleo, dora);
    const days = await page.evaluate((times) => times.map((t) => new Date(t).toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short' })), [at(0), at(day)]);
    const seen = await heads(page);
    assert.equal(seen.length, 2);
    days.forEach((text, i) => assert.ok(seen[i].startsWith(text), `${seen[i]} is not ${text}`)); // the year may follow
    await shown(rowOf(page, ben), '1 of 5 seats');
  });
  await looksRight();
  const gives = (title, change, query, ...meetings) => step(title, async () => {
    await change();
    await until(() => assert.deepEqual(Object.fromEntries(new URL(page.url()).searchParams), query));
    await is(...meetings);
  });
  const clear = () => search.getByRole('button', { name: 'Clear filters' }).click();
  const dayOf = (ms) => page.evaluate((t) => new Date(t).toLocaleDateString('sv'), at(ms));
  const [one, two] = [await dayOf(0), await dayOf(day)];
  await gives('status', () => search.getByLabel('Status').selectOption('Cancelled'), { status: 'CANCELLED' }, dora);
  await gives('what takes place', () => search.getByLabel('Status').selectOption('Not called off'), { status: 'on' }, ana, ben, cleo);
  await gives('event type', () => search.getByLabel('Event type').selectOption('Intro call'), { status: 'on', eventType: owner.eventTypeId }, ana, cleo);
  await clear();
  await gives('until a day', () => search.getByLabel('Until').fill(one), { until: one }, ana, moved, ben);
  await gives('from a day', async () => {
    await clear();
    await search.getByLabel('From').fill(two);
  }, { from: two }, cleo, dora);
  await clear();
  await gives('an attendee', () => search.getByLabel('Attendee').fill('BEN@example'), { attendee: 'BEN@example' }, ben);
  await step('a reload, and a way there and back', async () => {
    await page.reload();
    await is(ben);
    await value(search.getByLabel('Attendee'), 'BEN@example');
    await rowOf(page, ben).getByRole('link', { name: 'Yoga' }).click();
    await shown(page.getByRole('heading', { name: 'Yoga', level: 1 }));
    await page.goBack();
    await is(ben);
    await value(search.getByLabel('Attendee'), 'BEN@example');
  });
  await gives('nobody', () => search.getByLabel('Attendee').fill('nobody at all'), { attendee: 'nobody at all' });
  await shown(page.getByRole('heading', { name: 'No meeting matches' }));
  await step('upcoming, past and all, on the second day', async () => {
    const then = await newPage();
    await then.clock.setFixedTime(noon + day - 3 * 3_600_000);
    await goto('/meetings', then);
    const views = then.getByRole('navigation', { name: 'Which meetings' });
    const shows = async (...meetings) => until(async () => assert.deepEqual(await ids(then), meetings.map((m) => m.id)));
    await shows(cleo, dora);
    assert.match((await heads(then)).join(), /^Today/);
    await views.getByRole('link', { name: 'Past' }).click();
    await shows(ben, moved, ana);
    assert.match((await heads(then)).join(), /^Yesterday/);
    await views.getByRole('link', { name: 'All' }).click();
    await shows(dora, cleo, ben, moved, ana);
    assert.equal(new URL(then.url()).searchParams.get('view'), 'all');
    await then.goBack();
    await shows(ben, moved, ana);
    await shown(views.getByRole('link', { name: 'Past' }).and(then.locator('[aria-current=page]')));
  });
});

test('who sees what', { once: true }, async ({ page, context, step, signIn, goto, api, book, member }) => {
  const id = await eventType(api, { name: 'Of the member', agentIds: [member.id] });
  const others = await book();
  const own = await book({ eventTypeId: id, name: 'Mia' });
  await step('a member: what is his own', async () => {
    await signIn(member.token);
    await goto('/meetings');
    await until(async () => assert.deepEqual(await ids(page), [own.id]));
    await goto(`/meetings/${own.id}`);
    await shown(page.getByRole('button', { name: 'Cancel meeting' }));
    await goto(`/meetings/${others.id}`);
    await shown(page.getByRole('heading', { name: 'There is no such meeting' }));
  });
  await step('who books for others, too, but does not see it', async () => {
    await page.getByRole('link', { name: 'To the meetings' }).click();
    await page.getByRole('link', { name: 'Book meeting' }).click();
    await page.getByLabel('Event type').selectOption('Intro call');
    const start = await pick(page);
    await attendee(page, 'Nina', 'nina@example.org');
    await page.getByRole('button', { name: 'Book meeting' }).click();
    const dialog = page.getByRole('dialog', { name: 'Meeting booked' });
    await shown(dialog.getByText('It is with Olga Owner: only its agents, owners and admins see it here.'));
    await dialog.locator('footer').getByRole('button', { name: 'Close' }).click();
    await until(async () => assert.deepEqual(await ids(page), [own.id]));
    const { meetings } = await api('query($at: Time!) { meetings(where: { start: $at }) { edges { node { attendees { name } } } } }', { at: start });
    assert.deepEqual(meetings.edges.map((e) => e.node.attendees[0].name), ['Nina']);
  });
  await step('MEETINGS_READ: nothing to press', async () => {
    const { createAccessToken: { token } } = await api('mutation { createAccessToken(input: { name: "Reader", scopes: [MEETINGS_READ] }) { token } }');
    await context.clearCookies();
    await signIn(token);
    await goto('/meetings');
    await shown(rowOf(page, others));
    await count(page.getByRole('link', { name: 'Book meeting' }), 0);
    await count(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^(Deliveries|Webhooks|Tokens)$/ }), 0);
    await goto(`/meetings/${others.id}`);
    const story = page.getByRole('region', { name: 'What happened' });
    await shown(story.getByText('Meeting Booked'));
    await count(story.getByRole('link'), 0);
    await count(page.getByRole('main').getByRole('button'), 0);
    await goto('/meetings/new');
    await shown(page.getByRole('heading', { name: 'This page is not for you' }));
  });
});
