// What the scripts beside this one share: they check one thing after the other against a server that
// tests/it/clients has started, and end with how many they have checked.
import assert from 'node:assert/strict';

export const url = process.env.URL;
export const token = process.env.TOKEN;
export const bearer = (secret = token) => `Bearer ${secret}`;

let checked = 0;

/** Runs one check; it must not take for ever. */
export async function check(name, body) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${name}: it took too long`)), 20_000).unref();
  });
  await Promise.race([body(), late]);
  checked += 1;
  console.log(name);
}

/** Ends the script; sockets that are still open do not keep it. */
export function finish() {
  console.log(`${checked} checks`);
  process.exit(0);
}

/** Results without what they cost, which is told with each first one. */
export const withoutCost = (results) => results.map(({ extensions, ...result }) => result);

/** The data that an admin gets over HTTP. */
export async function ask(query, variables = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: bearer(), 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

/** A transaction, and a function that changes its status. */
export async function findTransaction() {
  const { transactions } = await ask('{ transactions(first: 1) { nodes { id } } }');
  const { id } = transactions.nodes[0];
  const set = (status) =>
    ask(
      `mutation($input: OverrideTransactionStatusInput!) {
        overrideTransactionStatus(input: $input) { userErrors { message } } }`,
      { input: { transactionId: id, status, reason: 'OTHER', pinned: false } },
    );
  return { id, set };
}

/** A token of its own, and a function that takes it away. */
export async function newToken() {
  const { createAccessToken } = await ask(
    `mutation { createAccessToken(input: { name: "Guest", role: ANALYST }) {
      secret accessToken { id } userErrors { message } } }`,
  );
  assert.deepEqual(createAccessToken.userErrors, []);
  const { secret, accessToken } = createAccessToken;
  const revoke = () =>
    ask('mutation($id: ID!) { revokeAccessToken(input: { accessTokenId: $id }) { userErrors { message } } }', {
      id: accessToken.id,
    });
  return { secret, revoke };
}

/** The results of an operation that ends by itself, as a client of graphql-ws or graphql-sse gets them. */
export async function results(client, request) {
  const all = [];
  for await (const result of client.iterate(request)) all.push(result);
  return all;
}

/**
 * Follows a transaction and changes it until the follower has heard of it, then once more: what it then hears. The
 * subscription ends with this.
 */
export async function hearOfChange(client, { id, set }) {
  const followed = client.iterate({ query: 'subscription { transactionChanged { id status } }' });
  const next = async () => (await followed.next()).value.data.transactionChanged;
  let heard = null;
  const first = next().then((change) => (heard = change));
  for (let turn = 0; heard === null; turn += 1) {
    await set(['OPEN', 'COMPLETED'][turn % 2]);
    await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 100))]);
  }
  assert.equal(heard.id, id);
  await set('CANCELLED');
  for (; heard.status !== 'CANCELLED'; heard = await next());
  await followed.return();
}
