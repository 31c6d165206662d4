import { type ClickDelivery, ingestClicks } from "../../src/clicks/click/ingest.ts";
import { readConfig } from "../../src/ground/config.ts";
import { clickMessages } from "../clicks.ts";
import { type Billed, billing } from "./billing.ts";

/** Clicks of a queue message, and of what the consumer writes in one transaction. */
const MESSAGE = 100;
const BATCH = 500;

/** Columns of the click log but for its number. */
const COLUMNS = [
  ..."id link_id time bucket reason visitor_key window_start unique_of_day country region city colo".split(" "),
  ..."device browser os language referrer_host source utm_source utm_medium utm_campaign utm_term".split(" "),
  ..."utm_content consent consent_source ingested_at".split(" "),
];

/** A midnight before all clicks. */
const SINCE = 20_000;

interface BenchEnv {
  DB: D1Database;
  BARE: D1Database;
  CLICKS_1: D1Database;
  CLICKS_2: D1Database;
  CLICKS_3: D1Database;
  CLICKS_4: D1Database;
}

let groups: ClickDelivery[][] = [];
let rows: Record<string, unknown>[] = [];
let billed: Billed = { read: 0, written: 0 };

const config = readConfig({});

/** The environment of a log in `databases` beside `DB`; 0: in `DB` itself. */
const envs = new Map<number, Env>();

function envOf(env: BenchEnv, databases: number): Env {
  const known = envs.get(databases);
  if (known !== undefined) return known;
  const bound = Object.fromEntries(
    (["CLICKS_1", "CLICKS_2", "CLICKS_3", "CLICKS_4"] as const).slice(0, databases).map((name) => [name, env[name]]),
  );
  // A binding of its own for each: what an isolate knows of a log is kept by it.
  const DB = billing(env.DB, (more) => {
    billed = { read: billed.read + more.read, written: billed.written + more.written };
  });
  const made = { DB, ...bound } as unknown as Env;
  envs.set(databases, made);
  return made;
}

type Step = (env: BenchEnv, argument: (name: string) => number) => Promise<number>;

/** What the benchmark asks for: one step a request, so that it can time each by itself. */
const STEPS: Readonly<Record<string, Step>> = {
  /** Makes the clicks of a slice: of a kind, all repeats of earlier visits, or programs. */
  prepare: async (_env, argument) => {
    const seed = argument("seed");
    const repeats = argument("repeats") === 1;
    const clicks = clickMessages(seed, argument("clicks"));
    if (repeats) {
      // The same visitors a moment later.
      for (const click of clicks) Object.assign(click, { id: `clk_again${click.id.slice(9)}`, time: click.time + 1 });
    }
    groups = batchesOf(clicks, BATCH).map((group) =>
      batchesOf(group, MESSAGE).map((message, index) => ({
        id: `${String(seed).padStart(6, "0")}${repeats ? "r" : "f"}${group[0]?.id.slice(-7) ?? ""}${index}`.padEnd(
          16,
          "x",
        ),
        clicks: message,
      })),
    );
    return clicks.length;
  },

  /** Writes them as the queue's consumer does. */
  ingest: async (env, argument) => {
    billed = { read: 0, written: 0 };
    const target = envOf(env, argument("databases"));
    for (const group of groups) await ingestClicks(target, config, group, Date.now());
    return groups.length;
  },

  /** The same with several transactions at once, as several consumers do. */
  ingestAtOnce: async (env, argument) => {
    const target = envOf(env, argument("databases"));
    const queue = [...groups];
    const consumer = async (): Promise<void> => {
      for (let group = queue.shift(); group !== undefined; group = queue.shift()) {
        await ingestClicks(target, config, group, Date.now());
      }
    };
    await Promise.all([consumer(), consumer(), consumer(), consumer()]);
    return groups.length;
  },

  /** The same without a database behind it: what is left is our own work, and the building of what is sent. */
  work: async (env) => {
    for (const group of groups) await ingestClicks(workEnv(env), config, group, Date.now());
    return groups.length;
  },

  written: async () => billed.written,

  /** Rows read for it, as D1 bills them. */
  readFor: async () => billed.read,

  /** Fetches the rows that came of them. */
  read: async ({ DB }) => {
    const times = groups.flat().flatMap(({ clicks }) => clicks.map(({ time }) => time));
    const ids = new Set(groups.flat().flatMap(({ clicks }) => clicks.map(({ id }) => id)));
    const read = await DB.prepare(`SELECT ${COLUMNS.join()} FROM clicks WHERE time BETWEEN ?1 AND ?2`)
      .bind(Math.min(...times), Math.max(...times))
      .all<Record<string, unknown> & { id: string }>();
    rows = read.results.filter(({ id }) => ids.has(id));
    return rows.length;
  },

  /** How many of them count. */
  counted: async () => rows.filter(({ bucket }) => bucket === "counted").length,

  /** Writes the same rows into a table of the same columns, with no index but its key. */
  bare: async ({ BARE }) => {
    const insert = BARE.prepare(
      `INSERT INTO bare_clicks (${COLUMNS.join()})
       SELECT ${COLUMNS.map((name) => `value ->> '${name}'`).join()} FROM json_each(?1)`,
    );
    for (const batch of batchesOf(rows, BATCH)) await insert.bind(JSON.stringify(batch)).run();
    return rows.length;
  },

  createBare: async ({ BARE }) => {
    await BARE.prepare(`CREATE TABLE bare_clicks (seq INTEGER PRIMARY KEY AUTOINCREMENT, ${COLUMNS.join()})`).run();
    return 0;
  },

  /** Spreads clicks over so many databases from now on. */
  spread: async ({ DB }, argument) => {
    await DB.prepare("INSERT OR REPLACE INTO click_layouts (since_day, databases, created_at) VALUES (?1, ?2, 0)")
      .bind(SINCE, argument("databases"))
      .run();
    return 0;
  },

  /** Size of the database, bytes. */
  size: async ({ DB }) => (await DB.prepare("SELECT 1").run()).meta.size_after,
};

let idle: Env | null = null;

/** An environment whose database takes everything and answers nothing but salts. */
function workEnv(env: BenchEnv): Env {
  if (idle !== null) return idle;
  const statement = { bind: () => statement, first: () => Promise.resolve({ layouts: "[]", hasRows: 0 }) };
  const salts = [{ results: [] }, { results: daysOf().map((day) => ({ day, salt: "A".repeat(43) })) }];
  const DB = { prepare: () => statement, batch: () => Promise.resolve(salts) };
  return (idle = { ...env, DB } as unknown as Env);
}

const daysOf = (): number[] => [
  ...new Set(groups.flat().flatMap(({ clicks }) => clicks.map(({ time }) => Math.floor(time / 86_400_000)))),
];

export default {
  async fetch(request: Request, env: BenchEnv): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const step = STEPS[pathname.slice(1)];
    if (step === undefined) return new Response(null, { status: 404 });
    return Response.json(await step(env, (name) => Number(searchParams.get(name))));
  },
};

function batchesOf<T>(items: readonly T[], size: number): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < items.length; start += size) batches.push(items.slice(start, start + size));
  return batches;
}
