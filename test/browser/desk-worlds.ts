import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { readAdminKey } from "../../scripts/dev-vars.ts";
import { waitUntilUp } from "../../scripts/ready.ts";
import { findFreePort } from "../../scripts/settings.ts";
import { applyMigrations, startWorker } from "../../scripts/wrangler.ts";
import { fillWorld, troubles } from "./desk-world-data.ts";
import { startWaymark } from "./waymark.ts";

/** How long bringing a database up to date may take on a machine that has much to do, ms. */
const START_MS = 150_000;

/** A Waymark that pages of the desk are looked at in. */
export interface DeskWorld {
  /** Without a slash at its end. */
  origin: string;
  /** Of the API, and opens a session of the desk. */
  key: string;
  /** Stops it; its data stay until {@link forget}. */
  stop: () => Promise<void>;
}

/** Where the data of a world are. */
export type State = string;

/** Opens a directory for the data of a world. */
export function newState(): Promise<State> {
  return mkdtemp(join(tmpdir(), "waymark-desk-"));
}

/** Deletes the data of a world that was stopped. */
export async function forget(state: State): Promise<void> {
  await rm(state, { recursive: true, force: true });
}

/** The demo of `npm start`, and something for every page to show. */
export async function openFull(state: State): Promise<DeskWorld> {
  // The first start alone makes the demo, and troubles are written while nothing runs.
  const first = await startWaymark({ state });
  await first.stop();
  await insertTroubles(state);
  const waymark = await startWaymark({ state });
  const { origin } = new URL(waymark.demoLink);
  const key = await readAdminKey();
  try {
    await fillWorld({ api: waymark.api, key, origin });
  } catch (error) {
    await waymark.stop();
    throw error;
  }
  return { origin, key, stop: async () => void (await waymark.stop()) };
}

/** Nothing but the tables. */
export async function openEmpty(state: State): Promise<DeskWorld> {
  await applyMigrations(state, AbortSignal.timeout(START_MS));
  return open(state);
}

/** A world whose database lost all that pages show, though who is signed in is still known. */
export async function openFailing(state: State): Promise<DeskWorld> {
  await withDatabase(state, (db) => {
    const kept = new Set(["desk_sessions", "api_keys", "d1_migrations"]);
    const all = db.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all() as {
      name: string;
      sql: string;
    }[];
    db.exec("PRAGMA foreign_keys = off");
    // A virtual table takes its own tables with it.
    const lost = all.filter(({ name }) => !kept.has(name) && !/^(?:sqlite_|_cf_)/.test(name));
    for (const { name } of lost.toSorted((a, b) => Number(/VIRTUAL/.test(b.sql)) - Number(/VIRTUAL/.test(a.sql)))) {
      db.exec(`DROP TABLE IF EXISTS "${name}"`);
    }
  });
  return open(state, "ignore");
}

async function open(state: State, errors: "inherit" | "ignore" = "inherit"): Promise<DeskWorld> {
  const worker = startWorker({ port: await findFreePort(), state }, {}, errors);
  await waitUntilUp(worker.origin, worker.gone);
  return { origin: worker.origin, key: await readAdminKey(), stop: worker.stop };
}

async function insertTroubles(state: State): Promise<void> {
  await withDatabase(state, (db) => {
    for (const [sql, ...values] of troubles(Date.now() - 3_600_000)) db.prepare(sql).run(...values);
  });
}

/** Opens the file of the database of a world that doesn't run. */
async function withDatabase(state: State, work: (db: DatabaseSync) => void): Promise<void> {
  const folder = join(state, "v3", "d1", "miniflare-D1DatabaseObject");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite");
  for (const file of files) {
    const db = new DatabaseSync(join(folder, file));
    try {
      const isMain = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'desk_sessions'").get() !== undefined;
      if (isMain) work(db);
    } finally {
      db.close();
    }
  }
}
