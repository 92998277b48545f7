// What the cases can ask for, whatever the pages are.
import assert from 'node:assert/strict';
import { test, until } from '../index.mjs';

test('requests, receivers, and a server that is killed', async ({ newPage, step, goto, api, book, cancel, reschedule, webhook, owner, member, server }) => {
  await step('the browser has the server', () => goto('/healthz'));
  await step('each case has an app with a member', async () => {
    const { viewer, meetings } = await api('{ viewer { role agent { id } } meetings { totalCount } }');
    assert.deepEqual([viewer.role, viewer.agent.id, meetings.totalCount], ['OWNER', owner.id, 0]);
    assert.equal((await api('{ viewer { role } }', {}, member.token)).viewer.role, 'MEMBER');
  });
  await step('a receiver gets what happens', async () => {
    const receiver = await server.receiver();
    await webhook(receiver.url);
    const meeting = await book();
    await cancel(await reschedule(meeting));
    const got = await receiver.requests(3);
    assert.ok(got[0].body.includes(meeting.id), got[0].body);
    assert.ok(got[0].header['Webhook-Id'], JSON.stringify(got[0].header));
  });
  await step('a receiver answers as told', async () => {
    const receiver = await server.receiver();
    for (const how of [500, 410, 'hang']) {
      await receiver.answer(how);
      const { id } = await webhook(receiver.url);
      const { testWebhook } = await api('mutation($id: ID!) { testWebhook(id: $id, trigger: MEETING_BOOKED) { id } }', { id });
      if (how === 'hang') {
        await receiver.requests(3);
        continue;
      }
      await until(async () => {
        const { delivery } = await api('query($id: ID!) { delivery(id: $id) { attempts { statusCode } } }', { id: testWebhook.id });
        assert.deepEqual(delivery.attempts.map((a) => a.statusCode), [how]);
      });
    }
  });
  await step('a killed server comes back at the same address', async () => {
    await server.kill();
    await assert.rejects(goto('/healthz', await newPage()), /ERR_CONNECTION_REFUSED/);
    await server.restart();
    await goto('/healthz');
  });
});
