"use strict";
// A page to ask from. Everything that is shown is put in as text, so that no value becomes markup.

const find = (id) => document.getElementById(id);
const [token, query, variables, answer, status, docs, filter] =
  ["token", "query", "variables", "answer", "status", "docs", "filter"].map(find);

const day = (date) => date.toISOString().slice(0, 10);
const today = new Date();
const yearAgo = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 11, 1));

const EXAMPLES = {
  "Orders report": [`query OrdersReport($filter: OrdersReportFilter) {
  ordersReport(filter: $filter, first: 20) {
    summary { status orders net { amount currency } }
    nodes {
      status
      number
      placedAt
      total { amount currency }
      affiliate { code name }
      transactions { status amount { amount } blockers }
    }
    pageInfo { hasNextPage endCursor }
  }
}`, { filter: { status: ["NEW", "COMPLETE"] } }],
  "KPI by month": [`query Kpi($from: Date!, $to: Date!) {
  kpi(from: $from, to: $to, interval: MONTH) {
    asOf
    currency
    totals { ...figures }
    previous { ...figures }
    points { from kpi { ...figures } }
  }
}

fragment figures on Kpi {
  orders
  completionRate
  revenue { amount }
  commissionCashable { amount }
}`, { from: day(yearAgo), to: day(today) }],
  "Promoted orders": [`query PromotedOrders {
  promotedOrderCounts(first: 20, orderBy: COUNT_DESC) {
    nodes {
      affiliate { code name }
      count
      newOrders
      completeOrders
      cancelledOrders
    }
  }
}`, {}],
  "Last sync": [`query LastSync {
  lastSync {
    finishedAt
    attemptedAt
    nextRunAt
    healthy
    run { state trigger ordersRead ordersChanged transactionsChanged }
  }
}`, {}],
  "My transactions, as an affiliate": [`query MyTransactions {
  viewer {
    role
    affiliate {
      code
      balance { pending { amount currency } cashable { amount } }
    }
  }
  transactions(first: 20) {
    nodes {
      status
      cashable
      amount { amount currency }
      waitsUntil
      blockers
      note
      order { number status placedAt }
    }
  }
}`, {}],
};

const TYPE = "kind name ofType { kind name ofType { kind name ofType { kind name } } }";
const SCHEMA = `{ viewer { name role } __schema { queryType { name } mutationType { name } subscriptionType { name } types {
  kind name description enumValues { name description }
  inputFields { name description type { ${TYPE} } }
  fields { name description type { ${TYPE} } args { name description type { ${TYPE} } } }
} } }`;

async function ask(body) {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token.value.trim()}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: await response.json() };
}

function say(text, bad) {
  status.textContent = text;
  status.classList.toggle("bad", bad);
}

function keep() {
  for (const field of [token, query, variables]) sessionStorage.setItem(field.id, field.value);
}

async function run() {
  keep();
  if (!token.value.trim()) {
    token.focus();
    return say("Give a token first.", true);
  }
  try {
    const given = JSON.parse(variables.value.trim() || "{}");
    const begun = performance.now();
    say("…", false);
    const got = await ask({ query: query.value, variables: given });
    answer.textContent = JSON.stringify(got.answer, null, 2);
    const errors = got.answer.errors ? `, ${got.answer.errors.length} error(s)` : "";
    say(`${got.status}, ${Math.round(performance.now() - begun)} ms${errors}`, Boolean(got.answer.errors));
  } catch (error) {
    say(error instanceof SyntaxError ? `Not JSON: ${error.message}` : `No answer: ${error.message}`, true);
  }
}

function make(tag, text, ...children) {
  const element = document.createElement(tag);
  element.textContent = text ?? "";
  element.append(...children);
  return element;
}

// A type as it is written, with a link to where it is told of.
function written(type) {
  if (type.kind === "NON_NULL") return [...written(type.ofType), "!"];
  if (type.kind === "LIST") return ["[", ...written(type.ofType), "]"];
  const link = make("a", type.name);
  link.href = `#type-${type.name}`;
  link.addEventListener("click", () => {
    filter.value = "";
    sift();
    find(`type-${type.name}`).open = true;
  });
  return [link];
}

function member(field) {
  const args = (field.args ?? []).flatMap((arg, at) => [at ? ", " : "(", `${arg.name}: `, ...written(arg.type)]);
  if (args.length) args.push(")");
  const name = make("dt", field.name, ...args, ...(field.type ? [": ", ...written(field.type)] : []));
  return make("div", "", name, ...(field.description ? [make("dd", field.description)] : []));
}

function entry(type) {
  const members = [...(type.fields ?? []), ...(type.inputFields ?? []), ...(type.enumValues ?? [])];
  const details = make("details", "", make("summary", type.name, make("small", type.kind.toLowerCase().replace("_", " "))));
  details.id = `type-${type.name}`;
  details.words = [type, ...members].map((it) => `${it.name} ${it.description ?? ""}`).join(" ").toLowerCase();
  if (type.description) details.append(make("p", type.description));
  details.append(make("dl", "", ...members.map(member)));
  return details;
}

// Shows the types that have the filter's words, and of each the fields that do, all where its name does.
function sift() {
  const wanted = filter.value.trim().toLowerCase();
  for (const details of docs.querySelectorAll("details")) {
    details.hidden = !details.words.includes(wanted);
    details.open = wanted.length > 2 && !details.hidden;
    const whole = details.id.toLowerCase().includes(wanted);
    for (const field of details.querySelectorAll("dl > div")) {
      field.hidden = !whole && !field.textContent.toLowerCase().includes(wanted);
    }
  }
}

async function learn() {
  if (!token.value.trim()) return;
  try {
    const { answer: got } = await ask({ query: SCHEMA });
    if (!got.data) return docs.replaceChildren(make("p", got.errors[0].message));
    find("bearer-name").textContent = `${got.data.viewer.name}, ${got.data.viewer.role}`;
    const { types, ...roots } = got.data.__schema;
    const first = Object.values(roots).map((root) => root?.name);
    const rank = (type) => (first.includes(type.name) ? first.indexOf(type.name) : first.length);
    const told = types.filter((type) => !type.name.startsWith("__"));
    told.sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
    docs.replaceChildren(...told.map(entry));
    sift();
    docs.querySelector("details").open = true;
  } catch (error) {
    docs.replaceChildren(make("p", `No answer: ${error.message}`));
  }
}

// Tab indents, unless Escape was pressed just before: the keyboard must find a way out.
let leaving = false;
query.addEventListener("keydown", (event) => {
  if (event.key === "Tab" && !event.shiftKey && !leaving) {
    event.preventDefault();
    query.setRangeText("  ", query.selectionStart, query.selectionEnd, "end");
  }
  leaving = event.key === "Escape";
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    run();
  }
});
for (const field of [token, query, variables]) {
  field.value = sessionStorage.getItem(field.id) ?? "";
  field.addEventListener("input", keep);
}
function show([text, values]) {
  query.value = text;
  variables.value = JSON.stringify(values, null, 2);
}
for (const [name, example] of Object.entries(EXAMPLES)) {
  const button = make("button", name);
  button.type = "button";
  button.addEventListener("click", () => { show(example); run(); });
  find("examples").append(button);
}
if (!query.value) show(EXAMPLES["Orders report"]);
find("run").addEventListener("click", run);
filter.addEventListener("input", sift);
find("bearer").addEventListener("submit", (event) => {
  event.preventDefault();
  keep();
  find("bearer-name").textContent = "";
  learn();
});
learn();
