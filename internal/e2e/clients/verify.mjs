// Verifies messages with the published Standard Webhooks library. Reads a line
// of JSON for each from stdin ({"secret", "headers", "body"}, the body in base64)
// and prints ok or bad for each, in order.
//
//   node verify.mjs
import { createInterface } from 'node:readline';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body } = JSON.parse(line);
  const webhook = secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' });
  try {
    webhook.verify(Buffer.from(body, 'base64'), headers, { jsonParse: false });
    console.log('ok');
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    console.log('bad');
  }
}
