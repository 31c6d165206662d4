import type { Actor, Deps } from "../../ground/deps.ts";
import { created } from "../../ground/http/change.ts";
import type { Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import { minorOf } from "../../ground/money/amount.ts";
import { mostOfOrder, mostText } from "../../ground/money/bound.ts";
import { lockedTo } from "../period/store.ts";
import { presentEntry } from "./present.ts";
import type { LedgerEntry, NewBonus } from "./schema.ts";
import { groundOfRows, keepRows, type ReportRows } from "./report-rows-store.ts";
import { groundOfBonus, insertBonus } from "./store.ts";

/** Plans an entry by hand, which is booked now, or where the last locked period ends. Throws a `Problem` (422). */
export async function planBonus(deps: Deps, actor: Actor, given: NewBonus): Promise<Change<LedgerEntry>> {
  const { creatorId, storeId, currency, reason } = given;
  const orderId = given.orderId ?? null;
  const amountMinor = signedMinor(given.amount, currency);
  const ground = await groundOfBonus(deps, creatorId, storeId, orderId);
  if (!ground.creator) throw Problem.invalid("creatorId", "is no creator's");
  if (!ground.store) throw Problem.invalid("storeId", "is no store's");
  if (orderId !== null && ground.orderStore !== storeId) throw Problem.invalid("orderId", "is no order's of the store");
  const rows = given.reportRows === undefined ? null : await rowsOf(deps, given, given.reportRows);
  const id = deps.newId("ledger");
  const locked = (await lockedTo(deps, [storeId])).get(storeId) ?? 0;
  const row = {
    id,
    key: `bonus:${id}`,
    storeId,
    creatorId,
    type: "bonus" as const,
    amountMinor,
    currency,
    orderId,
    conversionId: null,
    payoutId: null,
    planId: null,
    ruleVersion: null,
    originalCurrency: null,
    rate: null,
    rateDate: null,
    rateSource: null,
    reason,
    actor: actor.id,
    time: Math.max(deps.now(), locked),
  };
  const entry = presentEntry({ ...row, seq: 0, reportRows: rows?.shown ?? null });
  return {
    ...created("ledgerEntry", entry),
    statements: [...insertBonus(deps, row), ...(rows === null ? [] : keepRows(deps, id, rows.named, rows))],
  };
}

/**
 * The rows of Amazon's reports that a bonus is booked for, with their figures. Throws a `Problem`: 422 where the creator
 * has no such row, 409 with the entry that one of them has already.
 */
async function rowsOf(
  deps: Deps,
  { creatorId, storeId }: NewBonus,
  { from, to = from, sourceId, again = false }: NonNullable<NewBonus["reportRows"]>,
) {
  if (to < from) throw Problem.invalid("reportRows.to", "must not come before from");
  const named: ReportRows = { storeId, creatorId, from, to, sourceId: sourceId ?? null };
  const { figures, booked } = await groundOfRows(deps, named);
  if (figures.length === 0) {
    throw Problem.invalid("reportRows.from", "is no day of a row that is the creator's in this store");
  }
  if (booked !== null && !again) {
    const { id, reason } = booked;
    throw new Problem(
      "bonus_booked",
      `${id} was booked for one of these rows: "${reason}". With again: true it is booked once more.`,
      [{ path: "reportRows", message: `has the entry ${id} already` }],
      {},
      { id, name: reason },
    );
  }
  return { named, figures, again, shown: JSON.stringify({ from, to, sourceId: named.sourceId, figures }) };
}

/** An amount in major units, which may be less than 0, in minor units. Throws a `Problem` (422). */
function signedMinor(amount: string | number, currency: string): number {
  const text = String(amount);
  const minor = minorOf(text.replace(/^-/, ""), currency);
  if (minor === null) throw Problem.invalid("amount", `must be an amount in ${currency} with its decimals at most`);
  if (minor === 0) throw Problem.invalid("amount", "must not be 0");
  if (minor > mostOfOrder(currency)) {
    throw Problem.invalid("amount", `must be ${mostText(currency)} at most: book more than one entry for more`);
  }
  return text.startsWith("-") ? -minor : minor;
}
