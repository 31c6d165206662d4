import { UTM_FIELDS } from "../../ground/model/link.ts";
import type { Field, Option } from "../form/field.ts";
import type { Desk } from "../frame/desk-load.ts";
import { ORDER_FIELDS, PREVIEW_FIELDS } from "./preview-fields.ts";

/** Values in per cent, or amounts. */
export const VALUE_TYPES: readonly Option[] = [
  { value: "percentage", label: "Per cent" },
  { value: "fixed", label: "A fixed amount" },
];

const CURRENCY: Field = {
  kind: "text",
  name: "currency",
  label: "Currency",
  empty: "omit",
  max: 3,
  short: true,
  hint: "Of a fixed amount, such as EUR. Empty: the store’s.",
};

const HOLD_DAYS: Field = {
  kind: "whole",
  name: "holdDays",
  label: "Days until an order is approved by itself",
  least: 0,
  most: 365,
  empty: "null",
  initial: 30,
  hint: "Empty: orders are approved by hand only.",
};

/** What a creator earns by an order. */
export const COMMISSION_FIELDS: readonly Field[] = [
  { kind: "choice", name: "type", label: "Is paid as", options: VALUE_TYPES, required: true, initial: "percentage" },
  {
    kind: "decimal",
    name: "value",
    label: "Value",
    hint: "Per cent of what was sold, or an amount for each order.",
  },
  CURRENCY,
  HOLD_DAYS,
  {
    kind: "group",
    name: null,
    label: "Tiers: other values from sales on",
    folded: true,
    fields: [
      {
        kind: "list",
        name: "tiers",
        label: "Tiers",
        item: "Tier",
        most: 20,
        hint: "What counts are the creator’s sales under the plan before an order, in the calendar month.",
        of: [
          { kind: "decimal", name: "from", label: "From sales of" },
          { kind: "decimal", name: "value", label: "Value" },
        ],
      },
    ],
  },
  {
    kind: "group",
    name: null,
    label: "Exceptions: other values for some products or categories",
    folded: true,
    fields: [
      {
        kind: "list",
        name: "special",
        label: "Exceptions",
        item: "Exception",
        most: 20,
        hint: "The first that matches an item holds for it. A fixed amount is for each piece.",
        of: [
          { kind: "choice", name: "type", label: "Is paid as", options: VALUE_TYPES },
          { kind: "decimal", name: "value", label: "Value" },
          { ...CURRENCY, hint: "Of a fixed amount. Empty: the commission’s." },
          { kind: "lines", name: "products", label: "Products", rows: 2, hint: "SKUs, one a line." },
          { kind: "lines", name: "categories", label: "Categories", rows: 2, hint: "Names, one a line." },
        ],
      },
    ],
  },
  {
    kind: "group",
    name: null,
    label: "Bounds, and what counts",
    folded: true,
    fields: [
      { kind: "decimal", name: "capPerOrder", label: "At most for an order", hint: "In the store’s currency." },
      { kind: "decimal", name: "capPerCreator", label: "At most for a creator in a month" },
      { kind: "switch", name: "newCustomersOnly", label: "Only a customer’s first order in the store earns" },
      { kind: "switch", name: "includeTax", label: "Tax earns too" },
      { kind: "switch", name: "includeShipping", label: "Shipping earns too" },
      {
        kind: "text",
        name: "payIn",
        label: "Paid in",
        max: 3,
        short: true,
        empty: "null",
        hint: "A currency that commissions are converted to, by your exchange rates. Empty: they stay in their own.",
      },
    ],
  },
];

/** The fields of a plan; `making`: of a new one, in which some may be left to the store's platform. */
export function planFields(desk: Desk, making: boolean): readonly Field[] {
  return [
    { kind: "text", name: "name", label: "Name", required: true, max: 120 },
    ...(making ? [storeField(desk)] : []),
    {
      kind: "group",
      name: "discount",
      label: "What a code gives the shopper",
      optional: true,
      hint: "Empty: no discount. 0 is allowed: such a code only says whose sale it is.",
      fields: [
        { kind: "choice", name: "type", label: "Is given as", options: VALUE_TYPES, empty: "omit" },
        { kind: "decimal", name: "value", label: "Value", empty: "omit" },
        CURRENCY,
      ],
    },
    {
      kind: "text",
      name: "codePattern",
      label: "Codes are made of",
      max: 200,
      placeholder: "{{username}}10OFF",
      hint: making
        ? "Text and variables: {{username}}, {{firstName}}, {{lastName}}, {{campaign}}, {{year}}, {{instagram}}; {{username|upper|max:8}} shortens. Empty: {{username}} where there is a discount and the platform makes codes."
        : "Text and variables, as in {{username|upper|max:8}}10OFF. Empty: no codes.",
    },
    ...(making ? [{ kind: "switch", name: "noCodes", label: "No codes at all" } as const] : []),
    {
      kind: "group",
      name: null,
      label: "Links",
      fields: [
        {
          kind: "text",
          name: "landingUrl",
          label: "Landing page",
          hint: "Where links lead; it may hold {{username}} and other variables after its host. Empty: the store’s home page.",
        },
        {
          kind: making ? "maybe" : "switch",
          name: "affiliateLink",
          label: "Each creator gets a link that earns",
          ...(making && { empty: "omit", hint: "Not said: where the platform can." }),
        },
        {
          kind: making ? "maybe" : "switch",
          name: "trackClicks",
          label: "Each creator gets a link that counts clicks alone",
          ...(making && { empty: "omit", hint: "Not said: where there is no link that earns." }),
        },
        {
          kind: "switch",
          name: "creatorLinks",
          label: "Creators may make links of their own",
          hint: "On their page, to pages of the shop alone: the hosts of its front page, of its origins and of the landing page.",
        },
        {
          kind: "url",
          name: "fallbackUrl",
          label: "Where links lead before the start and after the end",
        },
      ],
    },
    {
      kind: "group",
      name: "utm",
      label: "UTM parameters",
      folded: true,
      hint: "Variables are allowed, as in {{username}}.",
      fields: UTM_FIELDS.map((name) => ({
        kind: "text" as const,
        name,
        label: `utm_${name}`,
        empty: "text" as const,
      })),
    },
    {
      kind: "group",
      name: null,
      label: "When it holds",
      folded: true,
      fields: [
        { kind: "moment", name: "startsAt", label: "From (UTC)" },
        { kind: "moment", name: "endsAt", label: "Until (UTC)", hint: "After it the plan’s links stop." },
      ],
    },
    {
      kind: "group",
      name: "limits",
      label: "Limits of the discount",
      folded: true,
      fields: [
        { kind: "whole", name: "totalUses", label: "Uses of a code in all", least: 1 },
        { kind: "switch", name: "oncePerCustomer", label: "Once for each customer" },
        {
          kind: "group",
          name: "minimum",
          label: "A cart of at least",
          optional: true,
          fields: [
            {
              kind: "choice",
              name: "type",
              label: "Measured by",
              empty: "omit",
              options: [
                { value: "cartValue", label: "Its value" },
                { value: "quantity", label: "Pieces in it" },
              ],
            },
            { kind: "decimal", name: "value", label: "Value or number", empty: "omit" },
          ],
        },
        { kind: "lines", name: "products", label: "Products", rows: 2, hint: "Ids in the store, one a line." },
        { kind: "lines", name: "categories", label: "Categories", rows: 2, hint: "Ids in the store, one a line." },
      ],
    },
    {
      kind: "group",
      name: "commission",
      label: "What a creator earns by an order",
      ...(making && { hint: "Without a value nobody earns anything." }),
      fields: COMMISSION_FIELDS,
    },
  ];
}

/** A plan's fields with those that only its preview is made by. */
export function planForm(desk: Desk, making: boolean): readonly Field[] {
  return [
    ...planFields(desk, making),
    {
      kind: "group",
      name: "preview",
      label: "Whom the preview is for",
      folded: true,
      hint: "Nothing of this is saved. Empty: a creator who is imagined, and an order of 100.",
      fields: [
        ...PREVIEW_FIELDS,
        { kind: "group", name: "order", label: "A sample order", optional: true, fields: ORDER_FIELDS },
      ],
    },
  ];
}

/** The store of something new: a choice where stores are known. */
function storeField({ stores }: Desk): Field {
  return stores.length === 0
    ? { kind: "ref", of: "store", name: "storeId", label: "Store", required: true }
    : {
        kind: "choice",
        name: "storeId",
        label: "Store",
        required: true,
        options: stores.map(({ id, name }) => ({ value: id, label: name })),
      };
}
