import type { ReconciledRow, RowClass } from "../../ground/model/reconciliation.ts";
import type { Discrepancy } from "../../books/reconcile/schema.ts";

/** What applying rows of a class does: the shop's word is recorded, the order is declined, or nothing happens. */
export type Effect = "record" | "decline" | "nothing";

/** A class of rows, for people. */
export interface ClassWords {
  name: string;
  means: string;
  /** What applying it comes to. */
  applying: string;
  effect: Effect;
}

/** Every class of rows, in the order in which they are looked through. */
export const CLASS_WORDS: Readonly<Record<RowClass, ClassWords>> = {
  missing_in_tracker: {
    name: "Missing in Waymark",
    means: "The shop has an order that was never reported.",
    applying: "records it; nobody is paid for it unless it is credited and then approved by hand",
    effect: "record",
  },
  code_without_conversion: {
    name: "Missing, with a code",
    means: "The same, and it came with a creator’s code.",
    applying: "records and credits it; it is approved by hand",
    effect: "record",
  },
  missing_in_store: {
    name: "Missing in the shop",
    means: "An order was reported that the shop doesn’t have.",
    applying: "declines it, until the shop tells of it again",
    effect: "decline",
  },
  amount_mismatch: {
    name: "Other amount",
    means: "The amounts differ.",
    applying: "takes the shop’s",
    effect: "record",
  },
  currency_mismatch: {
    name: "Other currency",
    means: "The currencies differ.",
    applying: "takes the shop’s",
    effect: "record",
  },
  refund_not_applied: {
    name: "Other refund",
    means: "The shop gave back more, or less, than is known.",
    applying: "takes the shop’s",
    effect: "record",
  },
  status_mismatch: {
    name: "Other status",
    means: "One has it as paid, the other as cancelled, refunded, declined, or only claimed.",
    applying: "takes the shop’s; what was declined by hand is approved by hand",
    effect: "record",
  },
  late_after_lock: {
    name: "Of a locked period",
    means: "It differs or is missing, and was placed in a period that is locked.",
    applying: "takes the shop’s; the difference becomes an entry of the open period",
    effect: "record",
  },
  unknown_status: {
    name: "Unknown status",
    means: "Nobody knows what the shop’s status means.",
    applying: "does nothing: say what the word means, and upload the file again",
    effect: "nothing",
  },
  not_comparable: {
    name: "Not comparable",
    means: "An amount is in a currency that the file doesn’t name.",
    applying: "does nothing",
    effect: "nothing",
  },
  tracked_twice: {
    name: "Tracked twice",
    means: "The order is tracked under another of its ids, too.",
    applying: "does nothing: decline one of them by hand",
    effect: "nothing",
  },
  unclear_extent: {
    name: "Unclear where it ends",
    means: "A quote is missing, so that nobody knows where the row ends; and orders that may be within it.",
    applying: "does nothing: mend the file, and upload it again",
    effect: "nothing",
  },
  duplicate: {
    name: "Named twice",
    means: "The file names the order a second time.",
    applying: "does nothing",
    effect: "nothing",
  },
  unreadable: {
    name: "Unreadable",
    means: "The row can’t be read; it is kept with the reason.",
    applying: "does nothing",
    effect: "nothing",
  },
  matched: { name: "Matches", means: "Both agree.", applying: "changes nothing", effect: "record" },
};

/** Every class, in the order of {@link CLASS_WORDS}. */
export const CLASSES = Object.keys(CLASS_WORDS) as RowClass[];

/** A row's differences, each as what the shop has and what Waymark has: amounts with their currency. */
export function differenceTexts(
  { differences, store }: Pick<Discrepancy, "differences" | "store">,
  money: (minor: number, currency: string) => string,
): { field: string; store: string; tracker: string }[] {
  const currencies = differences.find(({ field }) => field === "currency");
  const ours = typeof currencies?.tracker === "string" ? currencies.tracker : (store?.total.currency ?? null);
  const text = (value: string | number | null, currency: string | null): string => {
    if (value === null) return "–";
    return typeof value === "number" && currency !== null ? money(value, currency) : String(value);
  };
  return differences.map((difference) => ({
    field: difference.field,
    store:
      difference.field === "order" && difference.store === null
        ? "lacks it"
        : text(difference.store, store?.total.currency ?? null),
    tracker: difference.field === "order" && difference.tracker === null ? "lacks it" : text(difference.tracker, ours),
  }));
}

/** The amounts of a row of a file that are said, with what they are called. */
export function amountsOf(row: ReconciledRow): { name: string; minor: number }[] {
  const named = [
    ["subtotal", row.subtotalMinor],
    ["discount", row.discountMinor],
    ["shipping", row.shippingMinor],
    ["tax", row.taxMinor],
    ["refunded", row.refundedMinor],
  ] as const;
  return named.flatMap(([name, minor]) => (minor === null ? [] : [{ name, minor }]));
}
