import type { Field } from "../form/field.ts";

/** What a rule looks out for. */
export const TAGGING_KINDS = [
  { value: "click", label: "Something is clicked" },
  { value: "download", label: "A file is downloaded" },
  { value: "form", label: "A form is sent" },
  { value: "visible", label: "Something comes into view" },
];

/** What a tagging plan is made and changed by. */
export const TAGGING_FIELDS: readonly Field[] = [
  { kind: "text", name: "name", label: "Name", required: true, max: 120 },
  {
    kind: "group",
    name: "pages",
    label: "Pages",
    fields: [
      { kind: "switch", name: "engagement", label: "Time for which a page is visible and focused" },
      { kind: "switch", name: "scroll", label: "How far down a page is seen" },
      { kind: "switch", name: "heatmap", label: "Where a page is clicked: counts by zone, no points" },
      {
        kind: "list",
        name: "aliases",
        label: "Pages that count as one",
        item: "Alias",
        most: 50,
        of: [
          {
            kind: "text",
            name: "pattern",
            label: "Path",
            hint: "* stands for a part between slashes, ** at the end for whatever follows: /products/*",
          },
          { kind: "text", name: "alias", label: "Counts as", hint: "Such as /products." },
        ],
      },
    ],
  },
  {
    kind: "list",
    name: "rules",
    label: "What is counted",
    item: "Rule",
    most: 50,
    of: [
      { kind: "choice", name: "kind", label: "When", options: TAGGING_KINDS },
      { kind: "text", name: "event", label: "Counted as", hint: "Such as add to basket.", max: 60 },
      {
        kind: "text",
        name: "selector",
        label: "CSS selector",
        empty: "null",
        hint: "Clicks and what comes into view need one; empty: any form, any link to such a file.",
      },
      {
        kind: "words",
        name: "extensions",
        label: "Files",
        empty: "omit",
        hint: "Of downloads: pdf, zip. Empty: the usual ones.",
      },
      { kind: "text", name: "page", label: "On pages", empty: "null", hint: "A path as above; empty: on all." },
      { kind: "text", name: "label", label: "Label", empty: "null", hint: "Tells rules of one event apart." },
      { kind: "text", name: "id", label: "Id", empty: "omit", hint: "Made of the event if empty." },
    ],
  },
  {
    kind: "group",
    name: "checkout",
    label: "Checkout",
    fields: [
      {
        kind: "list",
        name: "steps",
        label: "Steps, in order",
        item: "Step",
        most: 20,
        of: [
          { kind: "text", name: "name", label: "Name", max: 60 },
          {
            kind: "text",
            name: "page",
            label: "Its page",
            empty: "null",
            hint: "Or none, where the shop tells it by wm('step', name).",
          },
        ],
      },
      {
        kind: "whole",
        name: "abandonedAfterMinutes",
        label: "Minutes after which a cart is abandoned",
        least: 5,
        most: 10_080,
        initial: 30,
        empty: "omit",
      },
    ],
  },
  {
    kind: "whole",
    name: "visitMinutes",
    label: "Minutes without a page after which a visit ends",
    least: 5,
    most: 240,
    initial: 30,
    empty: "omit",
  },
];
