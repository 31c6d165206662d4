import type { Deps } from "../../ground/deps.ts";
import type { FieldError } from "../../ground/http/problem.ts";
import type { PayoutMethod } from "../../ground/model/payout.ts";
import { openDetails } from "../account/seal.ts";
import { MOST_CENTS, type Transfer } from "./pain.ts";

/** Lines read at once. */
const PAGE = 500;

/** A line of a run, with where its creator is paid. */
interface PayeeRow {
  creatorId: string;
  cents: number;
  reference: string | null;
  deletedAt: number | null;
  method: PayoutMethod | null;
  sealed: string | null;
}

/** What of a run can be paid by SEPA, and who can't, by why: `path` is the creator's id. */
export interface Payees {
  transfers: Transfer[];
  missing: FieldError[];
}

/** Reads whom a run pays, newest creator first. Amounts are in cents: of a run in EUR alone. */
export async function loadPayees(deps: Deps, payoutId: string): Promise<Payees> {
  const payees: Payees = { transfers: [], missing: [] };
  for (let after: string | null = null; ;) {
    const page: PayeeRow[] = await pageOf(deps, payoutId, after);
    for (const payee of await payeesOf(deps, page)) {
      if ("message" in payee) payees.missing.push(payee);
      else payees.transfers.push(payee);
    }
    after = page.at(-1)?.creatorId ?? null;
    if (page.length < PAGE || after === null) return payees;
  }
}

async function pageOf({ d1 }: Deps, payoutId: string, after: string | null): Promise<PayeeRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT n.creator_id AS creatorId, n.amount_minor AS cents, n.reference, c.deleted_at AS deletedAt, d.method, d.sealed
       FROM payout_lines n JOIN creators c ON c.id = n.creator_id
       LEFT JOIN payout_details d ON d.creator_id = n.creator_id
       WHERE n.payout_id = ?1 AND (?2 IS NULL OR n.creator_id < ?2) ORDER BY n.creator_id DESC LIMIT ${PAGE}`,
    )
    .bind(payoutId, after)
    .all<PayeeRow>();
  return results;
}

async function payeesOf({ env }: Deps, page: readonly PayeeRow[]): Promise<(Transfer | FieldError)[]> {
  const known = page.flatMap(({ creatorId, sealed }) => (sealed === null ? [] : [{ creatorId, sealed }]));
  const opened = await openDetails(env.VISITOR_KEY, known);
  const details = new Map(known.map(({ creatorId }, index) => [creatorId, opened[index] ?? null]));
  return page.map(({ creatorId, cents, reference, deletedAt, method }) => {
    const because = (message: string): FieldError => ({ path: creatorId, message });
    if (deletedAt !== null) return because("was deleted, and with them where they are paid");
    if (method === null) return because("has no payout details");
    if (method !== "sepa") return because(`is paid by another way: ${method}`);
    const { accountHolder, iban = null, bic, reference: text } = details.get(creatorId) ?? {};
    if (accountHolder === undefined || iban === null) {
      return because("has payout details that were sealed under another VISITOR_KEY: enter them anew");
    }
    if (cents > MOST_CENTS) return because("is owed more than one transfer may be of");
    return { reference, cents, name: accountHolder, iban, bic: bic ?? null, text: text ?? null };
  });
}
