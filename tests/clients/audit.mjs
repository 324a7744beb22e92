// Puts the server through graphql-http's audits of GraphQL over HTTP; see clients/audit.rs beside the tests.

import { auditServer } from "graphql-http";

const { URL: url, TOKEN: token } = process.env;

const asBearer = (address, options = {}) =>
  fetch(address, { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } });

const audits = await auditServer({ url, fetchFn: asBearer });
const failed = audits.filter((audit) => audit.status !== "ok");
for (const { status, id, name, reason } of failed) {
  console.log(`${status} ${id} ${name}: ${reason}`);
}
console.log(`${audits.length - failed.length} of ${audits.length} audits pass`);
process.exitCode = failed.length ? 1 : 0;
