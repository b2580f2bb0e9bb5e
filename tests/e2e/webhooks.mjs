// Deliveries as a receiver checks them, with the package of the Standard Webhooks specification:  node webhooks.mjs FILE
//
// FILE holds {"secrets": [...], "strangers": [...], "calls": [{"headers": {...}, "body": "..."}]}: every call must be good for
// each of the secrets and for none of the strangers, and for nobody once a byte is changed.
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';

const { secrets, strangers, calls } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

function verifies(secret, body, headers) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

let verified = 0;
for (const { headers, body } of calls) {
  const moved = { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) };
  const renamed = { ...headers, 'webhook-id': `${headers['webhook-id']}x` };
  for (const secret of secrets) {
    const good = verifies(secret, body, headers);
    const forged = verifies(secret, `${body} `, headers) || verifies(secret, body, moved) || verifies(secret, body, renamed);
    if (!good || forged) {
      console.error(`${headers['webhook-id']}: good ${good}, forged ${forged}`);
      process.exit(1);
    }
    verified += 1;
  }
  if (strangers.some(secret => verifies(secret, body, headers))) {
    console.error(`${headers['webhook-id']} is good for somebody else's secret`);
    process.exit(1);
  }
}
console.log(`${verified} verified`);
