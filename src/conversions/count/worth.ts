import type { ConversionValue } from "../../ground/model/conversion.ts";
import type { Trust } from "../../ground/model/evidence.ts";
import type { DefinitionRow } from "../definition/store.ts";
import { eventWorth, fieldWorth, fixedWorth, mergedWorth, orderWorth, type Worth } from "./value.ts";
import type { ConversionRow, Followed, KnownContact, Match } from "./work.ts";

/** A value, and whose word it is. */
export interface Valued {
  worth: Worth;
  /** `null`: nobody's who tells of the event. */
  valueTrust: Trust | null;
}

/** What a conversion is worth by all that is said of it, and by whose word. */
export function worthOf(
  { value, currency }: DefinitionRow,
  before: ConversionRow | null,
  matches: readonly Match[],
  follows: Followed | null,
  contact: KnownContact | null,
): Valued {
  const own = ownWorth(value, currency, before, follows, contact);
  if (own !== null) return { worth: own, valueTrust: null };
  const said = [
    // A server that confirms an event and is silent on its value makes no browser's word of that its own.
    ...(before === null ? [] : [{ ...amountIn(before), trust: before.valueTrust ?? before.trust }]),
    ...matches.map(({ event }) => ({ ...eventWorth(event.data, currency), trust: event.trust })),
  ];
  const [first, ...others] = said;
  if (first === undefined) return { worth: eventWorth({}, currency), valueTrust: null };
  const { trust, ...worth } = others.reduce(mergedWorth, first);
  return { worth, valueTrust: trust };
}

function amountIn({ valueMinor, valueNote }: ConversionRow): Worth {
  return { valueMinor, valueNote };
}

/** What a conversion is worth whatever its event says; `null`: the event says it. */
function ownWorth(
  value: ConversionValue,
  currency: string,
  before: ConversionRow | null,
  follows: Followed | null,
  contact: KnownContact | null,
): Worth | null {
  const fixed = fixedWorth(value);
  if (fixed !== null) return fixed;
  if (value.mode === "field") return fieldWorth(contact?.fields ?? null, value.field, currency);
  if (value.mode !== "order") return null;
  return follows === null && before !== null ? amountIn(before) : orderWorth(follows?.total ?? null, currency);
}
