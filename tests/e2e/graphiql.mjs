// GraphiQL in a browser, as a user would go through it:  node graphiql.mjs BASE_URL EMAIL PASSWORD
// The browser is the system's Chromium, or the one that CHROMIUM names.
import assert from 'node:assert/strict';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const [base, email, password] = process.argv.slice(2);
if (!base || !email || !password) {
  console.error('usage: node graphiql.mjs BASE_URL EMAIL PASSWORD');
  process.exit(2);
}
const { host, hostname } = new URL(base);
const pageUrl = new URL('/graphiql', base).href;

const TWO_OPERATIONS = `query First { first: __typename }
query Second { second: viewer { user { email } } }`;
const STALE = 'stale-token-of-an-earlier-page';

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', // Chromium refuses to start for root without it.
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${hostname}`,
  ],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
context.setDefaultTimeout(15_000);
const page = await context.newPage();

const foreign = new Set();
const complaints = new Set();
watch();

const form = page.getByRole('form', { name: 'Sign in' });
const headersEditor = page.locator('[aria-label="Headers"] .graphiql-editor:not(.hidden)');
const queryEditor = page.getByRole('region', { name: 'Operation Editor' });
const response = page.locator('.graphiql-response');
let tokens = [];

const steps = {
  'the page opens': async () => {
    const answer = await page.goto(pageUrl);
    assert.equal(answer.status(), 200);
    assert.equal(await page.title(), 'Tessera · GraphiQL');
    await shows(queryEditor, /query\sSegments/);
  },

  'a token left in localStorage does not come back': async () => {
    await savedTab('Segments');
    await page.evaluate(stale => {
      const headers = JSON.stringify({ Authorization: `Bearer ${stale}` });
      const tab = { id: '1', title: 'Old', query: '{ __typename }', variables: null, headers, operationName: null, response: null };
      localStorage.setItem('graphiql:headers', headers);
      localStorage.setItem('graphiql:shouldPersistHeaders', 'true');
      localStorage.setItem('graphiql:tabState', JSON.stringify({ activeTabIndex: 0, tabs: [tab] }));
      localStorage.setItem('graphiql:queries', JSON.stringify({ queries: [{ query: '{ __typename }', headers }] }));
    }, STALE);
    await page.reload();
    await shows(queryEditor, /__typename/);
    assert.ok(!(await textOf(headersEditor)).includes('Bearer'), 'the headers editor shows it');
    assert.ok(!(await stored()).includes(STALE), 'it is still stored');
  },

  'nothing is wrong before signing in': async () => {
    assert.equal((await textOf(response)).trim(), '');
  },

  'a wrong password is refused with a message': async () => {
    await signIn(`${password}, but wrong`);
    const message = form.getByRole('alert');
    await message.waitFor();
    assert.notEqual((await message.innerText()).trim(), '');
  },

  'the right password signs in': async () => {
    const [answer] = await Promise.all([page.waitForResponse(isGraphQL('signIn')), signIn(password)]);
    const payload = (await answer.json()).data.signIn;
    tokens = [payload.accessToken, payload.refreshToken];
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await page.getByRole('banner').getByText(email).waitFor();
  },

  'the token stands in the headers editor': async () => {
    await shows(headersEditor, /"Authorization":\s"Bearer\s/);
    assert.ok((await textOf(headersEditor)).includes(tokens[0]));
  },

  'the documentation shows the types': async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.getByRole('region', { name: 'Documentation Explorer' });
    await docs.getByRole('link', { name: 'Query', exact: true }).click();
    await docs.getByRole('link', { name: 'segments', exact: true }).waitFor();
  },

  'the editor completes fields': async () => {
    await write('{ segm');
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget .monaco-list-row', { hasText: 'segments' }).first().waitFor();
    await page.keyboard.press('Escape');
  },

  'of two operations the chosen one runs': async () => {
    await write(TWO_OPERATIONS);
    // The button has a menu once GraphiQL has seen that there are two.
    await page.locator('button[aria-label^="Execute query"][aria-haspopup="menu"]').click();
    await page.getByRole('menuitem', { name: 'Second' }).click();
    await shows(response, /"second":/);
    const { data, errors } = JSON.parse(await textOf(response));
    assert.deepEqual({ data, errors }, { data: { second: { user: { email } } }, errors: undefined });
  },

  'a subscription shows what it is told': async () => {
    await write('subscription Watch { segmentUpdated { key } }');
    // GraphiQL reads the text a moment later, and only then knows that it is a subscription.
    await savedTab('Watch');
    const [socket] = await Promise.all([page.waitForEvent('websocket'), page.keyboard.press('Control+Enter')]);
    await socket.waitForEvent('framesent', sent => String(sent.payload).includes('subscribe'));
    await new Promise(resolve => setTimeout(resolve, 500));
    const made = await fetch(new URL('/graphql', base), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[0]}` },
      body: JSON.stringify({ query: 'mutation { createSegment(input: {name: "Seen"}) { userErrors { code } } }' }),
    });
    assert.deepEqual((await made.json()).data.createSegment.userErrors, []);
    await shows(response, /"segmentUpdated"/);
    assert.deepEqual(JSON.parse(await textOf(response)), { data: { segmentUpdated: { key: 'seen' } } });
    await Promise.all([socket.waitForEvent('close'), page.getByRole('button', { name: /^Stop query/ }).click()]);
  },

  'a new tab has the token too': async () => {
    await page.getByRole('button', { name: 'New tab' }).click();
    await shows(headersEditor, /"Authorization":\s"Bearer\s/);
  },

  'after a reload the user is signed in, and no token is stored': async () => {
    await savedTab('Watch');
    assert.deepEqual(await storedTokens(), [], 'before the reload');
    await page.reload();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await shows(headersEditor, /"Authorization":\s"Bearer\s/);
    assert.deepEqual(await storedTokens(), [], 'after the reload');
  },

  'signing out leaves nothing behind': async () => {
    await Promise.all([page.waitForResponse(isGraphQL('signOut')), page.getByRole('button', { name: 'Sign out' }).click()]);
    await form.waitFor();
    await shows(queryEditor, /./);
    assert.ok(!(await textOf(headersEditor)).includes('Bearer'), 'the headers editor shows the token');
    assert.deepEqual(await storedTokens(), []);
  },

  'no other host was asked for anything': async () => assert.deepEqual([...foreign], []),

  'the browser had nothing to complain of': async () => assert.deepEqual([...complaints], []),
};

let passed = 0;
let failed = 0;
for (const [name, step] of Object.entries(steps)) {
  try {
    await step();
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log(`failed: ${name}\n  ${String(error.message).replaceAll('\n', '\n  ')}`);
    break; // What comes after stands on it.
  }
}
if (failed) {
  const screenshot = path.join(os.tmpdir(), `tessera-graphiql-${process.pid}.png`);
  await page.screenshot({ path: screenshot });
  console.log(`screenshot: ${screenshot}`);
  for (const url of foreign) console.log(`asked another host: ${url}`);
  for (const complaint of complaints) console.log(`complaint: ${complaint}`);
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

function watch() {
  const isForeign = url => /^(https?|wss?):$/.test(new URL(url).protocol) && new URL(url).host !== host;
  context.route(isForeign, route => {
    foreign.add(route.request().url());
    return route.abort();
  });
  context.on('request', request => isForeign(request.url()) && foreign.add(request.url()));
  page.on('websocket', socket => isForeign(socket.url()) && foreign.add(socket.url()));
  page.on('pageerror', error => complaints.add(error.message));
  page.on('console', message => {
    if (/content security policy/i.test(message.text())) complaints.add(message.text());
  });
}

async function signIn(withPassword) {
  await form.getByLabel('E-mail').fill(email);
  await form.getByLabel('Password').fill(withPassword);
  await form.getByRole('button', { name: 'Sign in' }).click();
}

function isGraphQL(field) {
  return answer => answer.url() === new URL('/graphql', base).href && (answer.request().postData() ?? '').includes(`${field}(`);
}

/** Replaces the text of the query editor as one paste, so that the editor closes no bracket of its own. */
async function write(text) {
  await queryEditor.locator('.view-lines').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}

/** Monaco draws blanks as no-break spaces. */
async function textOf(region) {
  return (await region.locator('.view-lines').innerText()).replaceAll('\u00a0', ' ');
}

/** Waits; a blank in an editor is \s, as `textOf` says. */
async function shows(region, pattern) {
  await region.filter({ hasText: pattern }).waitFor();
}

/** GraphiQL saves its tabs half a second after the last change. */
async function savedTab(title) {
  await page.waitForFunction(wanted => localStorage.getItem('graphiql:tabState')?.includes(wanted), title);
}

function stored() {
  return page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
}

async function storedTokens() {
  const text = await stored();
  return [...tokens, 'Bearer'].filter(token => text.includes(token));
}
