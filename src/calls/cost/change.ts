import type { Deps } from "../../ground/deps.ts";
import { created, deleted, updated } from "../../ground/http/change.ts";
import type { Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import { majorOf, minorOf } from "../../ground/money/amount.ts";
import { mostOfOrder, mostText } from "../../ground/money/bound.ts";
import { daysOf } from "../../ground/time/range.ts";
import { findStore } from "../../programme/store/store.ts";
import type { ChannelCost, CostPatch, NewCost } from "./schema.ts";
import { type CostRow, existingCost, insertCost, presentCost, updateCost } from "./store.ts";

/** Days that one cost may be spread over: ten years. */
const MAX_DAYS = 3_660;

/** Plans that a cost is entered. Throws a `Problem` (422). */
export async function planCost(deps: Deps, given: NewCost): Promise<Change<ChannelCost>> {
  const store = await findStore(deps, given.storeId);
  if (store === null) throw Problem.invalid("storeId", "is no store's");
  const currency = given.currency ?? store.currency;
  const time = deps.now();
  const row: CostRow = {
    id: deps.newId("channelCost"),
    storeId: store.id,
    channel: given.channel,
    ...spanOf(given.from, given.to),
    amountMinor: minorIn(given.amount, currency),
    currency,
    note: given.note,
    version: 1,
    createdAt: time,
    updatedAt: time,
    deletedAt: null,
  };
  return { ...created("channelCost", presentCost(row)), statements: [insertCost(deps, row)] };
}

/** Plans what is changed of a cost. Throws a `Problem`: 404, or 422. */
export async function planCostChange(deps: Deps, id: string, patch: CostPatch): Promise<Change<ChannelCost>> {
  const before = await existingCost(deps, id);
  const currency = patch.currency ?? before.currency;
  const after: CostRow = {
    ...before,
    channel: patch.channel ?? before.channel,
    ...spanOf(patch.from ?? before.fromDay, patch.to ?? before.toDay),
    // Another currency alone leaves the amount as it is written: 100 of the one become 100 of the other.
    amountMinor: minorIn(patch.amount ?? majorOf(before.amountMinor, before.currency), currency),
    currency,
    note: patch.note === undefined ? before.note : patch.note,
    version: before.version + 1,
    updatedAt: deps.now(),
  };
  return {
    ...updated("channelCost", presentCost(before), presentCost(after)),
    statements: updateCost(deps, before, after),
  };
}

/** Plans that a cost goes. Throws a `Problem` (404). */
export async function planCostDeletion(deps: Deps, id: string): Promise<Change<null>> {
  const before = await existingCost(deps, id);
  const time = deps.now();
  const after = { ...before, version: before.version + 1, updatedAt: time, deletedAt: time };
  return { ...deleted("channelCost", presentCost(before)), statements: updateCost(deps, before, after) };
}

function spanOf(fromDay: string, toDay: string): Pick<CostRow, "fromDay" | "toDay"> {
  const days = daysOf({ by: "days", first: fromDay, last: toDay });
  if (days < 1) throw Problem.invalid("to", "must not come before from");
  if (days > MAX_DAYS) throw Problem.invalid("to", "must be ten years after from at most");
  return { fromDay, toDay };
}

function minorIn(amount: string | number, currency: string): number {
  const minor = minorOf(String(amount), currency);
  if (minor === null) throw Problem.invalid("amount", `must be an amount in ${currency} with its decimals at most`);
  if (minor > mostOfOrder(currency)) {
    throw Problem.invalid("amount", `must be ${mostText(currency)} at most: enter more than one cost for more`);
  }
  return minor;
}
