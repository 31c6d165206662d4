import { describe, expect, it } from "vitest";
import { readRows } from "../../../src/desk/import/rows.ts";
import { tagged } from "../../../src/desk/links/bulk.ts";
import { fieldsOf } from "../../../src/desk/links/fields.ts";
import { conditionText } from "../../../src/desk/links/rule-text.ts";

describe("DSH-3: rows of a table", () => {
  const read = (...table: string[][]) => readRows(fieldsOf(null), table);

  it("say what a form's fields would, and nothing where a cell is empty", () => {
    const rules = [{ when: {}, url: "https://b.example/" }];
    const { rows, faults } = read(
      ["url", "tags", "disabled", "utm.source", "rules", "maxClicks"],
      ["https://a.example/", "x, y", "Yes", "story", JSON.stringify(rules), "5"],
      ["https://b.example/"],
      ["", "", ""],
    );
    expect(faults).toEqual([]);
    expect(rows).toEqual([
      { url: "https://a.example/", tags: ["x", "y"], disabled: true, utm: { source: "story" }, rules, maxClicks: 5 },
      { url: "https://b.example/", disabled: false, utm: {} },
    ]);
  });

  it("name the row and the field that can't be read, and columns that nobody knows", () => {
    expect(read(["url", "colour", "maxClicks"], ["https://a.example/", "red", "many"]).faults).toEqual([
      { path: "colour", message: "is no column that is known here" },
      { path: "0.maxClicks", message: "must be a whole number" },
    ]);
  });
});

describe("DSH-3: links in words", () => {
  it("say whom a rule is for", () => {
    expect(conditionText({})).toBe("everyone");
    expect(
      conditionText({ country: ["DE", "AT"], hours: { from: "09:00", to: "17:00", timezone: "UTC" }, weight: 50 }),
    ).toBe("visitors in DE or AT, from 09:00 to 17:00 (UTC), 50% of them");
  });

  it("put tags on and take others off, each once", () => {
    expect(tagged(["a", "b"], ["b", "c"], ["a"])).toEqual(["b", "c"]);
  });
});
