import { describe, expect, it } from "vitest";
import { changedPart } from "../../../src/desk/form/differences.ts";
import type { Field } from "../../../src/desk/form/field.ts";
import { readForm } from "../../../src/desk/form/read.ts";
import { showForm } from "../../../src/desk/form/show.ts";

const FIELDS: readonly Field[] = [
  { kind: "group", name: "utm", label: "UTM", fields: [{ kind: "text", name: "source", label: "", empty: "omit" }] },
  {
    kind: "list",
    name: "rules",
    label: "",
    item: "Rule",
    of: [
      {
        kind: "group",
        name: "when",
        label: "",
        fields: [
          { kind: "words", name: "country", label: "", empty: "omit" },
          { kind: "number", name: "weight", label: "" },
        ],
      },
      { kind: "url", name: "url", label: "" },
    ],
  },
];

/** What a form sends of a row, after `edit` of its texts. */
function sentOf(row: unknown, edit: (filled: Map<string, string[]>) => void): Record<string, unknown> {
  const before = readForm(FIELDS, showForm(FIELDS, row), false).body;
  const filled = showForm(FIELDS, row);
  edit(filled);
  return changedPart(before, readForm(FIELDS, filled, false).body);
}

describe("DSH-3: what a form sends of a row that is there", () => {
  const row = {
    utm: { source: "x" },
    rules: [{ when: { country: ["DE"], weight: 10 }, url: "https://a.example/", id: 7 }],
  };

  it("is nothing where nothing is different, whatever else the row has", () => {
    expect(sentOf(row, () => {})).toEqual({});
  });

  it("has what was emptied deep within, too", () => {
    expect(sentOf(row, (filled) => filled.set("utm.source", [""]))).toEqual({ utm: {} });
    expect(sentOf(row, (filled) => filled.set("rules.0.when.weight", [""]))).toEqual({
      rules: [{ when: { country: ["DE"] }, url: "https://a.example/" }],
    });
    expect(sentOf(row, (filled) => filled.set("rules.0.when.country", [" "]))).toEqual({
      rules: [{ when: { weight: 10 }, url: "https://a.example/" }],
    });
  });
});
