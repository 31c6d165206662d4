import { major } from "./books-earnings.ts";
import { type Channel, isClaim, type ModelOrder, type Says, standing, takenBack } from "./books-facts.ts";
import { type Worked } from "./books-model.ts";
import { iso, type Shop } from "./books-shop.ts";
import type { Saying, StepOf } from "./books-steps.ts";

/** Channels by which orders are told of one by one. */
export type Told = Exclude<Channel, "import">;

/** What a saying comes to by a channel. */
export function sayingOf(order: ModelOrder, channel: Told, saying: Saying): Says {
  const { totalMinor } = saying;
  const part = (per: number, of: number) => Math.floor((totalMinor * per) / of);
  if (isClaim({ channel })) {
    return { totalMinor, ...(saying.claims !== null && { codes: [saying.claims] }) };
  }
  const told = {
    ...(saying.status !== undefined && { status: saying.status }),
    ...(saying.named && order.codes.length > 0 && { codes: order.codes }),
  };
  const refunded = saying.refunded === null ? {} : { refundedMinor: part(saying.refunded, 10) };
  if (channel === "postback") {
    return { ...(saying.priced && { totalMinor, ...refunded }), ...told };
  }
  return {
    totalMinor,
    ...(saying.subtotal !== null && { subtotalMinor: part(saying.subtotal, 100) }),
    ...(saying.shipping !== null && { shippingMinor: part(saying.shipping, 100) }),
    ...(saying.tax !== null && { taxMinor: part(saying.tax, 100) }),
    ...refunded,
    ...told,
    placedAt: order.placedAt,
  };
}

const HEADER = "order_id,placed_at,currency,total,subtotal,refunded,status,codes";

/** An export as it is uploaded. */
export function csvOf(found: readonly { order: ModelOrder; row: Says }[], shop: Shop): string {
  const lines = found.map(({ order: { externalId, placedAt, currency }, row }) => {
    const money = (minor: number | undefined) => (minor === undefined ? "" : major(minor, currency));
    return [
      externalId,
      iso(placedAt),
      currency,
      money(row.totalMinor),
      money(row.subtotalMinor),
      money(row.refundedMinor),
      row.status ?? "",
      shop.codesOf(row.codes).join(" "),
    ].join(",");
  });
  return [HEADER, ...lines].join("\n");
}

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
