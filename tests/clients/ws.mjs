// The client of the npm package graphql-ws against the server: what it gets, and with which codes it is sent away.
import assert from 'node:assert/strict';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { bearer, check, findTransaction, finish, hearOfChange, newToken, results, token, url, withoutCost } from './checks.mjs';

const NAME = { query: '{ viewer { name } }' };
const FOLLOW = { query: 'subscription { transactionChanged { id } }' };

const open = (options = {}) =>
  createClient({
    url: url.replace('http:', 'ws:'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { Authorization: bearer() },
    ...options,
  });

/** With which code a client is sent away that asks for this. */
async function codeOf(options, request = FOLLOW) {
  const told = await results(open(options), request).catch((closed) => closed);
  assert.equal(typeof told.code, 'number', JSON.stringify(told));
  return told.code;
}

/** Sends this once the client has been let in. */
const thenSend = (text) => ({ on: { connected: (socket) => socket.send(text) } });

await check('a token in connection_init lets in', async () => {
  for (const connectionParams of [{ Authorization: bearer() }, { token }, async () => ({ token })]) {
    const [{ data }] = await results(open({ connectionParams }), NAME);
    assert.equal(data.viewer.name, 'Ada');
  }
});

await check('a token in the header lets in', async () => {
  class Bearing extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { headers: { authorization: bearer() } });
    }
  }
  const client = open({ webSocketImpl: Bearing, connectionParams: undefined });
  assert.deepEqual(withoutCost(await results(client, NAME)), [{ data: { viewer: { name: 'Ada' } } }]);
});

await check('queries and mutations have one result', async () => {
  const client = open();
  const mutation = `mutation($input: UpdateShopSettingsInput!) {
    updateShopSettings(input: $input) { shop { settings { waitDays } } } }`;
  const changed = await results(client, { query: mutation, variables: { input: { waitDays: 3 } } });
  assert.deepEqual(withoutCost(changed), [{ data: { updateShopSettings: { shop: { settings: { waitDays: 3 } } } } }]);
  const named = { query: 'query A { shop { id } } query B { shop { name } }', operationName: 'B' };
  assert.deepEqual(withoutCost(await results(client, named)), [{ data: { shop: { name: 'Tea' } } }]);
});

await check('many operations share a socket', async () => {
  let opened = 0;
  const client = open({ on: { opened: () => (opened += 1) } });
  const all = await Promise.all(Array.from({ length: 20 }, () => results(client, NAME)));
  assert.deepEqual(all.map(withoutCost), Array(20).fill([{ data: { viewer: { name: 'Ada' } } }]));
  assert.equal(opened, 1);
});

await check('what changes is told while somebody listens', async () => {
  const client = open();
  const transaction = await findTransaction();
  await Promise.all([hearOfChange(client, transaction), hearOfChange(client, transaction)]);
});

await check('what cannot be run is an error, what fails while it runs a result', async () => {
  const client = open();
  for (const query of ['{', '{ nothing }', 'subscription { nothing }', 'subscription { ...A }']) {
    await assert.rejects(results(client, { query }), (errors) => {
      assert.equal(errors[0].extensions.code, 'BAD_USER_INPUT');
      return true;
    });
  }
  const refused = await results(client, { query: 'subscription { syncProgress(runId: "x") { id } }' });
  assert.equal(refused[0].errors[0].extensions.code, 'BAD_USER_INPUT');
  assert.equal(refused.length, 1);
});

await check('more operations than one socket may run are RATE_LIMITED', async () => {
  const client = open();
  const followed = Array.from({ length: 20 }, () => client.iterate(FOLLOW));
  followed.forEach((each) => each.next());
  await assert.rejects(results(client, FOLLOW), (errors) => errors[0].extensions.code === 'RATE_LIMITED');
  await followed[0].return();
  await results(client, NAME);
});

await check('pings are answered, and others are', async () => {
  let heard;
  const pong = new Promise((resolve) => (heard = resolve));
  const client = open({ keepAlive: 50, on: { pong: (received) => received && heard() } });
  client.iterate(FOLLOW).next();
  await pong;
  await client.dispose();
});

await check('4400: a message that is none', async () => {
  for (const text of ['{', '[]', '{"type":"hello"}', '"'.repeat(70_000)]) {
    assert.equal(await codeOf(thenSend(text)), 4400);
  }
});

await check('4401: an operation before the greeting', async () => {
  class Hasty extends WebSocket {
    send() {
      super.send(JSON.stringify({ type: 'subscribe', id: '1', payload: NAME }));
    }
  }
  assert.equal(await codeOf({ webSocketImpl: Hasty }), 4401);
});

await check('4403: no token, a bad one, one that is revoked', async () => {
  for (const connectionParams of [undefined, {}, { token: 'cashable_x' }]) {
    assert.equal(await codeOf({ connectionParams }), 4403);
  }
  const { secret, revoke } = await newToken();
  const connectionParams = { token: secret };
  assert.equal(await codeOf({ connectionParams, on: { connected: revoke } }), 4403);
  assert.equal(await codeOf({ connectionParams }), 4403);
});

await check('4408: no greeting', async () => {
  assert.equal(await codeOf({ connectionParams: () => new Promise(() => {}) }), 4408);
});

await check('4409: an id that is in use', async () => {
  const client = open({ generateID: () => 'same' });
  const first = client.iterate(FOLLOW).next();
  const closes = [first, results(client, FOLLOW)].map((each) => assert.rejects(each, { code: 4409 }));
  await Promise.all(closes);
});

await check('4429: a second greeting', async () => {
  assert.equal(await codeOf(thenSend('{"type":"connection_init"}')), 4429);
});

finish();
