import { PROVIDER_TABLE, PROVIDERS } from "../../ground/model/provider.ts";
import type { Field } from "../form/field.ts";

/** What a store is changed by. */
export const STORE_FIELDS: readonly Field[] = [
  { kind: "text", name: "name", label: "Name", required: true, max: 120 },
  {
    kind: "text",
    name: "brandName",
    label: "Name of the brand",
    empty: "null",
    max: 60,
    hint: "As creators and shoppers know the shop. Empty: its name.",
  },
  {
    kind: "text",
    name: "brandColor",
    label: "Colour of the brand",
    empty: "null",
    short: true,
    max: 7,
    placeholder: "#1b6f5c",
    hint: "Of creators’ pages; made lighter or darker there where it couldn’t be read.",
  },
  {
    kind: "choice",
    name: "provider",
    label: "Platform",
    initial: "ast",
    empty: "omit",
    options: PROVIDERS.map((id) => ({ value: id, label: PROVIDER_TABLE[id].name })),
    hint: "What the shop runs on. Agnostic sales tracking is any shop that reports its orders by snippet, pixel or its own server.",
  },
  {
    kind: "lines",
    name: "origins",
    label: "Origins",
    hint: "Whose pages may report events, one a line, such as https://shop.example: what comes from other pages is refused.",
  },
  {
    kind: "text",
    name: "currency",
    label: "Currency",
    initial: "EUR",
    short: true,
    max: 3,
    hint: "Three letters. Caps and tiers of commissions are in it: a change settles the store’s orders anew.",
  },
  {
    kind: "text",
    name: "timezone",
    label: "Time zone",
    initial: "UTC",
    hint: "Such as Europe/Paris. Days and months of reports and commissions begin in it.",
  },
  {
    kind: "url",
    name: "homeUrl",
    label: "Front page",
    hint: "Where links lead that name no page. Links of plans follow a change.",
  },
  {
    kind: "group",
    name: null,
    label: "Clicks and consent",
    folded: true,
    fields: [
      {
        kind: "text",
        name: "clickParam",
        label: "Name of the click id",
        initial: "wm_click",
        max: 40,
        hint: "Under which the click id stands in the address of the landing page.",
      },
      {
        kind: "choice",
        name: "consentPolicy",
        label: "Consent",
        options: [
          { value: "regional", label: "Regional: deferred where the law asks for consent first, implied elsewhere" },
          { value: "strict", label: "Strict: visitors are not told apart" },
          { value: "deferred", label: "Deferred: nothing is stored on a device before consent" },
          { value: "implied", label: "Implied: consent counts as given until it is refused" },
        ],
        hint: "Empty: the deployment’s own setting.",
      },
    ],
  },
  {
    kind: "group",
    name: "attribution",
    label: "Who is credited",
    folded: true,
    fields: [
      {
        kind: "choice",
        name: "model",
        label: "Model",
        initial: "last_click",
        empty: "omit",
        options: [
          { value: "last_click", label: "Last click" },
          { value: "first_click", label: "First click" },
          { value: "code_wins", label: "The code wins over the link" },
          { value: "link_wins", label: "The link wins over the code" },
          { value: "split", label: "Split between link and code" },
        ],
      },
      {
        kind: "whole",
        name: "windowDays",
        label: "Window, days",
        initial: 30,
        least: 1,
        most: 400,
        empty: "omit",
        hint: "How long after a click an order is still its.",
      },
      { kind: "switch", name: "codePriority", label: "A code that was used goes before any click" },
      {
        kind: "choice",
        name: "customerClicks",
        label: "Whose word links a customer to an earlier click",
        initial: "confirmed",
        empty: "omit",
        options: [
          { value: "confirmed", label: "Your server’s alone" },
          { value: "any", label: "A browser’s too" },
        ],
        hint: "Anybody who knows a customer’s id can make a browser say so.",
      },
    ],
  },
];

/** What a store is made by: its key never changes afterwards. */
export const NEW_STORE_FIELDS: readonly Field[] = [
  ...STORE_FIELDS.slice(0, 1),
  {
    kind: "text",
    name: "key",
    label: "Key",
    empty: "omit",
    max: 40,
    hint: "The store’s public name in snippet and pixel: lower-case letters, digits and -. Made up where it is empty; it can’t be changed later.",
  },
  ...STORE_FIELDS.slice(1),
];
