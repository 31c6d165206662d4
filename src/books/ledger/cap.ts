import type { CapNote } from "../../ground/model/commission.ts";
import { Fraction } from "fraction.js";
import { exactText } from "../../ground/money/exact.ts";
import type { Commission } from "../../ground/model/plan.ts";
import type { Exchange } from "./exchange.ts";
import { leftOfCap } from "./progress.ts";

/** What caps leave of a commission. */
export interface Capped {
  /** In the commission's own currency; `null`: the rate by which a cap is compared is missing. */
  earned: Fraction | null;
  /** Before the cap per creator, minor units of the store's currency; `null`: the rate is missing. */
  uncapped: Fraction | null;
  caps: CapNote[];
}

/** The parts of a share that caps look at. */
export interface CappedShare {
  /** The creator's part of the order, 0 to 1: a cap for an order is one for all who share it. */
  weight: Fraction;
  /** What the creator has earned before in the month, minor units of the store's currency. */
  earnedBeforeMinor: number;
}

/**
 * What a rule's caps, which are in the store's currency, leave of a share's commission in minor units of
 * its own: first that for the order, then what the month has left for the creator.
 */
export function capped(
  share: Fraction,
  { weight, earnedBeforeMinor }: CappedShare,
  { capPerOrderMinor, capPerCreatorMinor }: Pick<Commission, "capPerOrderMinor" | "capPerCreatorMinor">,
  currencies: { own: string; store: string },
  exchange: Exchange,
): Capped {
  const whole = exchange.convert(share, currencies.own, currencies.store)?.amount ?? null;
  if (whole === null) {
    const none = capPerOrderMinor === null && capPerCreatorMinor === null;
    return { earned: none ? share : null, uncapped: null, caps: [] };
  }
  const caps: CapNote[] = [];
  const limit = (amount: Fraction, cap: CapNote["cap"], capMinor: number | null, most: (cap: number) => Fraction) => {
    if (capMinor === null || amount.lte(most(capMinor))) return amount;
    caps.push({ cap, capMinor, leaves: exactText(most(capMinor)) });
    return most(capMinor);
  };
  const uncapped = limit(whole, "order", capPerOrderMinor, (cap) => weight.mul(cap));
  const left = limit(uncapped, "creator", capPerCreatorMinor, (cap) => new Fraction(leftOfCap(cap, earnedBeforeMinor)));
  // The part that is left is the same in either currency.
  return { earned: whole.equals(0) ? share : share.mul(left).div(whole), uncapped, caps };
}
