import { type ClickLog, clickLogs, nameOfLog } from "../../clicks/log/logs-store.ts";
import { longestWay, readTail, type Tail } from "../../clicks/log/waiting-store.ts";
import { ALARM_KINDS } from "../../journal/alarm/store.ts";
import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { atOneState } from "../../reports/rollup/load-sums.ts";
import { segmentMetrics } from "./load-segment-metrics.ts";
import { shopMetrics } from "./load-shop-metrics.ts";
import { metric } from "./metric.ts";

interface Totals {
  counted: number;
  bot: number;
  prefetch: number;
  head: number;
  embedded: number;
  duplicate: number;
  inactive: number;
  deadLetters: number;
  links: number;
  rolledUpAt: number | null;
  clickDrift: number | null;
  settlementsDue: number;
  settlementsPutOff: number;
  /** ms UTC. */
  settledAt: number | null;
  orderRollupsDue: number;
  /** ms UTC. */
  ordersRolledUpAt: number | null;
}

const BUCKETS = ["counted", "bot", "prefetch", "head", "embedded", "duplicate", "inactive"] as const;

const SELECT = `
SELECT ${BUCKETS.map((bucket) => `coalesce(sum(h.${bucket}), 0) AS ${bucket}`).join(", ")},
  (SELECT count(*) FROM dead_letters WHERE replayed_at IS NULL) AS deadLetters,
  (SELECT count(*) FROM links WHERE deleted_at IS NULL) AS links,
  (SELECT updated_at FROM watermarks WHERE name = 'clicks') AS rolledUpAt,
  (SELECT value FROM watermarks WHERE name = 'click_drift') AS clickDrift,
  (SELECT count(*) FROM settlements_due WHERE next_at <= ?1) AS settlementsDue,
  (SELECT count(*) FROM settlements_due WHERE next_at > ?1) AS settlementsPutOff,
  (SELECT value FROM watermarks WHERE name = 'settled') AS settledAt,
  (SELECT count(*) FROM order_rollups_due) AS orderRollupsDue,
  (SELECT value FROM watermarks WHERE name = 'orders') AS ordersRolledUpAt
FROM click_hours h`;

const OPEN_ALARMS = "SELECT kind, count(*) AS open FROM alarms WHERE resolved_at IS NULL GROUP BY kind";

/** What a database of the log answers; `null`: it is one of several, and fails. Rejects if `DB` does. */
async function unlessDown<Answer>(log: ClickLog, answer: Promise<Answer>): Promise<Answer | null> {
  try {
    return await answer;
  } catch (error) {
    if (log.number === 0) throw error;
    console.error(JSON.stringify({ event: "log_unread", database: nameOfLog(log), message: errorText(error) }));
    return null;
  }
}

/** The service's counters in the text format of Prometheus (0.0.4). Throws what D1 throws. */
export async function metricsText(deps: Deps): Promise<string> {
  const now = deps.now();
  const { all: logs } = await clickLogs(deps.env, now);
  let read: (Tail | null)[] = [];
  // What no roll-up has read is counted up to where the sums are.
  const found = await atOneState<Totals>(deps.d1, async ({ marks }) => {
    read = await Promise.all(logs.map((log) => unlessDown(log, readTail(log, marks.get(log.number) ?? 0))));
    return deps.d1.prepare(SELECT).bind(now);
  });
  const totals = found?.[0];
  if (totals === undefined) throw new Error("no totals");
  const ways = await Promise.all(logs.map((log) => unlessDown(log, longestWay(log))));
  const queueLag = Math.max(0, ...ways.flatMap((way) => way ?? []));
  const tails = read.flatMap((tail) => tail ?? []);
  const { results } = await deps.d1.prepare(OPEN_ALARMS).all<{ kind: string; open: number }>();
  const openAlarms = new Map(results.map(({ kind, open }) => [kind, open]));
  const queued = await queuedMessages(deps.env.CLICK_QUEUE ?? null);
  const lagOf = ({ oldest }: Tail): number => (oldest === null ? 0 : Math.max(0, now - oldest) / 1000);
  const ofEach = (valueOf: (tail: Tail) => number): [labels: string, value: number][] =>
    logs.flatMap((log, index) => {
      const tail = read[index] ?? null;
      return tail === null ? [] : [[`{database="${nameOfLog(log)}"}`, valueOf(tail)]];
    });
  return [
    // A counter that goes back for a while would pass for one that began anew.
    ...(tails.length < logs.length
      ? []
      : [
          metric(
            "waymark_requests_total",
            "counter",
            "Requests to links by bucket.",
            BUCKETS.map((bucket) => [
              `{bucket="${bucket}"}`,
              tails.reduce((sum, { counts }) => sum + counts[bucket], totals[bucket]),
            ]),
          ),
        ]),
    metric("waymark_rollup_waiting_clicks", "gauge", "Clicks that no roll-up has read yet.", [
      ["", tails.reduce((sum, { clicks }) => sum + clicks, 0)],
    ]),
    metric("waymark_rollup_lag_seconds", "gauge", "Age of the oldest such click.", [
      ["", Math.max(0, ...tails.map(lagOf))],
    ]),
    ...(logs.length === 1
      ? []
      : [
          metric(
            "waymark_log_waiting_clicks",
            "gauge",
            "Clicks that no roll-up has read yet, by the database that they are logged in.",
            ofEach(({ clicks }) => clicks),
          ),
          metric("waymark_log_lag_seconds", "gauge", "Age of the oldest such click, by database.", ofEach(lagOf)),
          metric(
            "waymark_log_up",
            "gauge",
            "Whether a database of the log answers.",
            logs.map((log, index) => [`{database="${nameOfLog(log)}"}`, (read[index] ?? null) === null ? 0 : 1]),
          ),
        ]),
    ...(totals.rolledUpAt === null
      ? []
      : [
          metric("waymark_rollup_last_run_timestamp_seconds", "gauge", "When the roll-up last ran.", [
            ["", totals.rolledUpAt / 1000],
          ]),
        ]),
    metric("waymark_dead_letters", "gauge", "Queue messages kept and not yet replayed.", [["", totals.deadLetters]]),
    metric(
      "waymark_alarms_open",
      "gauge",
      "Alarms that nobody resolved, by kind.",
      ALARM_KINDS.map((kind) => [`{kind="${kind}"}`, openAlarms.get(kind) ?? 0]),
    ),
    ...(totals.clickDrift === null
      ? []
      : [
          metric("waymark_click_drift", "gauge", "Requests of the last checked day: Analytics Engine minus ledger.", [
            ["", totals.clickDrift],
          ]),
        ]),
    metric("waymark_settlements_due", "gauge", "Orders whose commission is to be computed anew.", [
      ["", totals.settlementsDue],
    ]),
    metric("waymark_settlements_put_off", "gauge", "Such orders that are under way, or are tried again later.", [
      ["", totals.settlementsPutOff],
    ]),
    ...(totals.settledAt === null
      ? []
      : [
          metric(
            "waymark_settlement_lag_seconds",
            "gauge",
            "Time since all that was due had been settled; 0 if it is.",
            [["", totals.settlementsDue === 0 ? 0 : (now - totals.settledAt) / 1000]],
          ),
        ]),
    metric("waymark_order_rollups_due", "gauge", "Orders that changed since they were rolled up.", [
      ["", totals.orderRollupsDue],
    ]),
    ...(totals.ordersRolledUpAt === null
      ? []
      : [
          metric(
            "waymark_order_rollup_lag_seconds",
            "gauge",
            "Time since no order was to be rolled up; 0 if none is.",
            [["", totals.orderRollupsDue === 0 ? 0 : (now - totals.ordersRolledUpAt) / 1000]],
          ),
        ]),
    ...(await shopMetrics(deps.d1, now)),
    ...(await segmentMetrics(deps.d1, now)),
    metric("waymark_links", "gauge", "Links that aren't deleted.", [["", totals.links]]),
    metric("waymark_queue_lag_seconds", "gauge", "Longest way of the last 1,000 clicks from the edge to the log.", [
      ["", queueLag / 1000],
    ]),
    metric(
      "waymark_isolate_resolver_hits_total",
      "counter",
      "Lookups of links by the tier that answered, in the isolate that answers this.",
      Object.entries(deps.isolate.tierHits).map(([tier, hits]) => [`{tier="${tier}"}`, hits]),
    ),
    metric("waymark_isolate_cached_addresses", "gauge", "Addresses in the memory of the isolate that answers.", [
      ["", deps.isolate.cachedLinks],
    ]),
    ...(deps.isolate.newsHeardAt === null
      ? []
      : [
          metric(
            "waymark_isolate_news_age_seconds",
            "gauge",
            "Since that isolate last read the change feed of links.",
            [["", Math.max(0, deps.now() - deps.isolate.newsHeardAt) / 1_000]],
          ),
        ]),
    metric("waymark_isolate_buffered_clicks", "gauge", "Clicks in that isolate that no queue has taken yet.", [
      ["", deps.isolate.bufferedClicks],
    ]),
    metric("waymark_isolate_queue_deliveries", "gauge", "Deliveries of the queues that isolate is consuming.", [
      ["", deps.isolate.queueDeliveries],
    ]),
    ...(queued === null
      ? []
      : [
          metric("waymark_click_queue_messages", "gauge", "Messages that wait in the queue of clicks.", [["", queued]]),
        ]),
  ].join("");
}

/** `null`: there is no queue, or it doesn't say; the other figures don't depend on it. */
async function queuedMessages(queue: Env["CLICK_QUEUE"] | null): Promise<number | null> {
  try {
    return queue === null ? null : (await queue.metrics()).backlogCount;
  } catch (error) {
    console.warn(JSON.stringify({ event: "queue_metrics_failed", message: errorText(error) }));
    return null;
  }
}
