import type { Field, Option } from "../form/field.ts";

/** Something to choose, by what it is called. */
export const option = (value: string, label: string): Option => ({ value, label });

const TRIGGER_OPTIONS: readonly Option[] = [
  option("url", "A page is looked at"),
  option("event", "A page tells of an event (wm track)"),
  option("script", "A script runs (wm conversion)"),
  option("segment", "A contact comes to meet conditions"),
  option("conversion", "Another definition converts"),
  option("identified", "A visitor becomes known"),
  option("order", "An order is bought"),
  option("call", "A call lasts long enough"),
  option("manual", "By hand, or by a server"),
];

const EVENT_OPERATORS: readonly Option[] = [
  option("equals", "is"),
  option("not_equals", "is not"),
  option("contains", "contains"),
  option("greater", "is more than"),
  option("less", "is less than"),
  option("exists", "is there"),
  option("missing", "is missing"),
];

const SEGMENT_OPERATORS: readonly Option[] = [
  ...EVENT_OPERATORS,
  option("within_days", "is a date within so many days"),
  option("before_days", "is a date longer ago than so many days"),
  option("at_least", "at least so many times"),
  option("at_most", "at most so many times"),
];

const CONDITION: readonly Field[] = [
  {
    kind: "text",
    name: "property",
    label: "Property",
    hint: "Of the event’s own data; page, country and value are the event’s.",
    max: 100,
  },
  { kind: "choice", name: "is", label: "Comparison", options: EVENT_OPERATORS },
  {
    kind: "text",
    name: "value",
    label: "Compared with",
    hint: "Empty for “is there” and “is missing”.",
    max: 500,
  },
];

const TIMED = ["event", "goal", "url", "order", "click"];

const SEGMENT_CONDITION: readonly Field[] = [
  {
    kind: "choice",
    name: "about",
    label: "About",
    options: [
      option("field", "A field of the contact"),
      option("event", "An event they did"),
      option("goal", "A script’s key they ran"),
      option("url", "Pages they looked at"),
      option("order", "Orders they bought"),
      option("spent", "What they spent"),
      option("click", "Clicks on links"),
    ],
  },
  { kind: "choice", name: "is", label: "Comparison", options: SEGMENT_OPERATORS },
  {
    kind: "group",
    name: null,
    label: "The field",
    when: { name: "about", is: ["field"] },
    fields: [
      { kind: "text", name: "field", label: "Field", placeholder: "plan", max: 60 },
      {
        kind: "text",
        name: "value",
        label: "Compared with",
        hint: "A text, a number, a date such as 2026-11-21, or days; empty for “is there” and “is missing”.",
        max: 500,
      },
    ],
  },
  {
    kind: "group",
    name: null,
    label: "What they did",
    when: { name: "about", is: ["event", "goal", "url"] },
    fields: [
      {
        kind: "text",
        name: "name",
        label: "Name",
        hint: "Of the event or of the script; of pages, what their address contains.",
        max: 500,
      },
    ],
  },
  {
    kind: "group",
    name: null,
    label: "Whose links",
    when: { name: "about", is: ["click"] },
    fields: [
      { kind: "ref", of: "creator", name: "creatorId", label: "Creator", hint: "Empty: of any." },
      { kind: "ref", of: "campaign", name: "campaignId", label: "Campaign" },
      { kind: "ref", of: "link", name: "linkId", label: "Link" },
    ],
  },
  {
    kind: "group",
    name: null,
    label: "How often",
    when: { name: "about", is: TIMED },
    fields: [{ kind: "whole", name: "times", label: "Times", least: 0, most: 1_000 }],
  },
  {
    kind: "group",
    name: null,
    label: "How much",
    when: { name: "about", is: ["spent"] },
    fields: [{ kind: "decimal", name: "amount", label: "Amount", hint: "In the store’s currency." }],
  },
  {
    kind: "group",
    name: null,
    label: "How long ago",
    when: { name: "about", is: [...TIMED, "spent"] },
    fields: [
      {
        kind: "whole",
        name: "withinDays",
        label: "Within days",
        least: 1,
        most: 400,
        hint: "Empty: of all that is known. Events are known for 90 days.",
      },
    ],
  },
];

/** What a trigger is made of: with a choice of its kind, and a part for each. */
export const TRIGGER: readonly Field[] = [
  { kind: "choice", name: "type", label: "It converts when", options: TRIGGER_OPTIONS },
  {
    kind: "group",
    name: "url",
    label: "The page",
    optional: true,
    when: { name: "type", is: ["url"] },
    fields: [
      {
        kind: "choice",
        name: "is",
        label: "Its address",
        options: [option("contains", "contains"), option("equals", "is"), option("starts", "starts with")],
      },
      {
        kind: "text",
        name: "value",
        label: "Address or part of it",
        hint: "Without query and fragment, whatever its case; whole, with https://, unless it is “contains”.",
        placeholder: "/thanks",
        max: 500,
      },
    ],
  },
  {
    kind: "group",
    name: null,
    label: "The event",
    when: { name: "type", is: ["event"] },
    fields: [
      {
        kind: "text",
        name: "event",
        label: "Name of the event",
        hint: "As in wm('track', name, …).",
        placeholder: "sign_up",
        max: 100,
      },
    ],
  },
  {
    kind: "group",
    name: null,
    label: "What it has to say besides",
    folded: true,
    when: { name: "type", is: ["url", "event", "script"] },
    fields: [
      {
        kind: "list",
        name: "where",
        label: "Conditions",
        item: "Condition",
        of: CONDITION,
        most: 20,
        hint: "All of them have to hold; none: whatever it says.",
      },
    ],
  },
  {
    kind: "group",
    name: null,
    label: "The contact",
    when: { name: "type", is: ["segment"] },
    fields: [
      {
        kind: "list",
        name: "all",
        label: "Conditions",
        item: "Condition",
        of: SEGMENT_CONDITION,
        most: 20,
        hint: "All of them have to hold.",
      },
    ],
  },
  {
    kind: "group",
    name: null,
    label: "The other definition",
    when: { name: "type", is: ["conversion"] },
    fields: [{ kind: "ref", of: "definition", name: "definitionId", label: "Definition" }],
  },
  {
    kind: "group",
    name: null,
    label: "The order",
    when: { name: "type", is: ["order"] },
    fields: [
      {
        kind: "choice",
        name: "which",
        label: "Which of the customer’s",
        options: [option("any", "Any"), option("first", "The first"), option("returning", "Any but the first")],
      },
      {
        kind: "decimal",
        name: "minimum",
        label: "Total of at least",
        hint: "In the definition’s currency; empty: whatever it is.",
      },
      {
        kind: "lines",
        name: "skus",
        label: "With one of these SKUs",
        hint: "One a line; none: whatever was bought.",
        rows: 3,
      },
    ],
  },
  {
    kind: "group",
    name: null,
    label: "The call",
    when: { name: "type", is: ["call"] },
    fields: [
      { kind: "whole", name: "minTalkSeconds", label: "Seconds talked, at least", least: 0, most: 86_400 },
      {
        kind: "lines",
        name: "numbers",
        label: "To one of these numbers",
        hint: "One a line; none: whichever was called.",
        rows: 3,
      },
    ],
  },
];
