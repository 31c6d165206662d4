import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE, type D1, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { limitResult, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";
import type { Cost } from "./worker/counting.ts";

const CONTACTS = 100_000;
const QUICK_CONTACTS = 10_000;

/** Contacts that are made together. */
const PAGE = 1_000;

/** Of ten contacts, those that meet the segment. */
const MEETING = 2 / 10;

/** Seconds for 100,000 contacts at most. */
const MAX_SECONDS = 60;

/** Rows written a contact that met it, of those that its conversion alone takes. */
const MAX_RATIO = 1.5;

/** Rows written a contact where nothing changed: how far it came alone. */
const MAX_IDLE_ROWS = 0.002;

type Ask = (step: string, parameters?: Record<string, number>) => Promise<Cost>;

/**
 * Measures how long the sweep over all contacts of a store takes that an activation begins, what it writes, and what
 * the next day's writes, when nobody else has come to meet the segment.
 */
export async function benchSegments({ quick }: RunOptions): Promise<Report> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          name: "segments",
          modules: true,
          script: await bundle("bench/worker/segments.ts"),
          compatibilityDate: COMPATIBILITY_DATE,
          unsafeDirectSockets: [DIRECT_SOCKET],
          bindings: {
            CLICK_TOKEN_KEYS: `1:${Buffer.alloc(32, 7).toString("base64url")}`,
            VISITOR_KEY: "bench-key-of-32-or-more-characters",
          },
          d1Databases: { DB: "bench" },
        },
      ],
    }),
  );
  try {
    const db = await migrate(miniflare, "DB", "segments");
    const url = await miniflare.unsafeGetDirectURL("segments");
    const ask: Ask = async (step, parameters = {}) => {
      const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, `${value}`]));
      const response = await fetch(new URL(`/${step}?${query.toString()}`, url));
      if (!response.ok) throw new Error(`${step}: ${response.status} ${await response.text()}`);
      return await response.json<Cost>();
    };
    return await measure(ask, db, quick ? QUICK_CONTACTS : CONTACTS);
  } finally {
    await miniflare.dispose();
  }
}

async function measure(ask: Ask, db: D1, contacts: number): Promise<Report> {
  await ask("create");
  for (let first = 0; first < contacts; first += PAGE) await ask("contacts", { first, count: PAGE });
  await ask("activate");
  const activation = await swept(ask, db, 0);
  const met = await count(db);
  const idle = await swept(ask, db, 1);
  const bare = await ask("bare", { count: met });
  const expected = contacts * MEETING;
  return {
    results: [
      limitResult("segments-sweep", "s for 100,000 contacts", (activation.seconds * CONTACTS) / contacts, MAX_SECONDS),
      ratioResult(
        "segments-rows",
        "rows written a conversion",
        { value: activation.rows / met, baseline: bare.rows / met },
        { atMost: MAX_RATIO },
      ),
      limitResult("segments-rows-idle", "rows written a contact", idle.rows / contacts, MAX_IDLE_ROWS),
      limitResult("segments-sweep-idle", "s for 100,000 contacts", (idle.seconds * CONTACTS) / contacts, MAX_SECONDS),
    ],
    notes: [
      `Segments: ${readable(contacts)} contacts of one store with fields, orders and events, four conditions; ` +
        `${readable(met)} met them, in ${activation.runs} runs of the cron's job. The next day's sweep looked at the others again.`,
    ],
    faults:
      met === expected && (await count(db)) === met ? [] : [`${expected} contacts met the segment, ${met} converted`],
  };
}

/** Runs the cron's job of a day until its sweep is done. */
async function swept(ask: Ask, db: D1, day: number): Promise<{ seconds: number; rows: number; runs: number }> {
  const started = performance.now();
  for (let [rows, runs] = [0, 1]; ; runs++) {
    rows += (await ask("sweep", { day })).rows;
    const open = await db.prepare("SELECT count(cursor) AS n FROM segment_sweeps").first<number>("n");
    const seconds = (performance.now() - started) / 1000;
    progress(`  day ${day}, run ${runs}: ${readable(seconds)} s`);
    if (open === 0) return { seconds, rows, runs };
  }
}

async function count(db: D1): Promise<number> {
  return (await db.prepare("SELECT count(*) AS n FROM conversions").first<number>("n")) ?? 0;
}
