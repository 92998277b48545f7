// The dashboard: what happens is seen as it happens, also after a cut.
import assert from 'node:assert/strict';
import { count, gone, shown, soon, test, until } from '../index.mjs';

// What is today's depends on when the day ends: for these pages that is half a day away.
const timeZone = (() => {
  const ahead = 12 - new Date().getUTCHours();
  return ahead === 0 ? 'UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`; // the sign of these names is the other way round
})();

/** The next full hour but one: today, in that zone. */
const today = () => new Date((Math.floor(Date.now() / 3_600_000) + 2) * 3_600_000).toISOString();

const figure = (page, name) => page.locator('.figures .card').filter({ has: page.locator('dt', { hasText: name }) }).locator('.value');
const legend = (page, chart, series) => page.getByRole('region', { name: chart, exact: true }).locator('.legend li').filter({ hasText: series }).locator('strong');
const feed = (page) => page.getByRole('region', { name: 'Newest events' });
const live = (page) => page.locator('.as-of').filter({ hasText: ', live.' });

/** What the feed shows, as the API would say it: the trigger and the meeting of each. */
const fed = (page) => feed(page).getByRole('listitem').getByRole('link').evaluateAll((links) => links.map((a) => [a.textContent, a.pathname.split('/').pop()]));

/** The log's newest events, as the feed would show them. */
async function logged(api) {
  const names = { MEETING_BOOKED: 'Meeting Booked', MEETING_CANCELED: 'Meeting Canceled', MEETING_RESCHEDULED: 'Meeting Rescheduled' };
  const { events } = await api('{ events(first: 100) { edges { node { trigger meeting { id } } } } }');
  return events.edges.map(({ node }) => [names[node.trigger], node.meeting.id]).reverse().slice(0, 20);
}

test('first use, and a booking that arrives live', { timeZone }, async ({ page, step, signIn, goto, expectLive, api, book, cancel, webhook, server }) => {
  const receiver = await server.receiver();
  await signIn();
  await page.clock.install(); // today's meetings are looked at every two seconds: that is gone through fast
  await step('nothing has happened: how to begin', async () => {
    await goto('/');
    await shown(page.getByRole('region', { name: 'How to begin' }));
    await shown(live(page));
    await shown(page.getByRole('heading', { name: 'Nothing more today' }));
    assert.equal(await figure(page, 'Booked').textContent(), '0');
    assert.equal(await figure(page, 'Delivered').textContent(), '–');
  });
  await webhook(receiver.url);
  await step('a booking is seen everywhere', async () => {
    const entry = feed(page).getByRole('listitem').filter({ hasText: 'Meeting Booked' }).filter({ hasText: 'Ana Ruiz' });
    const meeting = await expectLive(() => book({ start: today() }), entry);
    await gone(page.getByRole('region', { name: 'How to begin' }));
    await shown(figure(page, 'Booked'), '1');
    await shown(figure(page, 'Upcoming today'), '1');
    await shown(figure(page, 'Delivered'), '100.0%');
    await shown(legend(page, 'Meetings', 'Booked'), '1');
    await shown(legend(page, 'Deliveries', 'Delivered'), '1');
    const row = page.getByRole('region', { name: 'Today’s meetings' }).getByRole('listitem').filter({ hasText: 'Ana Ruiz with Olga Owner' });
    await soon(page, row);
    assert.match(await row.getByRole('link').getAttribute('href'), new RegExp(`/meetings/${meeting.id}$`));
    await step('and so is its end', async () => {
      await cancel(meeting);
      await shown(figure(page, 'Canceled'), '1');
      await shown(figure(page, 'Upcoming today'), '0');
      await shown(feed(page).getByRole('listitem').first(), 'Meeting Canceled');
      await soon(page, row, 'hidden');
    });
    assert.deepEqual(await fed(page), await logged(api));
  });
});

test('the charts by the keyboard, and the window in the address', { once: true, timeZone }, async ({ page, step, signIn, goto, looksRight, axe, book, cancel, webhook, server }) => {
  await webhook((await server.receiver()).url);
  await book({ start: today() });
  await cancel(await book());
  await signIn();
  await goto('/');
  await shown(figure(page, 'Booked'), '2');
  await shown(figure(page, 'Delivered'), '100.0%');
  const plot = page.getByRole('slider', { name: 'Meetings: step' });
  const said = () => plot.getAttribute('aria-valuetext');
  const times = async () => /^(\S+) to (\S+): (\d+) booked, (\d+) rescheduled, (\d+) canceled, (\d+) no-shows$/.exec(await said());
  const press = async (key) => {
    const before = await said();
    await page.keyboard.press(key);
    await until(async () => assert.notEqual(await said(), before));
    return times();
  };
  await step('the arrow keys go through the steps', async () => {
    await plot.focus();
    assert.match(await said(), /^Last 60 minutes\./);
    const last = await press('End');
    assert.ok(last, await said());
    const before = await press('ArrowLeft');
    assert.equal(before[2], last[1], 'it is not the step before');
    const again = await press('ArrowRight');
    assert.equal(again[1], last[1]);
    const earlier = await press('PageDown');
    assert.equal(minutes(earlier[1], last[1]), 10);
    const later = await press('PageUp');
    assert.equal(later[1], last[1]);
    await until(async () => { // unless the window moves on just then
      await page.keyboard.press('Home');
      await until(async () => assert.equal(await plot.getAttribute('aria-valuenow'), '1'), 500);
    });
    assert.equal(await plot.getAttribute('aria-valuemax'), '60');
  });
  await step('what is announced is what the legend says', async () => {
    const steps = [await press('End'), await press('ArrowLeft'), await press('ArrowLeft')]; // a minute may have begun since
    const sum = (of) => steps.reduce((total, one) => total + Number(one[of]), 0);
    assert.deepEqual([sum(3), sum(4), sum(5), sum(6)], [2, 0, 1, 0]);
    assert.equal(await legend(page, 'Meetings', 'Booked').textContent(), steps[2][3]);
    await press('Escape');
    assert.match(await said(), /^Last 60 minutes\./);
    assert.equal(await legend(page, 'Meetings', 'Booked').textContent(), '2');
  });
  await step('a change of the window keeps the page and the focus', async () => {
    const day = page.getByRole('link', { name: 'Day', exact: true });
    await page.evaluate(() => { document.querySelector('page-dashboard').sameAsBefore = true; });
    await day.focus();
    await page.keyboard.press('Enter');
    await shown(page.getByText('Last 24 hours, live.'));
    const after = await page.evaluate(() => ({ search: location.search, focus: document.activeElement.textContent, same: document.querySelector('page-dashboard').sameAsBefore }));
    assert.deepEqual(after, { search: '?window=DAY', focus: 'Day', same: true });
    assert.equal(await day.getAttribute('aria-current'), 'true');
    await shown(legend(page, 'Meetings', 'Booked'), '2');
    await page.goBack();
    await shown(page.getByText('Last 60 minutes, live.'));
    await goto('/?window=WEEK');
    await shown(page.getByText('Last 7 days, live.'));
    await shown(figure(page, 'Booked'), '2');
  });
  await step('the figures as a table', async () => {
    const chart = page.getByRole('region', { name: 'Meetings', exact: true });
    await chart.getByRole('button', { name: 'As a table' }).click();
    const rows = page.getByRole('table', { name: 'Meetings' }).getByRole('row');
    const booked = await rows.locator('td:nth-of-type(1)').allTextContents();
    assert.equal(booked.reduce((sum, n) => sum + Number(n), 0), 2, booked.join(' '));
    await axe();
    await chart.getByRole('button', { name: 'As a chart' }).click();
    await gone(rows.first());
  });
  await looksRight();
});

/** Minutes from one time of day to another, such as 23:55 and 00:05. */
function minutes(from, to) {
  const at = (text) => text.split(':').reduce((sum, n) => sum * 60 + Number(n), 0);
  return (at(to) - at(from) + 1440) % 1440;
}

test('after the server was killed it goes on, and nothing is lost', async ({ page, step, signIn, goto, api, book, cancel, server }) => {
  const meetings = [await book(), await book()];
  const came = []; // ids of the feed's events
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => {
    const event = JSON.parse(payload).payload?.data?.meetingEvents;
    if (event?.trigger) came.push(event.id);
  }));
  await signIn();
  await goto('/');
  await shown(live(page));
  await count(feed(page).getByRole('listitem'), 2);
  await book(); // which comes live, so that it goes on behind it
  await count(feed(page).getByRole('listitem'), 3);
  await shown(figure(page, 'Booked'), '3');
  await page.evaluate(() => { window.stillTheSamePage = 'yes'; });
  await step('what is shown is said to be old', async () => {
    await server.kill();
    await shown(page.getByRole('status').filter({ hasText: /^As of .*, connecting again…/ }));
    await shown(page.getByRole('status').filter({ hasText: 'Cut off: connecting again…' }));
    await shown(page.locator('[data-stale]'));
    assert.equal(await figure(page, 'Booked').textContent(), '3');
  });
  // where there is another server, things go on happening
  const meanwhile = await book().then(() => 1, () => 0);
  await server.restart();
  await cancel(meetings[0]);
  await book();
  await step('and is new again, with all that was missed', async () => {
    await shown(live(page));
    await count(page.locator('[data-stale]'), 0);
    await shown(figure(page, 'Booked'), String(4 + meanwhile));
    await book();
    await shown(figure(page, 'Booked'), String(5 + meanwhile));
    const want = await logged(api);
    assert.equal(want.length, 6 + meanwhile);
    await until(async () => assert.deepEqual(await fed(page), want));
    assert.equal(came.length, want.length - 2, 'what came once comes again, or does not come');
    assert.equal(await page.evaluate(() => window.stillTheSamePage), 'yes', 'the page was loaded again');
  });
});

test('who sees no deliveries', { once: true, timeZone }, async ({ page, step, signIn, goto, looksRight, expectLive, api, book, member, webhook, server }) => {
  await webhook((await server.receiver()).url);
  const { createAccessToken } = await api('mutation($id: ID!) { createAccessToken(input: { name: "Meetings", agentId: $id, scopes: [MEETINGS_READ] }) { token } }', { id: member.id });
  await signIn(createAccessToken.token);
  await page.clock.install();
  await goto('/');
  await step('has no figures of them', async () => {
    await shown(live(page));
    await count(page.locator('.figures dt'), 5);
    for (const name of ['Delivered', 'Failed', 'Answered within']) assert.equal(await page.locator('dt', { hasText: name }).count(), 0, name);
    assert.equal(await page.getByRole('region', { name: 'Deliveries', exact: true }).count(), 0);
    assert.equal(await page.getByRole('link', { name: 'Create webhook' }).count(), 0);
  });
  await step('and of meetings those that he hosts', async () => {
    await book(); // another's
    const { createEventType } = await api('mutation($in: CreateEventTypeInput!) { createEventType(input: $in) { id } }', {
      in: { name: 'His own', slug: 'his-own', durationMinutes: 30, agentIds: [member.id] } });
    await expectLive(() => book({ eventTypeId: createEventType.id, name: 'Bo Lind', start: today() }), feed(page).getByRole('listitem').filter({ hasText: 'Bo Lind' }));
    await shown(figure(page, 'Booked'), '1');
    await count(feed(page).getByRole('listitem'), 1);
    await soon(page, page.getByRole('region', { name: 'Today’s meetings' }).filter({ hasText: 'Bo Lind with Max Member' }));
  });
  await looksRight();
});
