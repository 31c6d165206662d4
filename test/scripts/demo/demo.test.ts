import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY_MS, DAYS, dayOf } from "../../../scripts/demo/days.ts";
import { CREATORS } from "../../../scripts/demo/definitions.ts";
import { framed } from "../../../scripts/demo-page.ts";
import { landingPage } from "../../../scripts/demo-store-pages.ts";
import { isFresh, makeData, wasBrokenOff } from "../../../scripts/start-data.ts";
import { tellStory } from "../../../scripts/demo/story.ts";
import { bundle, openData, write } from "../../../scripts/demo/write.ts";
import { nameOf, owedBy, settledAt, sumsBy } from "./recount.ts";

const KEY = "test-bootstrap-key-of-32-or-more-characters";
const VARIABLES = {
  ADMIN_API_KEY: KEY,
  CLICK_TOKEN_KEYS: `1:${Buffer.alloc(32, 7).toString("base64url")}`,
  VISITOR_KEY: "test-visitor-key-of-32-or-more-characters",
};
const PLACE = { origin: "http://127.0.0.1:8787", shopOrigin: "http://127.0.0.1:8788", adminKey: KEY };

/** Two histories, which are written and opened side by side, on a slow machine, ms. */
const WRITTEN_MS = 90_000;

/** Linux's directory in memory: on a disk each write would be waited for. */
const MEMORY = "/dev/shm";

const NOW = Date.now();
const STORY = tellStory(NOW);
const SPAN = `from=${dayOf(STORY.begin)}&to=${dayOf(STORY.end - 1)}`;

/** A row of a report. */
interface Row {
  name: string | null;
  start: string | null;
  clicks: number;
  conversions: number;
  salesMinor: number;
  commissionMinor: number;
}

/** A history that was written, and how it is asked. */
interface Written {
  ask: <Answer>(path: string) => Promise<Answer>;
  /** Follows a link as a browser on this machine does. */
  follow: (slug: string) => Promise<Response>;
  close: () => Promise<void>;
}

async function open(script: Promise<string>): Promise<Written> {
  const state = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "waymark-demo-"));
  const secrets = await write({ state, variables: VARIABLES, history: { now: NOW, ...PLACE } });
  expect(secrets).toEqual({
    demo: expect.stringMatching(/^\w{20,}$/),
    "demo-shopify": expect.stringMatching(/^\w{20,}$/),
  });
  const miniflare: Miniflare = await openData(state, { waymark: await script }, VARIABLES);
  return {
    ask: async <Answer>(path: string) => {
      const response = await miniflare.dispatchFetch(`${PLACE.origin}/api/v1${path}`, {
        headers: { Authorization: `Bearer ${KEY}` },
      });
      expect(response.status, path).toBe(200);
      return (await response.json()) as Answer;
    },
    follow: async (slug) => {
      const headers = { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0" };
      const init = { redirect: "manual", headers } as const;
      return (await miniflare.dispatchFetch(`${PLACE.origin}/${slug}`, init)) as unknown as Response;
    },
    close: async () => {
      await miniflare.dispose();
      await rm(state, { recursive: true, force: true });
    },
  };
}

/** Rows by what `key` names them. */
function byName(rows: readonly Row[], key: (row: Row) => string | null) {
  const numbers = rows.flatMap((row) => {
    const { clicks, conversions, salesMinor, commissionMinor } = row;
    const name = key(row);
    const isNothing = clicks + conversions + salesMinor + commissionMinor === 0;
    return name === null || isNothing ? [] : [[name, { clicks, conversions, salesMinor, commissionMinor }] as const];
  });
  return Object.fromEntries(numbers);
}

describe("the demo's history, as it is written into workerd's own storage", () => {
  let written: [Written, Written];

  beforeAll(async () => {
    const script = bundle("src/index.ts");
    written = await Promise.all([open(script), open(script)]);
  }, WRITTEN_MS);

  afterAll(async () => {
    for (const one of written) await one.close();
  });

  const rows = async (path: string, of = 0) => (await written[of]?.ask<{ data: Row[] }>(path))?.data ?? [];

  it("DSH: reports by creator, campaign and day equal a recount of what was sent", async () => {
    const creators = await rows(`/reports/creators?${SPAN}`);
    expect(byName(creators, ({ name }) => name)).toEqual(sumsBy(STORY, ({ creator }) => nameOf(creator)));
    const campaigns = await rows(`/reports/campaigns?${SPAN}`);
    expect(byName(campaigns, ({ name }) => name)).toEqual(sumsBy(STORY, ({ campaign }) => campaign));
    const days = await rows(`/reports/creators?${SPAN}&interval=day&limit=1000`);
    const dayKey = (name: string | null, day: string) => (name === null ? null : `${name} ${day}`);
    expect(byName(days, ({ name, start }) => dayKey(name, (start ?? "").slice(0, 10)))).toEqual(
      sumsBy(STORY, ({ creator, at }) => dayKey(nameOf(creator), dayOf(at))),
    );
  });

  it("DSH: what is owed and what was paid equals a recount, too", async () => {
    const [first] = written;
    const { end, month } = settledAt(STORY);
    const paid = owedBy(STORY, month, "demo");
    const [payout] = (await first.ask<{ data: { status: string; total: { amountMinor: number } }[] }>("/payouts")).data;
    expect(payout).toMatchObject({
      status: "paid",
      total: { amountMinor: Object.values(paid).reduce((sum, amount) => sum + amount, 0) },
    });
    const creators = await first.ask<{ data: { id: string; firstName: string; lastName: string }[] }>("/creators");
    const names = new Map(creators.data.map(({ id, firstName, lastName }) => [id, `${firstName} ${lastName}`]));
    const { data } = await first.ask<{ data: { creatorId: string; balance: { amountMinor: number } }[] }>(
      "/ledger/balances",
    );
    const owed = owedBy(STORY, end);
    expect(
      Object.fromEntries(data.map(({ creatorId, balance }) => [names.get(creatorId), balance.amountMinor])),
    ).toEqual(Object.fromEntries(Object.entries(owed).map(([name, sum]) => [name, sum - (paid[name] ?? 0)])));
    const periods = await first.ask<{ data: { to: string; lockedAt: string | null }[] }>("/periods");
    expect(periods.data.map(({ to, lockedAt }) => [Date.parse(to), lockedAt !== null])).toEqual([
      [STORY.books.nextTo, false],
      [STORY.books.to, true],
    ]);
  });

  it("has what waits for somebody: a leak, an order of two, one held back, a difference with the shop, an account", async () => {
    const [first] = written;
    const alarms = await first.ask<{ data: { kind: string; subject: string }[] }>("/alarms");
    expect(alarms.data.map(({ kind }) => kind).toSorted()).toEqual(["code_leak", "orders_contested"]);
    const orders = await first.ask<{ data: { status: string; trust: string }[] }>("/orders?limit=200");
    const count = (wanted: string) => orders.data.filter(({ status }) => status === wanted).length;
    expect([count("contested"), count("disputed")]).toEqual([1, 1]);
    expect(Math.min(...["approved", "pending", "paid", "declined", "orphan"].map(count))).toBeGreaterThan(2);
    expect(orders.data.every(({ trust }) => trust === "confirmed")).toBe(true);
    const [compared] = (await first.ask<{ data: { id: string }[] }>("/reconciliations")).data;
    const found = await first.ask<{ data: { class: string }[] }>(
      `/reconciliations/${compared?.id}/discrepancies?limit=200`,
    );
    const classes = found.data.map((row) => row.class).filter((name) => name !== "matched");
    expect(classes.toSorted()).toEqual(["amount_mismatch", "code_without_conversion"]);
    const proposals = await first.ask<{ data: { id: string }[] }>("/payout-detail-proposals?state=open");
    expect(proposals.data).toHaveLength(1);
    const account = await first.ask<object>(`/payout-detail-proposals/${proposals.data[0]?.id}`);
    expect(account).toMatchObject({
      inForce: { accountHolder: "Nina Costa", iban: expect.stringMatching(/1332$/) },
      details: { iban: expect.stringMatching(/6789$/) },
      changed: ["iban"],
      stale: false,
    });
    const calls = await first.ask<{ data: unknown[] }>("/calls?limit=200");
    expect(calls.data).toHaveLength(STORY.calls.length);
    const made = await first.ask<{ data: { origin: string }[] }>("/conversions?limit=200");
    expect(made.data.filter(({ origin }) => origin === "manual")).toHaveLength(STORY.signUps.length);
    const inbox = await first.ask<{ data: unknown[] }>("/inbox?verdict=refused&limit=1");
    expect(inbox.data).toEqual([]);
  });

  it("calls its shop the same on its pages, at the desk and to creators", async () => {
    const { data } = await written[0].ask<{ data: { key: string; name: string; brandName: string | null }[] }>(
      "/stores",
    );
    const store = data.find(({ key }) => key === "demo");
    const { html } = framed(landingPage(new URL("http://shop.invalid/")), { waymark: PLACE.origin, store: "demo" });
    expect(html).toContain(`<h1><a href="/">${store?.name}</a></h1>`);
    expect([null, store?.name]).toContain(store?.brandName);
  });

  it("says of what has to be decided when it became known, and what a code took off", async () => {
    const [first] = written;
    for (const status of ["contested", "disputed"]) {
      const { data } = await first.ask<{
        data: { placedAt: string; createdAt: string; codes: string[]; discount: { amountMinor: number } }[];
      }>(`/orders?status=${status}`);
      const [order] = data;
      expect(Date.parse(order?.createdAt ?? "") - Date.parse(order?.placedAt ?? "")).toBeLessThan(10_000);
      expect(order?.codes.length).toBeGreaterThan(0);
      expect(order?.discount.amountMinor).toBeGreaterThan(0);
    }
  });

  it("paid nobody of whom it didn't know where", async () => {
    const [first] = written;
    const { data: payouts } = await first.ask<{ data: { id: string; paidAt: string }[] }>("/payouts");
    const { data: lines } = await first.ask<{ data: { creatorId: string }[] }>(`/payouts/${payouts[0]?.id}/lines`);
    expect(lines).toHaveLength(CREATORS.length);
    for (const { creatorId } of lines) {
      const details = await first.ask<{ method: string; updatedAt: string }>(`/creators/${creatorId}/payout-details`);
      expect(Date.parse(details.updatedAt)).toBeLessThan(STORY.begin);
    }
  });

  it("keeps nothing on a device before the shop's banner is answered", async () => {
    const response = await written[0].follow("lea");
    expect(response.status).toBe(302);
    expect(response.headers.get("Location")).toContain("wm_click=");
    expect(response.headers.get("Set-Cookie")).toBeNull();
  });

  it("is the same each time on a day", async () => {
    for (const path of [
      `/reports/creators?${SPAN}&interval=day&limit=1000`,
      `/reports/devices?${SPAN}`,
      `/reports/countries?${SPAN}`,
      `/reports/traffic?${SPAN}`,
    ]) {
      // Ids are drawn anew; lists are in their order.
      const texts = await Promise.all(
        written.map(async ({ ask }) => {
          const { data } = await ask<{ data: object[] }>(path);
          return data
            .map((row) => JSON.stringify(row, (key, value: unknown) => (key.endsWith("Id") ? "" : value)))
            .toSorted();
        }),
      );
      expect(texts[0]).toEqual(texts[1]);
    }
  });
});

it(
  "is put in its place as a whole, whatever an earlier start left behind",
  async () => {
    const state = await mkdtemp(join(tmpdir(), "waymark-first-"));
    try {
      const { signal } = new AbortController();
      await mkdir(join(state, "first-start", "v3"), { recursive: true });
      expect([isFresh(state), wasBrokenOff(state)]).toEqual([true, true]);
      await makeData(state, null, signal);
      expect([isFresh(state), wasBrokenOff(state)]).toEqual([false, false]);
      expect(await readdir(state)).toEqual(["v3"]);
      const stopped = AbortSignal.abort(new Error("stopped"));
      await rm(join(state, "v3"), { recursive: true });
      await expect(makeData(state, null, stopped)).rejects.toThrow("stopped");
      expect(await readdir(state)).toEqual([]);
    } finally {
      await rm(state, { recursive: true, force: true });
    }
  },
  WRITTEN_MS,
);

describe("the story", () => {
  it.each(["2026-01-01", "2026-03-01", "2026-03-05", "2026-03-29", "2026-10-26", "2026-12-31"])(
    "told on %s is of sixty days before it, and closes a month of theirs",
    (day) => {
      const now = Date.parse(`${day}T13:00:00Z`);
      const { begin, end, clicks, orders, calls, signUps, account, books } = tellStory(now);
      expect([dayOf(end), dayOf(begin)]).toEqual([day, dayOf(Date.parse(`${day}T12:00:00Z`) - DAYS * DAY_MS)]);
      const times = [
        ...clicks.map(({ at }) => at),
        ...orders.flatMap(({ placedAt, later }) => [placedAt, ...later.map(({ at }) => at)]),
        ...[...calls, ...signUps, account].map(({ at }) => at),
        account.linkedAt,
        books.reconciledAt,
        books.lockedAt,
        books.paidAt,
      ];
      expect(Math.min(...times)).toBeGreaterThanOrEqual(begin);
      expect(Math.max(...times)).toBeLessThan(end);
      expect(books.nextTo).toBeGreaterThan(end - 6 * DAY_MS);
      expect(new Set(orders.map(({ id }) => id)).size).toBe(orders.length);
      // Something of the month is approved within it, so that there is something to pay.
      expect(
        Object.values(owedBy(tellStory(now), books.to, "demo")).reduce((sum, one) => sum + one, 0),
      ).toBeGreaterThan(500);
    },
  );
});
