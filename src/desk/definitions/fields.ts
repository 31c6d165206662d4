import { TEMPLATE_IDS, TEMPLATES } from "../../conversions/definition/templates.ts";
import type { Definition } from "../../conversions/definition/schema.ts";
import type { Field, TextField } from "../form/field.ts";
import { option, TRIGGER } from "./trigger-fields.ts";

/** What may be changed of a draft. */
const TERMS: readonly Field[] = [
  {
    kind: "list",
    name: "triggers",
    label: "Triggers",
    item: "Trigger",
    of: TRIGGER,
    most: 20,
    hint: "Any one of them makes a conversion; within one, all conditions have to hold.",
  },
  {
    kind: "group",
    name: "value",
    label: "What it is worth",
    optional: true,
    fields: [
      {
        kind: "choice",
        name: "mode",
        label: "Value",
        options: [
          option("none", "It has no value"),
          option("static", "An amount"),
          option("event", "The event’s own value"),
          option("field", "A field of the contact"),
          option("order", "The order’s total"),
        ],
      },
      {
        kind: "group",
        name: null,
        label: "The amount",
        when: { name: "mode", is: ["static"] },
        fields: [{ kind: "decimal", name: "amount", label: "Amount", hint: "In the definition’s currency." }],
      },
      {
        kind: "group",
        name: null,
        label: "The contact’s field",
        when: { name: "mode", is: ["field"] },
        fields: [{ kind: "text", name: "field", label: "Field", max: 60 }],
      },
    ],
  },
  {
    kind: "group",
    name: "limit",
    label: "How often one contact converts at most",
    hint: "Empty: as often as it likes.",
    optional: true,
    fields: [
      { kind: "whole", name: "times", label: "Times", least: 1, most: 1_000 },
      { kind: "whole", name: "windowDays", label: "Within days", least: 1, most: 365, hint: "Empty: for ever." },
    ],
  },
  {
    kind: "switch",
    name: "appliesToPast",
    label: "Apply it to what happened before, too",
    hint: "Its activation says how many conversions that makes, which earn nobody anything.",
  },
  {
    kind: "moment",
    name: "effectiveFrom",
    label: "In force from (UTC)",
    hint: "What happened before is not looked at; empty: from its activation on.",
  },
];

const NAME: TextField = { kind: "text", name: "name", label: "Name", max: 120, hint: "For people." };

const KEY: TextField = {
  kind: "text",
  name: "key",
  label: "Key",
  empty: "omit",
  max: 60,
  hint: "What pages call it by, as in wm('conversion', key). Made of the name where it is empty.",
};

/** What a definition is drafted by. */
export const NEW_FIELDS: readonly Field[] = [
  { kind: "ref", of: "store", name: "storeId", label: "Store", required: true },
  { ...NAME, hint: "For people. Needed without a template." },
  KEY,
  {
    kind: "choice",
    name: "template",
    label: "Template",
    options: TEMPLATE_IDS.map((id) => option(id, TEMPLATES[id].name)),
    hint: "Gives its name, triggers, value and limit where they are empty here.",
  },
  ...TERMS.slice(0, 2),
  {
    kind: "text",
    name: "currency",
    label: "Currency",
    empty: "omit",
    short: true,
    max: 3,
    hint: "Fixed from then on; the store’s where it is empty.",
  },
  ...TERMS.slice(2),
];

/** What a definition is changed by: a draft in all, another in its name alone. */
export function editFields({ status }: Pick<Definition, "status">): readonly Field[] {
  return status === "draft"
    ? [{ ...NAME, required: true }, { ...KEY, required: true }, ...TERMS]
    : [{ ...NAME, required: true }];
}
