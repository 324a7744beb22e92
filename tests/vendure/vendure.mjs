// A Vendure on the loopback with a small catalog, in an empty database, as whoever runs a shop and as its customers.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

import {
  DefaultJobQueuePlugin,
  DefaultLogger,
  LogLevel,
  TransactionalConnection,
  bootstrap,
  dummyPaymentHandler,
} from "@vendure/core";
import { populate } from "@vendure/core/cli/index.js";

/** Opens one in the database at this URL. */
export async function openVendure(databaseUrl) {
  const port = await freePort();
  const password = randomBytes(16).toString("hex");
  const asked = { questions: 0 };
  const config = configOf(new URL(databaseUrl), port, password, asked);
  const app = await populate(() => bootstrap(config), catalog);
  const address = `http://127.0.0.1:${port}`;
  const admin = await signIn(`${address}/admin-api`, password);
  const variant = await makeProduct(admin);
  const key = await makeKey(admin);
  return {
    address,
    password,
    /** What may read orders, and nothing else. */
    key,
    admin,
    variant,
    /** What a customer does, who is known by a session of his own. */
    customer: () => client(`${address}/shop-api`),
    /** Says something to its database, past its rules. */
    sql: (text) => app.get(TransactionalConnection).rawConnection.query(text),
    /** How many questions Cashable has asked since this was last asked. */
    questions() {
      const { questions } = asked;
      asked.questions = 0;
      return questions;
    },
  };
}

const configOf = (database, port, password, asked) => ({
  logger: new DefaultLogger({ level: LogLevel.Error }),
  apiOptions: {
    hostname: "127.0.0.1",
    port,
    middleware: [{ route: "admin-api", handler: count(asked) }],
  },
  authOptions: {
    tokenMethod: ["bearer", "api-key"],
    superadminCredentials: { identifier: "superadmin", password },
  },
  dbConnectionOptions: {
    type: "postgres",
    // A folder, where the server listens on a socket.
    host: database.searchParams.get("host") ?? database.hostname,
    port: Number(database.port || 5432),
    username: database.username,
    password: database.password,
    database: database.pathname.slice(1),
    synchronize: true,
    logging: false,
  },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  customFields: { Order: [{ name: "affiliateCode", type: "string", nullable: true }] },
  plugins: [DefaultJobQueuePlugin.init({})],
});

const count = (asked) => (request, _response, next) => {
  if (request.get("user-agent")?.startsWith("cashable/")) {
    asked.questions += 1;
  }
  next();
};

const paidBy = (name, automaticSettle) => ({
  name,
  handler: {
    code: dummyPaymentHandler.code,
    arguments: [{ name: "automaticSettle", value: String(automaticSettle) }],
  },
});

const catalog = {
  defaultLanguage: "en",
  defaultZone: "Europe",
  countries: [{ code: "DE", name: "Germany", zone: "Europe" }],
  taxRates: [{ name: "Standard Tax", percentage: 19 }],
  shippingMethods: [{ name: "Parcel", price: 490 }],
  paymentMethods: [paidBy("at-once", true), paidBy("later", false)],
  collections: [],
};

async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  return port;
}

/** Asks an API, and shows the token that it has given. What it refuses is an error. */
function client(url) {
  let token = "";
  return async (query, variables = {}) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
    token = response.headers.get("vendure-auth-token") || token;
    const { data, errors } = await response.json();
    const refused = Object.values(data ?? {}).find((answer) => answer?.errorCode);
    if (errors || refused) {
      throw new Error(`${query}\n${JSON.stringify(variables)}\n${JSON.stringify(errors ?? refused)}`);
    }
    return data;
  };
}

async function signIn(url, password) {
  const admin = client(url);
  const document = `mutation ($password: String!) {
    login(username: "superadmin", password: $password) { ... on ErrorResult { errorCode message } }
  }`;
  await admin(document, { password });
  return admin;
}

/** Makes something to sell, of which there is always more. */
async function makeProduct(admin) {
  const translations = [{ languageCode: "en", name: "Lantern", slug: "lantern", description: "" }];
  const product = await admin(
    `mutation ($input: CreateProductInput!) { createProduct(input: $input) { id } }`,
    { input: { translations } },
  );
  const variant = {
    productId: product.createProduct.id,
    translations: [{ languageCode: "en", name: "Lantern" }],
    sku: "L-1",
    price: 1733,
    trackInventory: "FALSE",
  };
  const made = await admin(
    `mutation ($input: [CreateProductVariantInput!]!) { createProductVariants(input: $input) { id } }`,
    { input: [variant] },
  );
  return made.createProductVariants[0].id;
}

async function makeKey(admin) {
  const role = await admin(
    `mutation ($input: CreateRoleInput!) { createRole(input: $input) { id } }`,
    { input: { code: "reader", description: "reads orders", permissions: ["ReadOrder"] } },
  );
  const translations = [{ languageCode: "en", name: "Cashable" }];
  const made = await admin(
    `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey } }`,
    { input: { roleIds: [role.createRole.id], translations } },
  );
  return made.createApiKey.apiKey;
}
