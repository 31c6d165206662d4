import { type ModelOrder, type Says, standing, takenBack, type Worked } from "./books-model.ts";
import type { StepOf } from "./books-steps.ts";

type GivenRow = StepOf<"import">["rows"][number];

/** What an export says of an order; `null`: it has no such order. */
export function rowOf(order: ModelOrder, given: GivenRow, worked: Worked | undefined): Says | null {
  if (given.as === "absent") return null;
  const amounts = worked?.facts.amounts ?? null;
  const [first] = order.codes;
  const codes = given.named && first !== undefined ? { codes: [first] } : {};
  if (given.as === "same" && worked !== undefined && amounts !== null) {
    const { status } = worked.facts;
    const sold = status === "pending" ? "pending" : "paid";
    const taken = status === "cancelled" ? "cancelled" : "refunded";
    const refundedMinor = amounts.refundedMinor ?? (status === "refunded" ? amounts.totalMinor : 0);
    return {
      totalMinor: amounts.totalMinor,
      refundedMinor,
      status: takenBack(worked.facts) ? taken : sold,
      ...codes,
    };
  }
  const { totalMinor, status } = given;
  const part = (per: number, of: number) => Math.floor((totalMinor * per) / of);
  return {
    totalMinor,
    ...(given.subtotal !== null && { subtotalMinor: part(given.subtotal, 100) }),
    ...(given.refunded !== null && { refundedMinor: part(given.refunded, 10) }),
    status,
    ...codes,
  };
}

/** Whether an export has something else of an order than what is known, after docs/money.md. */
export function differs(row: Says, worked: Worked): boolean {
  const { facts } = worked;
  const known = facts.amounts;
  if (row.totalMinor !== facts.total) return true;
  const subtotalMinor = known?.subtotalMinor ?? null;
  if (row.subtotalMinor !== undefined && subtotalMinor !== null && row.subtotalMinor !== subtotalMinor) return true;
  if (row.refundedMinor !== undefined && row.refundedMinor !== (facts.refunded ?? 0)) return true;
  const shop = becomeOf(row.status ?? null, row.totalMinor ?? 0, row.refundedMinor ?? null);
  const here = becomeOf(facts.status, known?.totalMinor ?? 0, known?.refundedMinor ?? null);
  if (here !== null && shop !== here) return true;
  const isSold = shop === "paid" || shop === "pending";
  const isTaken = here === "cancelled" || here === "refunded";
  if (isSold && !isTaken && standing(worked.order, facts) === "declined") return true;
  if (here !== null) return false;
  // A server that says nothing of it reports what was sold; a browser only claims it.
  return shop !== "pending" && !(facts.confirmed && shop === "paid");
}

/** What became of an order by a status and what was given back: in part, it is still paid. */
function becomeOf(status: Says["status"] | null, totalMinor: number, refundedMinor: number | null): string | null {
  if (status === "cancelled" || status === "pending" || refundedMinor === null) return status ?? null;
  if (totalMinor > 0 && refundedMinor >= totalMinor) return "refunded";
  return status === "refunded" ? "paid" : (status ?? null);
}

/** An order of rows, whatever is in them. */
export function byText(a: readonly unknown[], b: readonly unknown[]): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
