// The audits of graphql-http against BASE_URL/graphql:  node audits.mjs BASE_URL TOKEN
import { serverAudits } from 'graphql-http';

const [base, token] = process.argv.slice(2);
if (!base || !token) {
  console.error('usage: node audits.mjs BASE_URL TOKEN');
  process.exit(2);
}

// The package itself skips nothing. What fails of a MAY it calls a notice, and these three ask for GET, which the server answers with 405: they
// are skipped. That mutations by GET are refused (9C48) must still hold. Every other notice, warning or error is a failure here.
const NEED_GET = new Set(['5A70', 'D6D5', '6A70']);
const EXPECTED = { passed: 58, failed: 0, skipped: 3 };

const audits = serverAudits({
  url: new URL('/graphql', base).href,
  fetchFn: (url, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    return fetch(url, { ...init, headers });
  },
});

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const { id, name, fn } of audits) {
  // A server that is not there, for one, throws.
  const result = await fn().catch(error => ({ status: 'error', reason: String(error.cause ?? error) }));
  if (result.status === 'ok') {
    counts.passed += 1;
  } else if (NEED_GET.has(id) && result.response?.status === 405) {
    counts.skipped += 1;
  } else {
    counts.failed += 1;
    console.log(`${id} ${name}: ${result.reason}${await answerOf(result.response)}`);
  }
}

console.log(`audits: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
const asExpected = Object.entries(EXPECTED).every(([key, count]) => counts[key] === count);
if (!asExpected && counts.failed === 0) console.log(`expected: ${EXPECTED.passed} passed, ${EXPECTED.skipped} skipped`);
process.exit(asExpected ? 0 : 1);

async function answerOf(response) {
  if (!response) return '';
  const body = response.bodyUsed ? '' : await response.text();
  return `\n     ${response.status} ${response.headers.get('content-type') ?? 'without a content-type'} ${body.slice(0, 300)}`;
}
