import { attribute } from "../../src/sales/attribution/attribute.ts";
import type { Policy, Touch } from "../../src/ground/model/attribution.ts";
import { openDatabase } from "../../src/ground/db/client.ts";
import { createIdSource } from "../../src/ground/id.ts";
import type { Evidence } from "../../src/ground/model/evidence.ts";
import { recordEvidence } from "../../src/sales/order/record-run.ts";
import { type Cost, counting } from "./counting.ts";

/** Touches of each order, every one another creator's. */
const TOUCHES = 20;

/** Rows of one bare insert: as many as orders that are recorded together. */
const BATCH = 50;

const DAY_MS = 86_400_000;
const PLACED_AT = Date.UTC(2026, 10, 20);
const POLICY: Policy = { model: "last_click", windowDays: 30, codePriority: false };
const STORE = { id: "str_0000000000000001", attribution: POLICY };

interface BenchEnv {
  DB: D1Database;
}

type Step = (env: BenchEnv, argument: (name: string) => number) => Promise<Cost>;

const padded = (prefix: string, n: number): string => prefix + String(n).padStart(16, "0");

/** What the benchmark asks for: one step a request, so that it can time each by itself. */
const STEPS: Readonly<Record<string, Step>> = {
  create: async ({ DB }) => {
    await DB.batch([
      DB.prepare(
        `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, click_param, attribution, secret_hash,
           created_at, updated_at)
         VALUES (?1, 'bench', 'Bench', 'ast', '[]', 'EUR', 'UTC', 'wm_click', ?2, '', 0, 0)`,
      ).bind(STORE.id, JSON.stringify(POLICY)),
      ...Array.from({ length: TOUCHES }, (_, n) => [
        DB.prepare(
          `INSERT INTO creators (id, first_name, last_name, email, handles, created_at, updated_at)
           VALUES (?1, 'Lea', 'Martin', ?2, '{}', 0, 0)`,
        ).bind(padded("crt_", n), `creator${n}@creator.example`),
        DB.prepare(
          `INSERT INTO links (id, domain, slug, slug_key, url, kind, store_id, creator_id, utm, rules, disabled, created_at, updated_at)
           VALUES (?1, '', ?1, ?1, 'https://shop.example/', 'affiliate', ?2, ?3, '{}', '[]', 0, 0, 0)`,
        ).bind(padded("lnk_", n), STORE.id, padded("crt_", n)),
      ]).flat(),
      DB.prepare("CREATE TABLE bare_orders (id, store_id, external_id, data)"),
    ]);
    return { statements: 0, rows: 0 };
  },

  /** Records orders, each reported once with all its clicks. */
  record: async ({ DB }, argument) => {
    const cost: Cost = { statements: 0, rows: 0 };
    const random = (bytes: Uint8Array): void => void crypto.getRandomValues(bytes);
    const d1 = counting(DB, cost);
    const deps = {
      d1,
      db: openDatabase(d1),
      now: Date.now,
      newId: createIdSource(Date.now, random),
      customerHashOf: () => Promise.resolve(null),
    };
    const [first, count] = [argument("first"), argument("count")];
    const reported = Array.from({ length: count }, (_, index) => ({
      evidence: evidenceOf(first + index),
      inboxId: null,
    }));
    const recorded = await recordEvidence(deps, STORE, reported);
    if (recorded.ids.size !== count) throw new Error(`${recorded.ids.size} of ${count} orders were recorded`);
    return cost;
  },

  /** The same number of rows with the same content, without any look at what is there. */
  bare: async ({ DB }, argument) => {
    const [first, count] = [argument("first"), argument("count")];
    const insert = DB.prepare(
      `INSERT INTO bare_orders
       SELECT value ->> 'hash', ?2, value ->> 'externalId', value -> 'data' FROM json_each(?1)`,
    );
    for (let start = 0; start < count; start += BATCH) {
      const rows = Array.from({ length: Math.min(BATCH, count - start) }, (_, index) =>
        evidenceOf(first + start + index),
      );
      await insert.bind(JSON.stringify(rows), STORE.id).run();
    }
    return { statements: Math.ceil(count / BATCH), rows: count };
  },

  /** Decides orders by the rules alone, without a database. */
  decide: (_env, argument) => {
    const touches: Touch[] = evidenceOf(0).data.clicks?.map(touchOf) ?? [];
    for (let n = 0; n < argument("count"); n++) {
      const { shares } = attribute(
        { placedAt: PLACED_AT + n, totalMinor: 4_999 + n, crowded: false, approvedAt: null },
        touches,
        POLICY,
        null,
      );
      if (shares.length !== 1) throw new Error("an order has no owner");
    }
    return Promise.resolve({ statements: 0, rows: 0 });
  },
};

export default {
  async fetch(request: Request, env: BenchEnv): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const step = STEPS[pathname.slice(1)];
    if (step === undefined) return new Response(null, { status: 404 });
    return Response.json(await step(env, (name) => Number(searchParams.get(name))));
  },
};

function evidenceOf(n: number): Evidence {
  return {
    hash: String(n).padStart(64, "0"),
    source: "order",
    trust: "confirmed",
    sourceTime: PLACED_AT,
    receivedAt: PLACED_AT,
    externalId: `bench-${n}`,
    data: {
      currency: "EUR",
      totalMinor: 4_999 + n,
      placedAt: PLACED_AT,
      clicks: Array.from({ length: TOUCHES }, (_, touch) => ({
        clickId: `clk_${n}_${touch}`,
        linkId: padded("lnk_", touch),
        time: PLACED_AT - (touch + 1) * (DAY_MS / 4) - n,
      })),
    },
  };
}

function touchOf(click: { clickId: string; linkId: string; time: number }, n: number): Touch {
  return {
    id: click.clickId,
    kind: "click",
    trust: "confirmed",
    time: click.time,
    creatorId: padded("crt_", n),
    campaignId: null,
    planId: null,
    linkId: click.linkId,
    codeId: null,
    linkKind: "affiliate",
    retiredAt: null,
    withdrawn: false,
    planStartsAt: null,
    planEndsAt: null,
    ownPurchase: false,
    creatorDeletedAt: null,
    otherStore: false,
  };
}
