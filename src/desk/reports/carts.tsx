import type { ShownAbandoner, ShownCart } from "../../reports/visits/cart-schema.ts";
import { SOURCE_KINDS } from "../../ground/model/visit.ts";
import { CART_STATES } from "../../visits/cart/state.ts";
import { pathOfId } from "../frame/places.ts";
import { optionsOf, wordsOf } from "../form/field.ts";
import { choiceOf } from "../report/fields.ts";
import type { Key, Measure, Report, ReportView } from "../report/report.ts";

/** What carts are worth. */
interface Worth {
  items: number;
  value: { amountMinor: number; currency: string } | null;
}

const WORTH: readonly Measure<Worth>[] = [
  {
    name: "items",
    label: "Items",
    value: ({ items }) => items,
    text: (value, _cart, { formats }) => formats.count(value),
  },
  {
    name: "value",
    label: "Worth",
    value: ({ value }) => value?.amountMinor ?? null,
    text: (amount, { value }, { formats }) => formats.money(amount, value?.currency ?? "EUR"),
  },
];

function time<R>(label: string, of: (row: R) => string | null): Key<R> {
  return {
    label,
    text: (row, { desk }: ReportView) => {
      const at = of(row);
      return at === null ? null : desk.formats.moment(Date.parse(at), desk.timezone);
    },
  };
}

/** Whose a cart is, where that is known. */
function contact<R extends { contactId: string | null }>(): Key<R> {
  return {
    label: "Contact",
    text: ({ contactId }) => contactId && "A known contact",
    href: ({ contactId }) => pathOfId(contactId ?? ""),
    none: "Not known",
  };
}

/** `/admin/carts`: what is behind the reports on checkout and abandonment. */
export const CARTS: Report<ShownCart, Worth> = {
  title: "Carts",
  about: "Carts of consenting visitors that began in this time, those first that something was done with last.",
  api: "/carts",
  store: "one",
  noCsv: true,
  filters: [
    choiceOf("state", "State", CART_STATES),
    { kind: "text", name: "step", label: "Came to step", max: 120 },
    {
      kind: "choice",
      name: "outcome",
      label: "What became of them there",
      options: optionsOf(["continued", "left", "open"]),
    },
    {
      kind: "text",
      name: "source",
      label: "Source",
      max: 120,
      hint: `As the report has it, such as “search Google”. Kinds are ${SOURCE_KINDS.join(", ")}.`,
    },
  ],
  pageRows: 50,
  keys: [
    { label: "State", text: ({ state }) => wordsOf(state) },
    time("Began", ({ beganAt }) => beganAt),
    time("Last done with", ({ silentSince }) => silentSince),
    time("Abandoned", ({ abandonedAt }) => abandonedAt),
    time("Bought", ({ boughtAt }) => boughtAt),
    { label: "Steps", text: ({ steps }) => (steps.length === 0 ? null : steps.map(({ name }) => name).join(", ")) },
    { label: "Source", text: ({ source }) => source },
    contact(),
  ],
  measures: WORTH,
  foot: () => [],
  empty: "Carts are told of by the snippet on the store’s pages, as its tagging plan’s checkout says.",
};

/** `/admin/abandoners`: carts that are abandoned now, to be written to where a contact is known. */
export const ABANDONERS: Report<ShownAbandoner, Worth> = {
  title: "Who left a cart",
  about:
    "Carts that are abandoned now and began in this time, of consenting visitors alone. Whose they are is said where a contact is known.",
  api: "/audiences/abandoners",
  store: "one",
  filters: [],
  pageRows: 50,
  keys: [
    time("Abandoned", ({ abandonedAt }) => abandonedAt),
    { label: "Last step", text: ({ step }) => step, none: "None" },
    { label: "Source", text: ({ source }) => source },
    contact(),
  ],
  measures: WORTH,
  foot: () => [],
  empty: "Carts that nothing was done with for too long would be here.",
};
