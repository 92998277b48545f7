// ui/prose.js: what the server says, for people.
import assert from 'node:assert/strict';
import { test } from '../index.mjs';

test('the words of the server', { once: true }, async ({ page, goto }) => {
  await goto('/sign-in');
  const told = await page.evaluate(async (texts) => {
    const at = document.querySelector('script[type=module]').src;
    const [{ plainProse, prose }, { html, render }] = await Promise.all(['ui/prose.js', 'core/dom.js'].map((file) => import(new URL(file, at).href)));
    return texts.map((text) => {
      const room = document.createElement('div');
      render(room, html`${prose(text)}`);
      return { plain: plainProse(text), shown: room.textContent, codes: [...room.querySelectorAll('code')].map((e) => e.textContent), times: [...room.querySelectorAll('time')].map((e) => e.dateTime) };
    });
  }, [
    'it has been failing since 2026-11-22T17:04:05Z: resumeWebhook delivers it',
    'resendDelivery, or replayEvents with onlyFailed for many.',
    'MEETING_BOOKED is not chosen by whk_01m829fhyaer4t69hda8ty3r2a: choose it with updateWebhook',
    'Messages are not signed. rotateWebhookSecret gives it a secret.',
    'paused by <b>Ana</b>',
  ]);
  const plain = [
    'It has been failing since 22 Nov 2026, 18:04: “Resume” delivers it.',
    '“Resend”, or “Replay” with onlyFailed for many.',
    'Meeting Booked is not chosen by whk_01m829fhyaer4t69hda8ty3r2a: choose it with “Edit”.',
    'Messages are not signed. “Rotate secret” gives it a secret.',
    'Paused by <b>Ana</b>.',
  ];
  assert.deepEqual(told.map((t) => t.plain), plain);
  assert.deepEqual(told.map((t) => t.shown), plain);
  assert.deepEqual(told.map((t) => t.codes), [[], ['onlyFailed'], ['whk_01m829fhyaer4t69hda8ty3r2a'], [], []]);
  assert.deepEqual(told.map((t) => t.times), [['2026-11-22T17:04:05Z'], [], [], [], []]);
});
