// A PostgreSQL of its own for a test, as the other tests have it: the server at TEST_POSTGRES_URL, else a cluster that
// lives as long as this process holds its standard input.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import pg from "pg";

/** Opens the server; `make` makes an empty database there and gives its URL. */
export async function openDatabases() {
  const url = process.env.TEST_POSTGRES_URL ?? (await startCluster());
  return {
    async make(name) {
      const made = `${name}_${process.pid}`;
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(`CREATE DATABASE ${made}`);
      await client.end();
      const database = new URL(url);
      database.pathname = `/${made}`;
      return database.href;
    },
  };
}

async function startCluster() {
  const script = fileURLToPath(new URL("../postgres/cluster.sh", import.meta.url));
  // Ctrl-C on a terminal reaches this process alone; the cluster follows when their pipe closes.
  const cluster = spawn("sh", [script], { stdio: ["pipe", "pipe", "inherit"], detached: true });
  const said = [];
  for await (const line of createInterface({ input: cluster.stdout })) {
    if (line.startsWith("postgres://")) {
      return line;
    }
    said.push(line);
  }
  throw new Error(said.join("\n"));
}
