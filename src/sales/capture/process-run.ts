import { type CustomerTouch, recordCustomerTouches } from "../attribution/customer-store.ts";
import { importTokenKeys, type TokenKeys } from "../../edge/click/token.ts";
import { type ConfigVariables, readConfig } from "../../ground/config.ts";
import type { inbox } from "../../ground/db/schema/order.ts";
import { errorText } from "../../ground/error-text.ts";
import type { Evidence } from "../../ground/model/evidence.ts";
import type { ConsentSetting } from "../../ground/model/link.ts";
import { MAX_CLAIMS } from "../order/fold.ts";
import { answerPrivacy } from "../shop/privacy-run.ts";
import { shopSettings } from "../shop/renewals-store.ts";
import { siftShop } from "../shop/sift-store.ts";
import { SHOP_SETTINGS } from "../../ground/model/shop.ts";
import { TO_BE_FETCHED } from "../shop/report.ts";
import { recordDepsOf } from "../order/record-deps-run.ts";
import { type RecordDeps, recordEvidence, type ReportedEvidence } from "../order/record-run.ts";
import type { StoreRow } from "../../programme/store/store.ts";
import { meaningOf } from "./evidence.ts";
import { listeningOf, TO_BE_EVALUATED } from "./listening-store.ts";
import { afterTry, detailOf, type InboxRow, type Outcome, PUT_OFF, writeOutcomes } from "./inbox-store.ts";
import type { Refusal } from "./read-order.ts";
import { storesByKey } from "./load-stores.ts";

/** What processing needs. */
export type ProcessEnv = Pick<Env, "DB"> & ConfigVariables;

/** How much one run does. */
export interface ProcessLimits {
  /** Only these rows, as far as they are due. */
  ids?: readonly string[];
  /** Rows read at once. */
  page?: number;
  /** No page is begun after this long, ms. */
  timeMs?: number;
  /** Is waited for between groups of orders; left out: {@link BREATH_MS}. */
  rest?: () => Promise<void>;
}

/** The least pause, ms: enough for requests that arrived meanwhile to be looked at. */
const BREATH_MS = 1;

/** A run ends long before Cloudflare would end it, or the next begins. */
const PAGE = 250;
const TIME_MS = 20_000;

/** Evidence with the row that it was read from. */
interface ReportedRow extends ReportedEvidence {
  row: InboxRow;
}

interface Run extends RecordDeps {
  startedAt: number;
  keys: TokenKeys | null;
  /** For a store that states none. */
  policy: ConsentSetting;
}

/**
 * Makes orders and customers' clicks of the rows of the inbox that are due at `now` (ms UTC), oldest
 * first. It may be doubled, run beside itself and die at any point: what a row says is recorded once, and a
 * row that ends a run is due again only after a pause, so that it holds up no other. Answers whether something may
 * have to be held against a store's definitions now. Throws what D1 throws where rows can't be read or what became
 * of them can't be written.
 */
export async function processInbox(env: ProcessEnv, now: number, limits: ProcessLimits = {}): Promise<boolean> {
  const { DB: d1 } = env;
  const run: Run = {
    ...recordDepsOf(env, now),
    startedAt: now,
    keys: await keysOf(env),
    policy: readConfig(env).consentPolicy,
    rest: limits.rest ?? (() => scheduler.wait(BREATH_MS)),
  };
  if (limits.ids !== undefined) return processRows(run, await dueAmong(d1, limits.ids, now));
  const endAt = Date.now() + (limits.timeMs ?? TIME_MS);
  let isHeard = false;
  do {
    const rows = await takeDue(d1, limits.page ?? PAGE, now);
    if (rows.length === 0) break;
    if (await processRows(run, rows)) isHeard = true;
  } while (Date.now() < endAt);
  return isHeard;
}

/** `null`: they can't be read. All rows wait then: what is credited without its click is credited wrongly. */
async function keysOf({ CLICK_TOKEN_KEYS }: ProcessEnv): Promise<TokenKeys | null> {
  try {
    return await importTokenKeys(CLICK_TOKEN_KEYS ?? "");
  } catch (error) {
    console.error(JSON.stringify({ event: "inbox_waits", message: errorText(error) }));
    return null;
  }
}

async function dueAmong(d1: D1Database, ids: readonly string[], now: number): Promise<InboxRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM inbox
       WHERE id IN (SELECT value FROM json_each(?1)) AND next_at <= ?2 AND ${OURS} ORDER BY received_at, id`,
    )
    .bind(JSON.stringify(ids), now)
    .all<RawRow>();
  return results.map(rowOf);
}

/** Takes rows that are due, which puts them off first: one that ends the run must not be the next run's first too. */
async function takeDue(d1: D1Database, limit: number, now: number): Promise<InboxRow[]> {
  const { results } = await d1
    .prepare(
      `UPDATE inbox
       SET ${PUT_OFF}
       WHERE id IN (SELECT id FROM inbox WHERE next_at <= ?1 AND ${OURS} ORDER BY next_at, id LIMIT ?2)
       RETURNING ${COLUMNS}`,
    )
    .bind(now, limit)
    .all<RawRow>();
  return results.map(rowOf).toSorted((a, b) => a.receivedAt - b.receivedAt || (a.id < b.id ? -1 : 1));
}

/** Rows that wait for a shop's answer are another run's, for no other has to wait for a shop; so are those that wait for definitions. */
const OURS = `reason_code IS NOT '${TO_BE_FETCHED}' AND reason_code IS NOT '${TO_BE_EVALUATED}'`;

const COLUMNS = `id, received_at AS receivedAt, stated_at AS statedAt, source, store_key AS storeKey, store_id AS storeId,
  body_hash AS bodyHash, body, meta, verdict, reason_code AS reasonCode, reason_detail AS reasonDetail, attempts,
  next_at AS nextAt, processed_at AS processedAt, order_id AS orderId`;

type RawRow = Omit<typeof inbox.$inferSelect, "meta"> & { meta: string };

function rowOf({ meta, ...row }: RawRow): InboxRow {
  return { ...row, meta: JSON.parse(meta) as InboxRow["meta"] };
}

const UNKNOWN_STORE: Refusal = { code: "unknown_store", path: "", detail: "There is no store with this key yet." };
const NO_KEYS: Refusal = { code: "no_token_keys", path: "", detail: "CLICK_TOKEN_KEYS can't be read." };
const STORAGE: Refusal = { code: "storage", path: "", detail: "The database was not available." };
const NOT_RECORDED: Refusal = { code: "not_recorded", path: "", detail: "Its order could not be written." };
const TOO_MANY_CLAIMS: Refusal = {
  code: "too_many_claims",
  path: "",
  detail: `Browsers claimed its order ${MAX_CLAIMS} times already. What the shop's server says of it is still taken.`,
};
const RENEWAL: Refusal = {
  code: "renewal_not_counted",
  path: "",
  detail: "A subscription made the order, and by the settings of the store's connection it doesn't count.",
};
const UNKNOWN_ORDER: Refusal = { code: "unknown_order", path: "", detail: "The shop hasn't told of this order yet." };
const TO_EVALUATE: Refusal = { code: TO_BE_EVALUATED, path: "", detail: "It is held against definitions." };
const INTERNAL: Refusal = { code: "internal", path: "", detail: "Something went wrong on our side, and was logged." };

/** Answers whether any of their stores has active definitions. */
async function processRows(run: Run, rows: readonly InboxRow[]): Promise<boolean> {
  if (rows.length === 0) return false;
  const keys = [...new Set(rows.map(({ storeKey }) => storeKey))];
  const [stores, listening] = await Promise.all([storesByKey(run, keys), listeningOf(run.d1, keys)]);
  for (const [storeKey, ofStore] of Map.groupBy(rows, (row) => row.storeKey)) {
    const store = stores.get(storeKey);
    const outcomes =
      store === undefined
        ? ofStore.map((row) => waiting(run, row, UNKNOWN_STORE))
        : await outcomesOf(run, store, ofStore, listening.get(store.id) ?? null);
    await run.d1.batch(writeOutcomes(run.d1, outcomes, run.startedAt));
  }
  return listening.size > 0;
}

/** What becomes of a store's rows. Never rejects: what one store's rows come to holds up no other's. */
async function outcomesOf(
  run: Run,
  store: StoreRow,
  rows: readonly InboxRow[],
  listens: string | null,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const reported: ReportedRow[] = [];
  const touches: Touched[] = [];
  const settings = rows.some(({ source }) => source === "shop") ? await shopSettings(run.d1, store.id) : SHOP_SETTINGS;
  for (const row of rows) {
    try {
      // A store deleted since may have had the key; its customers' hashes mean nothing to another.
      if (row.storeId !== null && row.storeId !== store.id) outcomes.push(waiting(run, row, UNKNOWN_STORE));
      else if (run.keys === null) outcomes.push(waiting(run, row, NO_KEYS));
      else {
        const meaning = await meaningOf(row, store, run.keys, store.consentPolicy ?? run.policy, settings, listens);
        if (meaning.kind === "evidence") reported.push({ row, evidence: meaning.evidence, inboxId: row.id });
        else if (meaning.kind === "privacy") {
          await answerPrivacy(run.d1, store.id, meaning, row.id, run.startedAt);
          outcomes.push(outcome(row, "used", { storeId: store.id }));
        } else if (meaning.kind === "waiting") outcomes.push(waiting(run, row, meaning.reason));
        else if (meaning.kind === "event") {
          const { touch, reason } = meaning;
          const left = meaning.isAskedFor ? handedOn(run, store, row) : null;
          if (touch === null) outcomes.push(left ?? outcome(row, "kept", { storeId: store.id, reason }));
          else {
            const { customerHash, click } = touch;
            touches.push({ row, touch: { storeId: store.id, customerHash, trust: "claimed", ...click }, left });
          }
        } else outcomes.push(outcome(row, meaning.kind, { storeId: store.id, reason: meaning.reason }));
      }
    } catch (error) {
      console.error(JSON.stringify({ event: "report_unprocessed", id: row.id, message: errorText(error) }));
      outcomes.push(waiting(run, row, INTERNAL));
    }
  }
  return [...outcomes, ...(await touched(run, store, touches)), ...(await recorded(run, store, reported))];
}

/** A customer's click with the row that it was read from; `left`: what becomes of that if it isn't over. */
interface Touched {
  row: InboxRow;
  touch: CustomerTouch;
  left: Outcome | null;
}

async function touched(run: Run, store: StoreRow, touches: readonly Touched[]): Promise<Outcome[]> {
  if (touches.length === 0) return [];
  try {
    const kept = touches.map(({ touch }) => touch);
    await run.d1.batch(recordCustomerTouches(run, kept));
    return touches.map(({ row, left }) => left ?? outcome(row, "used", { storeId: store.id }));
  } catch (error) {
    return touches.map(({ row }) => waiting(run, row, failed(store, error)));
  }
}

async function recorded(run: Run, store: StoreRow, all: readonly ReportedRow[]): Promise<Outcome[]> {
  if (all.length === 0) return [];
  try {
    const { reported, kept, early } = await siftShop(run.d1, store.id, all, run.startedAt);
    // What is renewed before what renews it.
    const isRenewal = ({ evidence }: ReportedRow): boolean => evidence.data.renewalOf !== undefined;
    const parts = [reported.filter((one) => !isRenewal(one)), reported.filter(isRenewal)];
    const ids = new Map<string, string>();
    const refused = new Set<Evidence>();
    for (const part of parts) {
      const recorded = await recordEvidence(run, store, part);
      for (const [externalId, id] of recorded.ids) ids.set(externalId, id);
      for (const one of recorded.refused) refused.add(one);
    }
    const others = [
      ...kept.map(({ row }) => outcome(row, "kept", { storeId: store.id, reason: RENEWAL })),
      ...early.map(({ row }) => waiting(run, row, UNKNOWN_ORDER)),
    ];
    const used = reported.map(({ row, evidence }) => {
      const orderId = ids.get(evidence.externalId);
      if (orderId === undefined) return waiting(run, row, NOT_RECORDED);
      return refused.has(evidence)
        ? outcome(row, "refused", { storeId: store.id, orderId, reason: TOO_MANY_CLAIMS })
        : outcome(row, "used", { storeId: store.id, orderId });
    });
    return [...used, ...others];
  } catch (error) {
    const reason = failed(store, error);
    return all.map(({ row }) => waiting(run, row, reason));
  }
}

function failed(store: StoreRow, error: unknown): Refusal {
  console.error(JSON.stringify({ event: "reports_wait", storeId: store.id, message: errorText(error) }));
  return STORAGE;
}

function outcome(
  row: InboxRow,
  verdict: Outcome["verdict"],
  rest: { storeId?: string; reason?: Refusal; nextAt?: number | null; orderId?: string },
): Outcome {
  return {
    id: row.id,
    statedAt: row.statedAt,
    verdict,
    storeId: rest.storeId ?? null,
    reasonCode: rest.reason?.code ?? null,
    reasonDetail: rest.reason === undefined ? null : detailOf(rest.reason),
    nextAt: rest.nextAt ?? null,
    orderId: rest.orderId ?? null,
  };
}

/** A row whose event is left to the conversions' run, which may take it at once. */
function handedOn({ startedAt }: Run, store: StoreRow, row: InboxRow): Outcome {
  return outcome(row, "waiting", { storeId: store.id, reason: TO_EVALUATE, nextAt: startedAt });
}

/** A row that can't be used yet: due again after a pause, or given up a week after it came. */
function waiting(run: Run, row: InboxRow, reason: Refusal): Outcome {
  const { verdict, ...rest } = afterTry(row, reason, run.startedAt);
  return outcome(row, verdict, rest);
}
