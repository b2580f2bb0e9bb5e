// The npm client graphql-ws against BASE_URL/graphql/ws:  node sockets.mjs BASE_URL TOKEN
// The programme has a segment with the key "one" and members m1 to m20, none of whom belong to it.
import assert from 'node:assert/strict';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [base, token] = process.argv.slice(2);
if (!base || !token) {
  console.error('usage: node sockets.mjs BASE_URL TOKEN');
  process.exit(2);
}
const url = new URL('/graphql/ws', base.replace(/^http/, 'ws')).href;
const authorization = `Bearer ${token}`;

const EVENTS = `subscription Events($after: String) {
  membershipEvents(segment: {key: "one"}, after: $after) { cursor node { kind member { number } } }
}`;
const ASSIGN = `mutation Assign($input: AssignMembersInput!) { assignMembers(input: $input) { changed userErrors { code } } }`;

const steps = {
  'a client is told of what happens': async () => {
    const client = connect();
    const events = client.iterate({ query: EVENTS });
    const first = events.next();
    await whenItListens(client);
    await assign('m1', 'm2');
    assert.equal((await first).value.data.membershipEvents.node.member.number, 'm1');
    assert.equal((await events.next()).value.data.membershipEvents.node.member.number, 'm2');
    await events.return();
    await client.dispose();
  },

  'a client that was cut off goes on where it was': async () => {
    const seen = [];
    let after;
    const client = connect();
    const follow = async count => {
      const events = client.iterate({ query: EVENTS, variables: { after } });
      const next = events.next();
      if (!after) await whenItListens(client);
      return { events, next, count };
    };
    const take = async ({ events, next, count }) => {
      for (let n = 0; n < count; n += 1) {
        const { value } = await (n === 0 ? next : events.next());
        after = value.data.membershipEvents.cursor;
        seen.push(value.data.membershipEvents.node.member.number);
      }
      await events.return();
    };
    const following = await follow(2);
    await assign('m3', 'm4');
    await take(following);
    client.terminate();
    await assign('m5', 'm6', 'm7');
    await take(await follow(3));
    assert.deepEqual(seen, ['m3', 'm4', 'm5', 'm6', 'm7']);
    await client.dispose();
  },

  'the client itself connects again after it was cut off': async () => {
    const opened = [];
    const client = connect({ retryAttempts: 5, on: { connected: socket => opened.push(socket) } });
    const seen = [];
    const done = new Promise((resolve, reject) =>
      client.subscribe(
        { query: EVENTS },
        { next: ({ data }) => seen.push(data.membershipEvents.node.member.number) === 2 && resolve(), error: reject, complete: () => {} },
      ),
    );
    await whenItListens(client);
    await assign('m8');
    while (seen.length < 1) await pause();
    opened[0].terminate();
    while (opened.length < 2) await pause();
    await whenItListens(client);
    await assign('m9');
    await done;
    assert.deepEqual(seen, ['m8', 'm9']);
    await client.dispose();
  },

  'a query is answered': async () => {
    const client = connect();
    const answers = [];
    for await (const answer of client.iterate({ query: '{ segment(ref: {key: "one"}) { memberCount } }' })) answers.push(answer);
    assert.deepEqual(answers, [{ data: { segment: { memberCount: 9 } } }]);
    await client.dispose();
  },

  'an invalid document is an error of its operation alone': async () => {
    const client = connect();
    for (const query of ['subscription {', 'subscription { nothing }', ASSIGN]) {
      await assert.rejects(
        async () => client.iterate({ query }).next(),
        errors => errors[0].extensions.code === 'BAD_USER_INPUT',
      );
    }
    assert.equal((await client.iterate({ query: '{ __typename }' }).next()).value.data.__typename, 'Query');
    await client.dispose();
  },

  'a bad token is 4403': async () => assert.equal(await closeOf(connect({ connectionParams: { authorization: 'Bearer x' } })), 4403),
  'no token is 4403': async () => assert.equal(await closeOf(connect({ connectionParams: {} })), 4403),
  'no initialisation is 4408': async () => assert.equal(await closeOfRaw([]), 4408),
  'a subscription before the acknowledgement is 4401': async () => assert.equal(await closeOfRaw([subscribe('1')]), 4401),
  'what is no message is 4400': async () => assert.equal(await closeOfRaw(['nonsense']), 4400),
  'an id in use is 4409': async () => assert.equal(await closeOfRaw([init(), subscribe('1'), subscribe('1')]), 4409),
  'a second initialisation is 4429': async () => assert.equal(await closeOfRaw([init(), init()]), 4429),
  'another protocol is 4406': async () => assert.equal(await closeOfRaw([], []), 4406),
  'a page of elsewhere is refused': async () => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { origin: 'https://evil.example.com' });
    const error = await new Promise(resolve => socket.on('error', resolve));
    assert.match(error.message, /403/);
  },
  'the end of the session is 4401': async () => {
    const signIn = `mutation { refreshSession(input: {refreshToken: "none"}) { userErrors { code } } }`;
    assert.deepEqual((await post(signIn)).refreshSession.userErrors.length, 1);
    const closed = closeOfRaw([init(), subscribe('1')]);
    await pause(500);
    await post('mutation { signOut(input: {}) { userErrors { code } } }');
    assert.equal(await closed, 4401);
  },
};

let passed = 0;
let failed = 0;
for (const [name, step] of Object.entries(steps)) {
  try {
    await step();
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log(`failed: ${name}\n  ${String(error?.stack ?? JSON.stringify(error)).replaceAll('\n', '\n  ')}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

function connect(options) {
  return createClient({ url, webSocketImpl: WebSocket, connectionParams: { authorization }, retryAttempts: 0, ...options });
}

/** An operation that was asked for later is answered, so that what was asked for earlier has begun. */
async function whenItListens(client) {
  for await (const _ of client.iterate({ query: '{ __typename }' }));
  await pause(500);
}

/** The code with which the client's socket is closed. */
function closeOf(client) {
  return new Promise((resolve, reject) => {
    client.on('closed', event => resolve(event.code));
    client.subscribe({ query: '{ __typename }' }, { next: () => reject(new Error('it was answered')), error: () => {}, complete: () => {} });
  });
}

/** The code with which a socket is closed that says these messages, each after an answer or a moment. */
function closeOfRaw(messages, protocols = ['graphql-transport-ws']) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols);
    socket.on('error', reject);
    socket.on('close', code => resolve(code));
    socket.on('open', () => messages.forEach(message => socket.send(message)));
  });
}

function init() {
  return JSON.stringify({ type: 'connection_init', payload: { authorization } });
}

function subscribe(id) {
  return JSON.stringify({ type: 'subscribe', id, payload: { query: EVENTS } });
}

async function assign(...members) {
  const input = { segment: { key: 'one' }, members: members.map(number => ({ number })) };
  const { assignMembers } = await post(ASSIGN, { input });
  assert.deepEqual(assignMembers, { changed: members.length, userErrors: [] });
}

async function post(query, variables) {
  const headers = { 'content-type': 'application/json', authorization };
  const answer = await fetch(new URL('/graphql', base), { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined);
  return data;
}

function pause(time = 20) {
  return new Promise(resolve => setTimeout(resolve, time));
}
