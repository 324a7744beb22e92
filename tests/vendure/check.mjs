// Takes orders on their journeys through a real Vendure, syncs Cashable on SQLite and on PostgreSQL after each stage,
// and holds every order at Vendure against what Cashable answers: not one status may be missed.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Cashable } from "./cashable.mjs";
import * as to from "./journeys.mjs";
import { startPostgres } from "./postgres.mjs";
import { openVendure } from "./vendure.mjs";

/** What happens to an order before each sync. */
const JOURNEYS = [
  [[to.paid]],
  [[to.paid], [to.ship], [to.deliver]],
  [[to.paid], [to.ship, to.deliver]],
  [[to.paid, to.ship], [to.deliver]],
  [[to.paid, to.ship, to.deliver]],
  [[], [to.paid, to.ship, to.deliver]],
  [[], [], [to.paid]],
  [[to.paid], [to.shipOne], [to.shipRest], [to.deliver]],
  [[to.paid], [to.shipOne, to.deliver], [to.shipRest, to.deliver]],
  [[to.authorized]],
  [[to.authorized], [to.settle], [to.ship], [to.deliver]],
  [[to.authorized], [to.cancel]],
  [[to.authorized], [to.cancelPayment, to.cancel]],
  [[to.authorized, to.cancelPayment, to.cancel]],
  [[to.paid], [to.cancel]],
  [[to.paid, to.cancel]],
  [[], [to.paid, to.cancel]],
  [[to.paid], [to.ship, to.cancel]],
  [[to.paid, to.ship, to.deliver], [], [to.cancel]],
  [[to.paid], [to.ship, to.deliver], [], [to.cancel]],
  [[to.paid], [to.refundAll, to.cancel]],
  [[to.paid, to.ship, to.deliver], [to.refundPart]],
  [[to.paid], [to.refundPart], [to.ship, to.deliver], [to.refundPart]],
  [[to.paid], [to.cancelOne], [to.refundPart]],
  [[to.paid], [to.beginChanging]],
  [[to.paid], [to.beginChanging, to.makeItTwo], [to.endChanging]],
  [[to.paid], [to.beginChanging, to.makeItFive], [to.awaitRest], [to.payRest, to.endChanging]],
  [[to.basket], [to.checkout], [to.payInVain], [to.payAtOnce]],
  [[to.basket]],
  [[to.basket, to.checkout]],
  [[to.basket, to.checkout, to.payInVain]],
  [[to.draft]],
];

/** What Vendure's states mean. */
const MEANINGS = {
  PaymentAuthorized: "NEW",
  PaymentSettled: "NEW",
  PartiallyShipped: "NEW",
  Shipped: "NEW",
  PartiallyDelivered: "NEW",
  Modifying: "NEW",
  ArrangingAdditionalPayment: "NEW",
  Delivered: "COMPLETE",
  Cancelled: "CANCELLED",
};

/** Whatever was placed until now was placed yesterday, so that no order is found for being new. */
const A_DAY_GOES_BY = `UPDATE "order" SET "updatedAt" = "updatedAt" - interval '1 day',
  "createdAt" = "createdAt" - interval '1 day', "orderPlacedAt" = "orderPlacedAt" - interval '1 day'`;

/** What has been placed, as Vendure's own database has it, beside what was done to it. */
async function placed(vendure, orders) {
  const rows = await vendure.sql(`SELECT id, state, (
      SELECT max("createdAt") FROM history_entry
      WHERE "orderId" = "order".id AND type = 'ORDER_STATE_TRANSITION' AND (data::json)->>'to' = 'Delivered'
    ) AS delivered FROM "order" WHERE "orderPlacedAt" IS NOT NULL`);
  const known = new Map(orders.map((order) => [String(order.id), order]));
  return rows.map(({ id, state, delivered }) => ({ ...known.get(String(id)), id: String(id), state, delivered }));
}

/** What Cashable should say of an order. */
const expected = ({ affiliate, state, delivered, worth, left, refunded }) => ({
  nativeStatus: state,
  status: MEANINGS[state],
  total: money(worth),
  // What a living order has lost in worth is given back. Once nothing depends on an order any more, Cashable looks
  // whether anything was given back once a day only.
  refunded: affiliate && money(state === "Cancelled" ? refunded : Math.max(refunded, worth - left)),
  completedAt: delivered?.toISOString(),
  affiliate,
});

/** What it says. */
const told = ({ affiliate, completedAt, nativeStatus, refunded, status, total }) => ({
  nativeStatus,
  status,
  total: total.amount,
  refunded: affiliate && refunded.amount,
  completedAt: completedAt && new Date(completedAt).toISOString(),
  affiliate: affiliate?.code,
});

const money = (cents) => (cents / 100).toFixed(2);

function compare(there, here, complaints) {
  for (const order of there) {
    const [wanted, found] = [expected(order), here.has(order.id) ? told(here.get(order.id)) : {}];
    for (const field of Object.keys(wanted).filter((field) => (wanted[field] ?? null) !== (found[field] ?? null))) {
      complaints.push(`order ${order.id} (${order.state}): ${field} is ${wanted[field]}, Cashable says ${found[field]}`);
    }
  }
  const known = new Set(there.map(({ id }) => id));
  for (const id of [...here.keys()].filter((id) => !known.has(id))) {
    complaints.push(`order ${id} was never placed, and Cashable has it`);
  }
}

const makeDatabase = await startPostgres();
const vendure = await openVendure(await makeDatabase("vendure"));
const folder = mkdtempSync(join(tmpdir(), "cashable-vendure."));
process.on("exit", () => rmSync(folder, { recursive: true }));
const cashables = {
  SQLite: new Cashable(`sqlite://${folder}/cashable.sqlite`, vendure),
  PostgreSQL: new Cashable(await makeDatabase("cashable"), vendure),
};
const asAdministrator = ["--account", "superadmin", "--secret", "env:VENDURE_PASSWORD"];
await cashables.SQLite.connect(asAdministrator, { affiliate_field: "affiliateCode" });
// Small pages, so that there are many.
const withKey = ["--secret", "env:VENDURE_KEY"];
await cashables.PostgreSQL.connect(withKey, { affiliate_field: "affiliateCode", page_size: 7 });

// Each journey is gone by an order that an affiliate brought, and by one that nobody did.
const travellers = JOURNEYS.flatMap((journey) =>
  ["anna", undefined].map((affiliate) => ({ journey, order: new to.Order(vendure, affiliate) })),
);
const stages = Math.max(...JOURNEYS.map((journey) => journey.length));
const complaints = [];
const seen = new Set();
// After the last stage nothing happens any more.
for (let stage = 0; stage <= stages; stage += 1) {
  for (const { journey, order } of travellers) {
    for (const step of journey[stage] ?? []) {
      await step(order);
    }
    if (order.id && journey[stage]?.length) {
      await order.look();
    }
  }
  if (stage === 0) {
    await vendure.sql(A_DAY_GOES_BY);
  }
  const there = await placed(vendure, travellers.map(({ order }) => order));
  there.forEach(({ state }) => seen.add(state));
  for (const [database, cashable] of Object.entries(cashables)) {
    vendure.questions();
    const run = await cashable.sync();
    const questions = vendure.questions();
    const here = await cashable.orders();
    const before = complaints.length;
    compare(there, here, complaints);
    if (run.state !== "SUCCEEDED" || run.ordersFailed || run.ordersUnmapped || (stage === stages && run.ordersChanged)) {
      complaints.push(`the sync is not as it should be: ${JSON.stringify(run)}`);
    }
    console.log(
      `sync ${stage + 1} on ${database}: ${there.length} orders at Vendure, ${run.ordersChanged} changed, ` +
        `${questions} questions, ${complaints.length - before} complaints`,
    );
  }
}
const states = await vendure.sql(`SELECT state, count(*) FROM "order" GROUP BY state ORDER BY state`);
console.log(states.map(({ state, count }) => `${state} ${count}`).join(", "));
for (const state of Object.keys(MEANINGS).filter((state) => !seen.has(state))) {
  complaints.push(`no order was ever ${state}`);
}
complaints.forEach((complaint) => console.error(complaint));
process.exit(complaints.length ? 1 : 0);
