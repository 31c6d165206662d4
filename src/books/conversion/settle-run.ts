import { brokenUnique, openDatabase } from "../../ground/db/client.ts";
import { writeInHalves } from "../../ground/db/halves.ts";
import { errorText } from "../../ground/error-text.ts";
import { createIdSource } from "../../ground/id.ts";
import { majorOf } from "../../ground/money/amount.ts";
import { mostOfOrder, mostText } from "../../ground/money/bound.ts";
import { dueOf, takeDue } from "../../conversions/count/due-store.ts";
import { raiseAlarm } from "../../journal/alarm/store.ts";
import type { SettleDeps, SettleLimits } from "../ledger/settle-run.ts";
import { type ConversionShare, settleConversion } from "./decide.ts";
import { loadConversions } from "./load.ts";
import { writeSettled } from "./write.ts";

/** Conversions looked up at once. */
const PAGE = 1_000;

/** Conversions in one transaction. */
const GROUP = 100;

/** A run ends long before the cron begins the next. */
const TIME_MS = 20_000;

/** Conversions whose hold is over that one run of the cron has settled. */
const APPROVALS = 5_000;

/**
 * Settles conversions that are due: approves them if their hold is over, and books what their creators are owed by what is
 * known now, less what is booked. It may be doubled, run beside itself and die at any point, as `settleDue` of orders may.
 * One that can't be settled is put off with an alarm, and holds up no other. Throws what D1 throws when it is busy or gone.
 */
export async function settleDueConversions(
  deps: SettleDeps,
  { ids, timeMs = TIME_MS, rest }: SettleLimits = {},
): Promise<void> {
  const endAt = Date.now() + timeMs;
  for (;;) {
    const page = await dueOf(deps.d1, "settlement", deps.now(), PAGE, ids ?? null);
    for (let start = 0; start < page.length; start += GROUP) {
      if (start > 0) await rest?.();
      if (Date.now() >= endAt) return;
      const group = page.slice(start, start + GROUP);
      await settleTogether(
        deps,
        group.map(({ id }) => id),
      );
    }
    if (page.length === 0 || ids !== undefined) return;
  }
}

/** The cron's job at `now` (ms UTC): what is due, and what has to be approved by then. Throws as {@link settleDueConversions}. */
export async function settleConversions({ DB: d1 }: Pick<Env, "DB">, now: number): Promise<void> {
  // One that is queued already comes up in its turn: it may have been put off.
  await d1
    .prepare(
      `INSERT INTO conversions_due (kind, id, store_id, mark, attempts, since, next_at)
       SELECT 'settlement', id, store_id, 1, 0, ?1, 0 FROM conversions
       WHERE due_at <= ?1 AND NOT EXISTS (
         SELECT 1 FROM conversions_due d WHERE d.kind = 'settlement' AND d.id = conversions.id)
       ORDER BY due_at LIMIT ${APPROVALS}`,
    )
    .bind(now)
    .run();
  const newId = createIdSource(Date.now, (bytes) => void crypto.getRandomValues(bytes));
  await settleDueConversions({ d1, db: openDatabase(d1), now: () => now, newId });
}

/** Settles a group of conversions. Whenever one of them changed meanwhile, all is read anew. */
async function settleTogether(deps: SettleDeps, ids: readonly string[]): Promise<void> {
  const marks = new Map<string, number>();
  return writeInHalves(ids, {
    write: (some) => settleOnce(deps, some, marks),
    lostRace: (error) => brokenUnique(error) === "ledger.key",
    giveUp: (id, error, overtaken) => putOff(deps, id, error, overtaken),
  });
}

async function settleOnce(deps: SettleDeps, ids: readonly string[], marks: Map<string, number>): Promise<void> {
  const now = deps.now();
  const taken = await takeDue(
    deps.d1,
    "settlement",
    ids.map((id) => ({ id, mark: marks.get(id) })),
    now,
  );
  for (const [id, mark] of taken) marks.set(id, mark);
  if (taken.size === 0) return;

  const { conversions, shares, recorded, lockedTo } = await loadConversions(deps, [...taken.keys()]);
  const settled = conversions.map((conversion) => {
    const own = shares.get(conversion.id) ?? [];
    mustBePayable(own);
    const books = { now, lockedTo: lockedTo.get(conversion.storeId) ?? 0 };
    return { conversion, settling: settleConversion(conversion, own, recorded.get(conversion.id) ?? [], books) };
  });
  await deps.d1.batch(writeSettled(deps, settled, taken, now));
}

/** Throws a `RangeError` for a commission that no rate may come to. */
function mustBePayable(shares: readonly ConversionShare[]): void {
  for (const { amountMinor, currency } of shares) {
    if (amountMinor < 0) throw new RangeError(`a commission of ${amountMinor} is less than 0`);
    if (amountMinor <= mostOfOrder(currency)) continue;
    throw new RangeError(`a commission of ${majorOf(amountMinor, currency)} is more than ${mostText(currency)}`);
  }
}

/** A conversion that can't be settled is put off already, since it was taken. */
async function putOff(
  { d1, now }: SettleDeps,
  conversionId: string,
  error: unknown,
  overtaken: boolean,
): Promise<void> {
  const message = errorText(error);
  console.error(JSON.stringify({ event: "conversion_not_settled", conversionId, message }));
  if (overtaken) return;
  await raiseAlarm(d1, { kind: "settlement_failed", subject: conversionId, detail: { message } }, now());
}
