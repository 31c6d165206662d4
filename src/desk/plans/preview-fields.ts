import { type Field, optionsOf } from "../form/field.ts";

/** Whom a preview is for, and what order it reckons with: no part of what is saved. */
export const PREVIEW_FIELDS: readonly Field[] = [
  { kind: "ref", of: "creator", name: "creatorId", label: "Creator", empty: "omit" },
  {
    kind: "group",
    name: "creator",
    label: "Or one who is imagined",
    optional: true,
    fields: [
      { kind: "text", name: "firstName", label: "First name", empty: "omit" },
      { kind: "text", name: "lastName", label: "Last name", empty: "omit" },
      { kind: "email", name: "email", label: "E-mail", empty: "omit" },
      { kind: "map", name: "handles", label: "Handles", rows: 2, empty: "omit", hint: "One a line: instagram = lea" },
    ],
  },
  { kind: "ref", of: "campaign", name: "campaignId", label: "Campaign", empty: "omit" },
  { kind: "text", name: "campaign", label: "Or a campaign’s name", empty: "omit", max: 120 },
];

/** An order to reckon with. */
export const ORDER_FIELDS: readonly Field[] = [
  { kind: "decimal", name: "total", label: "Total", empty: "omit", hint: "With tax and shipping." },
  { kind: "text", name: "currency", label: "Currency", empty: "omit", max: 3, short: true },
  { kind: "decimal", name: "tax", label: "Tax in it", empty: "omit" },
  { kind: "decimal", name: "shipping", label: "Shipping in it", empty: "omit" },
  { kind: "decimal", name: "refunded", label: "Refunded", empty: "omit" },
  {
    kind: "choice",
    name: "customer",
    label: "Customer",
    options: optionsOf(["new", "returning", "unknown"]),
    empty: "omit",
    short: true,
  },
  { kind: "text", name: "sku", label: "Product (SKU)", empty: "omit" },
  { kind: "text", name: "category", label: "Category", empty: "omit" },
  { kind: "whole", name: "quantity", label: "Pieces", least: 1, empty: "omit" },
  {
    kind: "decimal",
    name: "salesBefore",
    label: "Sold before in the month",
    empty: "omit",
    hint: "What counts for tiers.",
  },
  {
    kind: "decimal",
    name: "earnedBefore",
    label: "Earned before in the month",
    empty: "omit",
    hint: "What counts against the bound of a month.",
  },
];
