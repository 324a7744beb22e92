// The program `cashable` as whoever runs it knows it: its commands, and what its API answers.

import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const program = process.env.CASHABLE;

/** A shop in an empty database, connected to a Vendure. */
export class Cashable {
  constructor(databaseUrl, vendure) {
    this.environment = {
      ...process.env,
      CASHABLE_DATABASE_URL: databaseUrl,
      CASHABLE_ALLOW_PRIVATE_SOURCES: "true",
      VENDURE_PASSWORD: vendure.password,
      VENDURE_KEY: vendure.key,
    };
    this.vendure = vendure;
  }

  /** Connects with credentials, as the command takes them. */
  async connect(credentials, settings) {
    await this.run("migrate", "up");
    const shop = ["--name", "lanterns", "--currency", "USD", "--time-zone", "Europe/Berlin", "--sync", "on"];
    await this.run("shop", "create", ...shop);
    const source = ["--shop", "lanterns", "--kind", "vendure", "--address", this.vendure.address];
    await this.run("source", "add", ...source, ...credentials, "--settings", JSON.stringify(settings));
  }

  /** A sync, and what the API says of it. */
  async sync() {
    await this.run("sync", "--shop", "lanterns");
    this.ask ??= await this.serve();
    const { syncRuns } = await this.ask(
      "{ syncRuns(first: 1) { nodes { state error ordersRead ordersChanged ordersFailed ordersUnmapped } } }",
    );
    return syncRuns.nodes[0];
  }

  /** All orders, by Vendure's ids. */
  async orders() {
    const document = `{ ordersReport(first: 250) {
      nodes { externalId nativeStatus status total { amount } refunded { amount } completedAt affiliate { code } }
    } }`;
    const { ordersReport } = await this.ask(document);
    return new Map(ordersReport.nodes.map((order) => [order.externalId, order]));
  }

  async run(...words) {
    const { stdout } = await promisify(execFile)(program, words, { env: this.environment });
    return stdout.trim();
  }

  /** Starts the server, which ends with this process, and gives what asks it. */
  async serve() {
    const token = await this.run("token", "create", "--shop", "lanterns", "--role", "admin");
    const server = spawn(program, ["serve", "--listen", "127.0.0.1:0"], {
      env: { ...this.environment, NO_COLOR: "1" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    process.on("exit", () => server.kill());
    const url = await addressIn(server.stderr);
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    return async (query) => {
      const response = await fetch(`${url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) });
      const { data, errors } = await response.json();
      if (errors) {
        throw new Error(JSON.stringify(errors));
      }
      return data;
    };
  }
}

/** The address that a server says it listens on; whatever it says instead is why it does not. */
async function addressIn(log) {
  const said = [];
  for await (const line of createInterface({ input: log })) {
    said.push(line);
    const address = line.match(/listening on (http:\S+)/)?.[1];
    if (address) {
      log.resume();
      return address;
    }
  }
  throw new Error(said.join("\n"));
}
