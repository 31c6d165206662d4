import { eq } from "drizzle-orm";
import { mustHold } from "../../ground/db/premise.ts";
import { stores } from "../../ground/db/schema/store.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Payer } from "../account/details.ts";
import { openPayer } from "../account/seal.ts";
import { findPayer } from "../account/store.ts";
import { dayIn } from "../ledger/calendar.ts";
import { existingPayout } from "./change.ts";
import { painFile } from "./pain.ts";
import { messageId } from "./reference.ts";
import { loadPayees, type Payees } from "./sepa-load.ts";

/** Creators named in one answer who can't be paid. */
const MAX_NAMED = 100;

/** How a file for the bank is asked for. */
export interface SepaAsked {
  /** Whether those who can't be paid by it are left out. */
  skipMissing: boolean;
  /** The day on which the bank is to pay: 2026-11-22; `null`: today, by the store's time zone. */
  executeOn: string | null;
}

/** A file for the bank that is planned: it goes out once that is in the audit log. */
export interface SepaChange extends Change<null> {
  file: string;
  /** Ids of the creators who are left out. */
  leftOut: string[];
}

/**
 * Plans a file by which a bank pays a draft. Throws a `Problem`: 404; 409 for a run that is no draft or not in EUR, a store
 * that has no account to pay from, and creators who can't be paid so; 422 for a day that is over.
 */
export async function planSepa(deps: Deps, id: string, asked: SepaAsked): Promise<SepaChange> {
  const { status, currency, storeId } = await existingPayout(deps, id);
  if (status !== "draft") {
    // A second file of what was paid is a second payment.
    throw new Problem("payout_not_draft", `The run is ${status}. Banks get files of drafts alone.`);
  }
  if (currency !== "EUR") {
    throw new Problem("sepa_euro_only", `SEPA pays in EUR, and the run is in ${currency}. Export it as CSV.`);
  }
  const now = deps.now();
  const [payer, executeOn, payees] = await Promise.all([
    payerOf(deps, storeId),
    dayOf(deps, storeId, asked.executeOn, now),
    loadPayees(deps, id),
  ]);
  const { transfers, missing } = payees;
  if (transfers.length === 0 || (missing.length > 0 && !asked.skipMissing)) throw missingProblem(payees);
  return {
    statements: [mustHold(deps.d1, "EXISTS (SELECT 1 FROM payouts WHERE id = ?1 AND status = 'draft')", id)],
    audit: [
      {
        action: "export",
        entity: "payout",
        entityId: id,
        before: null,
        after: { format: "sepa", executeOn, transfers: transfers.length, leftOut: missing.length },
      },
    ],
    status: 200,
    body: null,
    file: painFile({ messageId: messageId(id), createdAt: now, executeOn, payer, transfers }),
    leftOut: missing.map(({ path }) => path),
  };
}

/** The headers that tell who was left out of a file: how many, and the first of them by their ids. */
export function leftOutHeaders(leftOut: readonly string[]): Record<string, string> {
  if (leftOut.length === 0) return {};
  return {
    "Waymark-Left-Out": String(leftOut.length),
    "Waymark-Left-Out-Creators": leftOut.slice(0, MAX_NAMED).join(", "),
  };
}

function missingProblem({ transfers, missing }: Payees): Problem {
  const [first] = missing;
  const [ready, lacking] = [transfers.length, missing.length];
  const who = lacking === 1 ? "One creator" : `${lacking} creators`;
  const rest =
    ready === 0
      ? "Nobody else is in the run."
      : `Or leave them out (skip=missing): the other ${ready} can be paid so, and these have to be paid another way.`;
  return new Problem(
    "payees_missing",
    `${who} can't be paid by SEPA: ${first?.path} ${first?.message}. PUT /creators/{id}/payout-details says where they are paid. ${rest}`,
    missing.slice(0, MAX_NAMED),
    {},
    null,
    { missing: lacking, ready },
  );
}

async function payerOf(deps: Deps, storeId: string): Promise<Payer> {
  const row = await findPayer(deps, storeId);
  const payer = row === null ? null : await openPayer(deps.env.VISITOR_KEY, storeId, row.sealed);
  if (payer !== null) return payer;
  const why = row === null ? "has no account to pay from" : "has an account that was sealed under another VISITOR_KEY";
  throw new Problem("payer_missing", `The store ${storeId} ${why}. PUT /stores/${storeId}/payer says which it is.`);
}

async function dayOf({ db }: Deps, storeId: string, asked: string | null, now: number): Promise<string> {
  const [store] = await db.select({ timezone: stores.timezone }).from(stores).where(eq(stores.id, storeId));
  const today = dayIn(store?.timezone ?? "UTC", now);
  if (asked !== null && asked < today) throw Problem.invalid("executeOn", `must not be over: today is ${today}`);
  return asked ?? today;
}
