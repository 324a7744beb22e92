// The client of the npm package graphql-sse against the server, in its mode of distinct connections.
import assert from 'node:assert/strict';
import { createClient } from 'graphql-sse';
import { bearer, check, findTransaction, finish, hearOfChange, newToken, results, url, withoutCost } from './checks.mjs';

const NAME = { query: '{ viewer { name } }' };
const FOLLOW = { query: 'subscription { transactionChanged { id } }' };

const open = (options = {}) =>
  createClient({
    url,
    retryAttempts: 0,
    headers: { authorization: bearer() },
    ...options,
  });

await check('queries and mutations have one result', async () => {
  const client = open();
  assert.deepEqual(withoutCost(await results(client, NAME)), [{ data: { viewer: { name: 'Ada' } } }]);
  const mutation = `mutation($input: UpdateShopSettingsInput!) {
    updateShopSettings(input: $input) { shop { settings { waitDays } } } }`;
  const changed = await results(client, { query: mutation, variables: { input: { waitDays: 3 } } });
  assert.deepEqual(withoutCost(changed), [{ data: { updateShopSettings: { shop: { settings: { waitDays: 3 } } } } }]);
  const named = { query: 'query A { shop { id } } query B { shop { name } }', operationName: 'B' };
  assert.deepEqual(withoutCost(await results(client, named)), [{ data: { shop: { name: 'Tea' } } }]);
});

await check('what changes is told while somebody listens', async () => {
  const client = open();
  const transaction = await findTransaction();
  await Promise.all([hearOfChange(client, transaction), hearOfChange(client, transaction)]);
});

await check('errors are results, and those before anything ran have no data', async () => {
  for (const query of ['{', '{ nothing }', 'subscription { nothing }', 'subscription { ...A }']) {
    const [result, ...more] = await results(open(), { query });
    assert.equal(result.errors[0].extensions.code, 'BAD_USER_INPUT');
    assert.equal('data' in result, false);
    assert.deepEqual(more, []);
  }
  const [refused] = await results(open(), { query: 'subscription { syncProgress(runId: "x") { id } }' });
  assert.equal(refused.errors[0].extensions.code, 'BAD_USER_INPUT');
});

await check('who is not let in learns it by the status', async () => {
  for (const headers of [{}, { authorization: bearer('cashable_x') }]) {
    await assert.rejects(results(open({ headers }), NAME), (error) => error.response.status === 401);
  }
});

await check('a token that is revoked ends what it opened', async () => {
  const { secret, revoke } = await newToken();
  const headers = { authorization: bearer(secret) };
  const told = await results(open({ headers, on: { connected: revoke } }), FOLLOW).catch((error) => error);
  assert.equal(told.name, 'NetworkError', JSON.stringify(told));
  await assert.rejects(results(open({ headers }), FOLLOW), (error) => error.response.status === 401);
});

finish();
