import { env } from "cloudflare:workers";
import { CLICK_QUEUE } from "../../../src/clicks/click/consume.ts";
import { firstVisitsTable } from "../../../src/clicks/log/first-visits.ts";
import { dayOf } from "../../../src/edge/click/visitor.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { deliver, type Deliveries } from "./delivery.ts";
import { LOG_TABLES } from "../../clicks/log-tables.ts";
import { START, type World } from "./world.ts";

/** The statements of one write to the click log, by what each of them does. */
const STATEMENTS = ["messages", "batches", "firsts", "changes"] as const;

/**
 * Delivers what waits, the newest message first, so that what was counted has to be corrected, and
 * rolls up after each, so that sums are to be corrected by the next. Before a message may be written, its
 * batch dies once in each of its statements, and once after all of them: its acknowledgement is lost.
 * Returns how often a batch died where; throws if one left anything behind.
 */
export async function dieEverywhere(
  world: World,
  deliveries: Deliveries,
): Promise<Record<(typeof STATEMENTS)[number], number>> {
  const consumer = world.isolate().bindings;
  const deaths = { messages: 0, batches: 0, firsts: 0, changes: 0 };
  for (const [index, body] of world.queued.splice(0).toReversed().entries()) {
    const message = { id: `message-${index}`, body, attempts: 1 };
    const before = await contents();
    for (const statement of STATEMENTS) {
      await env.DB.prepare(triggerFor(statement)).run();
      const done = await deliver(CLICK_QUEUE, [message], consumer);
      await env.DB.prepare("DROP TRIGGER dies").run();
      // Not every message has something to correct.
      if (done.has(message.id)) continue;
      deaths[statement]++;
      if ((await contents()) !== before) throw new Error(`a batch that died in its ${statement} left something behind`);
    }
    for (let time = 0; time < 2; time++) await deliver(CLICK_QUEUE, [message], consumer);
    deliveries.count += STATEMENTS.length + 2;
    await rollUpClicks(env, START);
  }
  return deaths;
}

/** A trigger in which a batch dies as it does when D1 is reset. */
function triggerFor(statement: (typeof STATEMENTS)[number]): string {
  const event = {
    messages: "AFTER INSERT ON click_messages",
    batches: "AFTER INSERT ON click_batches",
    firsts: `AFTER INSERT ON ${firstVisitsTable(dayOf(START))}`,
    changes: "AFTER UPDATE ON click_batches",
  }[statement];
  return `CREATE TRIGGER dies ${event} BEGIN SELECT RAISE(ABORT, 'storage caused object to be reset'); END`;
}

/** The log and its sums, as one text to compare. */
async function contents(): Promise<string> {
  const tables = await env.DB.batch(
    [...LOG_TABLES, "click_hours"].map((table) => env.DB.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`)),
  );
  return JSON.stringify(tables.map(({ results }) => results));
}
