// A PostgreSQL as the other tests have it: a cluster that lives as long as this process holds its standard input.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import pg from "pg";

/** Starts the server. What this gives makes an empty database there, and tells its URL. */
export async function startPostgres() {
  const url = await startCluster();
  return async (name) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`CREATE DATABASE ${name}`);
    await client.end();
    const database = new URL(url);
    database.pathname = `/${name}`;
    return database.href;
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
