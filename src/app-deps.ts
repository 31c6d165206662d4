import { openDatabase } from "./ground/db/client.ts";
import type { Deps } from "./ground/deps.ts";
import { errorText } from "./ground/error-text.ts";
import { newId } from "./ids.ts";
import { fillRandom, type Isolate } from "./isolate.ts";
import { intakeOf } from "./sales/capture/intake-write.ts";
import { forgetReceivers } from "./sales/shop/receiver-store.ts";
import { publishLinks } from "./links/link/standby-store.ts";

/** What the admin app may use in one request. */
export function depsFor(isolate: Isolate, env: Env, ctx: ExecutionContext): Deps {
  const { cache, buffer, config, news } = isolate.edge;
  const deps: Deps = {
    env,
    d1: env.DB,
    db: openDatabase(env.DB),
    config,
    now: Date.now,
    newId,
    random: fillRandom,
    waitUntil: (work) => ctx.waitUntil(work),
    linksChanged: (ids, droppedKeys) => {
      news.doubt(Date.now());
      cache.forgetUnknown();
      intakeOf(env).stores.clear();
      forgetReceivers(env);
      if (ids.length + droppedKeys.length > 0) ctx.waitUntil(followLinks(env, ids, droppedKeys));
    },
    isolate: {
      cachedLinks: cache.size,
      newsHeardAt: news.position === null ? null : news.heardAt,
      bufferedClicks: buffer.size,
      queueDeliveries: isolate.deliveries,
      tierHits: isolate.edge.hits,
    },
    // Loaded when it is needed: most requests report no order.
    evaluate: async (limits) => {
      await (await import("./conversions/evaluate-run.ts")).evaluateBehind(env, Date.now(), limits);
      // What was undone by that, or comes to count, is booked with it.
      const { ids: _ids, ...time } = limits;
      await (await import("./books/conversion/settle-run.ts")).settleDueConversions(deps, time);
    },
    behave: async (told) => (await import("./visits/take/take-run.ts")).takeBehaviour(deps, told),
    numbersShown: async (told) => (await import("./calls/lease/shown-run.ts")).takeShown(deps, told),
    settle: async (limits) => (await import("./books/ledger/settle-run.ts")).settleDue(deps, limits),
  };
  return deps;
}

/** The standby copies follow an edit behind its answer; the cron makes up for what fails here. */
async function followLinks(env: Env, ids: readonly string[], droppedKeys: readonly string[]): Promise<void> {
  try {
    await publishLinks(env, ids, droppedKeys, Date.now());
  } catch (error) {
    console.warn(JSON.stringify({ event: "standby_write_failed", message: errorText(error) }));
  }
}
