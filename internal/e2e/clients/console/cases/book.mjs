// The form of a booking, on a phone.
import assert from 'node:assert/strict';
import { shown, test } from '../index.mjs';

test('the fields of the one attendee stand where the others do', { once: true, viewport: 'phone' }, async ({ page, signIn, goto, owner }) => {
  await signIn();
  await goto(`/meetings/new?eventType=${owner.eventTypeId}`);
  const [email, notes] = [page.getByLabel('E-mail'), page.getByLabel('Notes')];
  await shown(email);
  const place = async (field) => {
    const { x, width } = await field.boundingBox();
    return [x, width].map(Math.round);
  };
  assert.deepEqual(await place(email), await place(notes));
});
