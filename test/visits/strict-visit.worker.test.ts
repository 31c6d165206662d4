import { env } from "cloudflare:workers";
import { beforeEach, expect, it, vi } from "vitest";
import { runCron } from "../../src/cron.ts";
import type { ConsentSetting } from "../../src/ground/model/link.ts";
import { id, insertStore, NOW } from "../programme/generation-fixtures.ts";
import { tokenOf } from "../sales/capture-fixtures.ts";
import { DAY, HOUR } from "../sales/order-fixtures.ts";
import { hashOf, visitorId } from "./log-fixtures.ts";
import { insertPlan, tell } from "./take-fixtures.ts";

/** What a browser may say of its consent, and what forbids identifiers whatever it says. */
const STRICT: readonly [
  name: string,
  consent: string,
  headers: Record<string, string>,
  policy: ConsentSetting | null,
][] = [
  ["GPC", "granted", { "Sec-GPC": "1" }, null],
  ["DNT", "granted", { DNT: "1" }, null],
  ["an opt-out", "granted", { Cookie: "wm_optout=1" }, null],
  ["a refusal in the site's cookie", "granted", { Cookie: "wm_consent=denied" }, null],
  ["a refusal", "denied", {}, null],
  ["no answer", "unknown", {}, null],
  ["a strict store", "granted", {}, "strict"],
];

/** Somebody who does what others do, and is told from them by all that a browser has. */
interface Person {
  letter: string;
  /** When they come, ms UTC. */
  time: number;
  address: string;
  agent: string;
}

const ANNA: Person = {
  letter: "a",
  time: NOW + 1_234,
  address: "198.51.100.17",
  agent:
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Mobile/15E148 Safari/604.1",
};
const BERT: Person = {
  letter: "b",
  time: NOW + 3 * HOUR + 5_678,
  address: "203.0.113.99",
  agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
};

/** All that a page could tell, with all ids, also what a snippet of ours would not send without consent. */
async function eventsOf({ letter }: Person, consent: string, linkId: string): Promise<unknown[]> {
  const click = await tokenOf(linkId);
  const origin = {
    referrer: "www.google.com",
    utmSource: null,
    utmMedium: null,
    utmCampaign: `mail-to-${letter}`,
    adIds: ["gclid"],
    click,
  };
  const shared = (n: number) => ({
    v: 1,
    consent,
    id: `${letter}${n}`.padEnd(22, letter),
    view: `view-of-${letter}`.padEnd(22, letter),
    url: "https://shop.example/products/mug?email=someone@shopper.example",
    plan: 1,
    age: 1_000 * n,
    visitor: visitorId(letter),
    visit: { id: `visit-of-${letter}`, page: 2, landing: "/", before: "/", origin },
    entry: true,
    origin,
  });
  return [
    { type: "page", data: {} },
    { type: "engage", data: { ms: 5_000, scroll: 40, n: 1 } },
    { type: "click", data: { rule: "buy" } },
    { type: "download", data: { rule: "guide", file: "guide.pdf" } },
    { type: "form", data: { rule: "contact" } },
    { type: "visible", data: { rule: "teaser" } },
    {
      type: "cart",
      data: { cartId: `cart-of-${letter}`, items: [{ sku: `sku-${letter}`, quantity: 1 }], value: 19.99 },
    },
    { type: "step", data: { step: "shipping", cartId: `cart-of-${letter}` } },
    { type: "cart", data: { cartId: `cart-of-${letter}`, orderId: `order-of-${letter}` } },
    {
      type: "zones",
      data: {
        width: 400,
        height: 2_000,
        band: "narrow",
        cells: { "1:1": 1 },
        fixed: {},
        elements: {},
        rage: {},
        scroll: 3,
      },
    },
    { type: "banner", data: { state: "shown" } },
  ].map((event, n) => ({ ...shared(n), ...event }));
}

type Row = Record<string, unknown>;

/** Every table with its rows. */
async function tables(): Promise<Map<string, Row[]>> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'",
  ).all<{ name: string }>();
  const dumps = results.map(
    async ({ name }) => [name, (await env.DB.prepare(`SELECT * FROM "${name}"`).all<Row>()).results] as const,
  );
  return new Map(await Promise.all(dumps));
}

/** Columns that count; all others of a row say of what. */
const COUNTS = new Set(["views", "entries", "nexts", "visits", "seconds", "count"]);

/** Of what was heard of a store and when, whoever it was of: what two visitors differ in. */
const HEARD: ReadonlySet<string> = new Set([
  "visit_quality.first_at",
  "visit_quality.last_at",
  "visit_writes.received_from",
  "visit_writes.received_to",
]);

/** What a table has, but for counts and when something was heard of. */
function essence(table: string, rows: readonly Row[]): string[] {
  return rows
    .map((row) =>
      JSON.stringify(Object.entries(row).filter(([column]) => !COUNTS.has(column) && !HEARD.has(`${table}.${column}`))),
    )
    .toSorted();
}

/** Columns with a time of the day on which it happened that is finer than the day. */
function timedColumns(dump: ReadonlyMap<string, Row[]>, known: ReadonlySet<string>): string[] {
  const isTime = (value: unknown) => typeof value === "number" && Math.abs(value - NOW) < DAY && value % DAY !== 0;
  const columns = [...dump].flatMap(([table, rows]) =>
    rows
      .filter((row) => !known.has(JSON.stringify(row)))
      .flatMap((row) => Object.entries(row).filter(([, value]) => isTime(value)))
      .map(([column]) => `${table}.${column}`),
  );
  return [...new Set(columns)].toSorted();
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  return () => vi.useRealTimers();
});

/** For so long sums wait to be added, at most, ms. */
const SUMS_WAIT = 6 * 60_000;

/** Somebody visits each of the stores, one for each of {@link STRICT}, and the minute comes in which that is added. */
async function come(person: Person): Promise<void> {
  vi.setSystemTime(person.time);
  for (const [n, [name, consent, headers]] of STRICT.entries()) {
    const events = await eventsOf(person, consent, id("lnk", 901));
    const { response } = await tell(`strict-${n}`, events, {
      ...headers,
      "User-Agent": person.agent,
      "CF-Connecting-IP": person.address,
    });
    expect(response.headers.getSetCookie(), name).toEqual([]);
    const rejected = Array.from({ length: 4 }, () => ({ code: "no_consent" }));
    expect(await response.json(), name).toMatchObject({ accepted: 7, rejected });
  }
  await runCron("* * * * *", env, person.time + SUMS_WAIT);
}

it(`DIO-10: a visit without consent (${STRICT.map(([name]) => name).join(", ")}) is a count and nothing else`, async () => {
  for (const [n, [, , , consentPolicy]] of STRICT.entries()) {
    await insertStore({ id: id("str", n), key: `strict-${n}`, consentPolicy });
    await insertPlan(id("str", n));
  }
  const known = new Set([...(await tables()).values()].flat().map((row) => JSON.stringify(row)));
  await come(ANNA);
  const one = await tables();
  await come(BERT);
  const two = await tables();

  // The second is in no row that the first isn't in: they are counted together.
  for (const [table, rows] of two) {
    if (table !== "visit_writes" && table !== "watermarks") {
      expect(essence(table, rows), table).toEqual(essence(table, one.get(table) ?? []));
    }
  }
  expect(two.get("page_sums")?.map(({ views, page, span }) => ({ views, page, span }))).toEqual(
    STRICT.flatMap(() => ["", "/products/:name"].map((page) => ({ views: 2, page, span: "2026-11-20" }))),
  );
  for (const table of [
    "visit_sums_waiting",
    "visit_log",
    "visitor_days",
    "carts",
    "heat_days",
    "page_outlines",
    "inbox",
  ]) {
    expect(two.get(table), table).toEqual([]);
  }

  // After the night, what told events from others is gone too, and no text or time leads to anybody.
  await runCron("17 3 * * *", env, NOW + 16 * HOUR);
  const left = await tables();
  expect(new Set(left.get("visit_writes")?.map(({ seen }) => seen))).toEqual(new Set([""]));
  const timed = timedColumns(left, known).filter((column) => !column.startsWith("watermarks."));
  expect(timed).toEqual([...HEARD].toSorted());
  const text = JSON.stringify([...left].flatMap(([, rows]) => rows.filter((row) => !known.has(JSON.stringify(row)))));
  for (const { letter, address, agent } of [ANNA, BERT]) {
    const hashes = await Promise.all(STRICT.map((_state, n) => hashOf(visitorId(letter), id("str", n))));
    const ids = ["visit-of", "cart-of", "order-of", "mail-to", "sku"].map((name) => `${name}-${letter}`);
    const traces = [letter.repeat(6), ...ids, ...hashes, address, agent, "someone", "Safari", "Firefox"];
    for (const trace of traces) expect(text).not.toContain(trace);
  }
  const { objects } = await env.ARCHIVE.list();
  const { keys } = await env.LINKS.list();
  expect([...objects, ...keys]).toEqual([]);
});
