import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { limitResult, median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";
import type { Cost } from "./worker/counting.ts";

/** Orders that a new rule reaches. */
const ORDERS = 10_000;
const QUICK_ORDERS = 2_000;

/** Rules one after another, by turns without and with tiers. */
const RULES = 6;
const QUICK_RULES = 4;

/** Times of writing a bare commission and entry an order at most: what they come to is worked out first. */
const MAX_RATIO = 20;

/** D1 statements an order at most. */
const MAX_STATEMENTS = 0.5;

type Ask = (step: string, parameters?: Record<string, number>) => Promise<Cost>;

/**
 * Measures how long it takes to compute all orders anew after their plan's rule was changed, and to book
 * the differences, against writing as many bare rows. Rejects if the books don't add up.
 */
export async function benchMoney({ quick }: RunOptions): Promise<Report> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          name: "money",
          modules: true,
          script: await bundle("bench/worker/money.ts"),
          compatibilityDate: COMPATIBILITY_DATE,
          unsafeDirectSockets: [DIRECT_SOCKET],
          d1Databases: { DB: "bench" },
        },
      ],
    }),
  );
  try {
    await migrate(miniflare, "DB", "money");
    const url = await miniflare.unsafeGetDirectURL("money");
    const ask: Ask = async (step, parameters = {}) => {
      const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, `${value}`]));
      const response = await fetch(new URL(`/${step}?${query.toString()}`, url));
      if (!response.ok) throw new Error(`${step}: ${response.status} ${await response.text()}`);
      return await response.json<Cost>();
    };
    return await measure(ask, quick ? QUICK_ORDERS : ORDERS, quick ? QUICK_RULES : RULES);
  } finally {
    await miniflare.dispose();
  }
}

async function measure(ask: Ask, orders: number, rules: number): Promise<Report> {
  await ask("create");
  for (let first = 0; first < orders; first += 1_000) await ask("record", { first, count: 1_000 });
  await ask("rule", { version: 1, tiered: 0 });
  await ask("settle");

  const times: Record<"settle" | "bare", number[]> = { settle: [], bare: [] };
  const total: Cost = { statements: 0, rows: 0 };
  for (let version = 2; version < 2 + rules; version++) {
    const tiered = version % 2;
    await ask("rule", { version, tiered });
    for (const step of ["settle", "bare"] as const) {
      const startedAt = performance.now();
      const cost = await ask(step, { count: orders, version });
      const ms = performance.now() - startedAt;
      times[step].push(ms / orders);
      total.statements += step === "settle" ? cost.statements : 0;
      total.rows += step === "settle" ? cost.rows : 0;
      progress(`  ${step}${step === "settle" && tiered === 1 ? ", with tiers" : ""}: ${readable(ms)} ms`);
    }
    await ask("check", { count: orders });
  }
  const computed = orders * rules;
  return {
    results: [
      ratioResult(
        "recompute",
        "ms/order",
        { value: median(times.settle), baseline: median(times.bare) },
        { atMost: MAX_RATIO },
      ),
      limitResult("recompute-statements", "statements/order", total.statements / computed, MAX_STATEMENTS),
    ],
    notes: [
      `Recompute: ${orders} orders of 100 creators after each of ${rules} new rules, half of them with tiers, in turns ` +
        `with bare inserts of a commission and an entry each; ${readable(total.rows / computed)} D1 rows written an order.`,
    ],
    faults: [],
  };
}
