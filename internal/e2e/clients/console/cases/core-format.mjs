// core/format.js: times, numbers and words, in English and in Madrid's time.
import assert from 'node:assert/strict';
import { modules, test } from '../index.mjs';

test('what people read', { once: true }, async ({ page, goto }) => {
  await goto('/sign-in');
  await modules(page);
  const now = Date.UTC(2026, 2, 29, 0, 30); // half an hour before the clocks go forward there
  const ask = (name, rows) => page.evaluate(([name, rows]) => rows.map((args) => window.core.format[name](...args)), [name, rows]);
  const check = async (name, table) => assert.deepEqual(
    (await ask(name, table.map(([args]) => args))).map((text) => (text === null ? null : text.replaceAll(/\s/g, ' '))), table.map(([, want]) => want), name);
  const away = (seconds) => [new Date(now + seconds * 1000).toISOString(), now];
  const [minute, hour, day] = [60, 3600, 86_400];
  await check('relative', [
    [away(0), 'now'], [away(4.9), 'now'], [away(-4.9), 'now'], [away(5), 'in 5 sec'], [away(-5), '5 sec ago'],
    [away(-59.9), '59 sec ago'], [away(-minute), '1 min ago'], [away(minute * 60 - 0.1), 'in 59 min'], [away(hour), 'in 1 hr'],
    [away(2.9 * hour), 'in 2 hr'], [away(-day + 0.1), '23 hr ago'], [away(-day), '1 day ago'], [away(-1.9 * day), '1 day ago'], [away(day), 'in 1 day'],
    [away(14 * day), 'in 14 days'], [away(14 * day + 1), '12 Apr 2026, 02:30'], [away(-14 * day - 1), '15 Mar 2026, 01:29'],
  ]);
  await check('duration', [
    [[0], '0 ms'], [[999.4], '999 ms'], [[999.5], '1.0 s'], [[59_949], '59.9 s'], [[59_951], '1 min'], [[89_000], '1 min'],
    [[3_569_000], '59 min'], [[3_599_000], '1.0 h'], [[5_400_000], '1.5 h'], [[86_219_000], '23.9 h'], [[86_399_000], '1 d'], [[3 * 86_400_000], '3 d'],
  ]);
  await check('dateTime', [[['2026-03-29T00:59:59Z'], '29 Mar 2026, 01:59'], [['2026-03-29T01:00:00Z'], '29 Mar 2026, 03:00'], [['2026-10-25T01:30:00Z'], '25 Oct 2026, 02:30']]);
  await check('timeIn', [[['2026-01-01T12:00:00Z', 'America/New_York'], '07:00 GMT-5'], [['2026-07-01T12:00:00Z', 'Asia/Kolkata'], '17:30 GMT+5:30']]);
  await check('money', [[[12.5, 'EUR'], '€12.50'], [[1234, 'JPY'], 'JP¥1,234'], [[0.1, 'USD'], 'US$0.10'], [[-3, 'GBP'], '-£3.00'], [[12.5, 'no'], '12.5 no'], [[12.5, '<b>'], '12.5 <b>']]);
  await check('words', [[['MEETING_NO_SHOW'], 'Meeting no show'], [['ACTIVE'], 'Active'], [[''], '']]);
  await check('percent', [[[0.995], '99.5%'], [[1], '100%'], [[0], '0%'], [[0.99964], '99.9%'], [[0.0002], '0.1%']]);
  await check('toLocalInput', [[['2026-03-29T00:59:00Z'], '2026-03-29T01:59'], [['2026-03-29T01:00:00Z'], '2026-03-29T03:00'], [['2026-12-31T23:30:00Z'], '2027-01-01T00:30']]);
  await check('fromLocalInput', [
    [['2026-03-29T01:59'], '2026-03-29T00:59:00.000Z'], [['2026-03-29T03:00'], '2026-03-29T01:00:00.000Z'], [['2026-03-29T02:30'], '2026-03-29T01:30:00.000Z'],
    [[''], null], [['soon'], null],
  ]);
});
