import { statementOf } from "../../ground/db/client.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { callDeals } from "../../ground/db/schema/call.ts";
import type { Actor, Deps } from "../../ground/deps.ts";
import { unchanged } from "../../ground/http/change.ts";
import type { Change } from "../../ground/http/commit.ts";
import { msOf } from "../../ground/http/fields.ts";
import { Problem } from "../../ground/http/problem.ts";
import { minorOf } from "../../ground/money/amount.ts";
import { mostOfOrder, mostText } from "../../ground/money/bound.ts";
import { CLOCK_DRIFT_MS } from "../../sales/attribution/eligible.ts";
import { customerHasher } from "../../sales/capture/customer.ts";
import { CLOCK_AHEAD_MS } from "../../sales/capture/read-order.ts";
import { customerOf } from "../../sales/capture/redact.ts";
import { ownOrderId } from "./evidence.ts";
import type { EnteredDeal, NewDeal } from "./schema.ts";
import { type DealCall, type DealRow, dealsOfCall, findDealCall, presentDeal, recordedOrders } from "./store.ts";
import { warningsOf } from "./warnings.ts";

/**
 * Plans a deal that was made by a call, or what is said of it later: what is left out is as it was said before, and what
 * was said before changes nothing. The order is of the call's store, whoever enters it. Throws a `Problem` (404, 422).
 */
export async function planDeal(deps: Deps, actor: Actor, id: string, given: NewDeal): Promise<Change<EnteredDeal>> {
  const call = await findDealCall(deps, id);
  if (call === null) throw new Problem("not_found", `There is no call ${id}.`);
  const deals = await dealsOfCall(deps, id);
  const orderExternalId = given.orderId ?? ownOrderId(id);
  const before = deals.find((deal) => deal.orderExternalId === orderExternalId) ?? null;
  if (before === null && given.cancelled === true) {
    throw Problem.invalid("cancelled", "can't be said of a deal that was never entered");
  }
  const now = deps.now();
  const amount = amountOf(given) ?? { amountMinor: before?.amountMinor ?? null, currency: before?.currency ?? null };
  if (amount.amountMinor === null && given.orderId === undefined) throw Problem.invalid("amount", "is missing");
  const row: Omit<DealRow, "seq" | "recordedAt"> = {
    callId: id,
    storeId: call.storeId,
    orderExternalId,
    ...amount,
    // Carriers' clocks may be ahead of ours: nothing is sold on a call before it began.
    placedAt: timeOf(given, call, now) ?? before?.placedAt ?? Math.max(now, call.startedAt),
    customerHash: (await hashOf(deps, call.storeId, given.customerId)) ?? before?.customerHash ?? null,
    cancelled: given.cancelled ?? before?.cancelled ?? false,
    actor: actor.id,
    // The later word has the later time, whatever the clock says.
    createdAt: Math.max(now, (before?.createdAt ?? 0) + 1),
  };
  const known = (await recordedOrders(deps, call.storeId, [orderExternalId])).get(orderExternalId);
  const warnings = warningsOf({
    ...call,
    credits: call.creatorId !== null || call.linkId !== null,
    otherOrders: deals.flatMap((deal) =>
      deal.cancelled || deal.orderExternalId === orderExternalId ? [] : [deal.orderExternalId],
    ),
    isTold: known?.isTold ?? false,
    saysAmount: row.amountMinor !== null,
  });
  if (before !== null && isSaid(before, row)) return unchanged({ ...presentDeal(before), warnings });
  const shown = presentDeal(row);
  return {
    statements: [
      mustHold(
        deps.d1,
        "(SELECT max(seq) FROM call_deals WHERE call_id = ?1 AND order_external_id = ?2) IS ?3",
        id,
        orderExternalId,
        before?.seq ?? null,
      ),
      statementOf(deps.d1, deps.db.insert(callDeals).values({ ...row, recordedAt: null })),
    ],
    audit: [
      {
        action: before === null ? "create" : row.cancelled && !before.cancelled ? "cancel" : "update",
        entity: "deal",
        entityId: id,
        before: before === null ? null : presentDeal(before),
        after: shown,
      },
    ],
    status: 200,
    body: { ...shown, warnings },
  };
}

function isSaid(before: DealRow, row: Omit<DealRow, "seq" | "recordedAt">): boolean {
  return (
    before.amountMinor === row.amountMinor &&
    before.currency === row.currency &&
    before.placedAt === row.placedAt &&
    before.customerHash === row.customerHash &&
    before.cancelled === row.cancelled
  );
}

/** The amount in minor units; `null`: nothing is said of it. Throws a `Problem` (422). */
function amountOf({ amount, currency }: NewDeal): { amountMinor: number; currency: string } | null {
  if (amount === undefined || currency === undefined) return null;
  const amountMinor = minorOf(amount, currency);
  if (amountMinor === null) {
    throw Problem.invalid("amount", `must be an amount in ${currency} of 0 or more, with its decimals at most`);
  }
  if (amountMinor > mostOfOrder(currency)) throw Problem.invalid("amount", `must be ${mostText(currency)} at most`);
  return { amountMinor, currency };
}

/** When it was sold, ms UTC; `null`: it doesn't say. Throws a `Problem` (422). */
function timeOf({ placedAt }: NewDeal, { startedAt }: DealCall, now: number): number | null {
  const at = msOf(placedAt) ?? null;
  if (at === null) return null;
  if (at > now + CLOCK_AHEAD_MS) throw Problem.invalid("placedAt", "must not be in the future");
  if (at < startedAt - CLOCK_DRIFT_MS) throw Problem.invalid("placedAt", "must not be before the call");
  return Math.min(at, now);
}

/** Whoever bought, as orders know them; `null`: it says nothing of that. Throws a `Problem` (422). */
async function hashOf({ env }: Deps, storeId: string, customerId: string | undefined): Promise<string | null> {
  if (customerId === undefined) return null;
  const customer = customerOf(customerId);
  if (customer === null) throw Problem.invalid("customerId", "is no id that tells one customer from another");
  return customerHasher(env.VISITOR_KEY)(storeId, customer);
}
