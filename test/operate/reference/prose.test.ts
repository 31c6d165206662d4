import { describe, expect, it } from "vitest";
import { limitsOf } from "../../../src/operate/reference/limits.ts";
import { renderProse } from "../../../src/operate/reference/prose.ts";
import { shapeOf } from "../../../src/operate/reference/shape.ts";
import type { ApiDocument, Schema } from "../../../src/operate/reference/document.ts";

const html = async (text: string) => String(await renderProse(text)).replaceAll(/>\s+</g, "><");

describe("a description", () => {
  it.each([
    ["One `a<b` & two", "<p>One <code>a&lt;b</code> &amp; two</p>"],
    ["First.\n\nSecond\nline.", "<p>First.</p><p>Second line.</p>"],
    ["Either:\n- `a`\n- b\n  c", "<p>Either:</p><ul><li><code>a</code></li><li>b c</li></ul>"],
    ["A lone ` backtick", "<p>A lone  backtick</p>"],
    ["*not* [a](link) <b>", "<p>*not* [a](link) &lt;b&gt;</p>"],
  ])("%j", async (text, expected) => {
    expect(await html(text)).toBe(expected);
  });

  it("leads to what it names", async () => {
    const page = String(
      await renderProse("See `POST /links`.", (code) => (code === "POST /links" ? "/docs/links#x" : null)),
    );
    expect(page).toContain('<a href="/docs/links#x"><code>POST /links</code></a>');
  });
});

describe("limits", () => {
  it.each<[Schema, string[]]>([
    [{ minLength: 1, maxLength: 120 }, ["1 to 120 characters"]],
    [{ minItems: 1, maxItems: 1 }, ["1 entry"]],
    [{ maxItems: 2000 }, ["2,000 entries at most"]],
    [{ minimum: 0, maximum: 1e9 }, ["0 to 1,000,000,000"]],
    [{ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, ["0 or more"]],
    [{ exclusiveMinimum: 0 }, ["more than 0"]],
    [{ pattern: "^lnk_[0-9a-hjkmnp-tv-z]{16}$" }, ["an id, `lnk_…`"]],
    [{ pattern: "^unheard$", maxLength: 5 }, ["matches `^unheard$`", "5 characters at most"]],
    [{ default: false }, ["default `false`"]],
    [{ default: [] }, ["default `[]`"]],
  ])("%j", (schema, expected) => {
    expect(limitsOf(schema)).toEqual(expected);
  });
});

describe("a schema", () => {
  const money: Schema = { type: "object", properties: { amount: { type: "integer" } }, required: ["amount"] };
  const document: ApiDocument = {
    info: { title: "", version: "" },
    paths: {},
    components: { schemas: { Money: money } },
  };
  const of = (value: string, more: Record<string, Schema> = {}): Schema => ({
    type: "object",
    properties: { type: { type: "string", enum: [value] }, ...more },
  });

  it("of variants is told by the field that differs, what is alike apart", () => {
    const days: Schema = { type: "integer" };
    const { shape, nullable } = shapeOf(document, {
      oneOf: [of("a", { days, x: { type: "string" } }), of("b", { days }), { type: "null" }],
    });
    expect(nullable).toBe(true);
    expect(shape).toMatchObject({
      kind: "variants",
      by: "type",
      common: [{ name: "days" }],
      variants: [
        { value: "a", fields: [{ name: "x" }] },
        { value: "b", fields: [] },
      ],
    });
  });

  it("of a component with words of its own keeps its name", () => {
    const told = shapeOf(document, { allOf: [{ $ref: "#/components/schemas/Money" }, { description: "Of one." }] });
    expect([told.name, told.schema.description, told.shape.kind]).toEqual(["Money", "Of one.", "object"]);
    const maybe = shapeOf(document, { anyOf: [{ $ref: "#/components/schemas/Money" }, { type: "null" }] });
    expect([maybe.name, maybe.nullable]).toEqual(["Money", true]);
  });

  it("of plain types, values and whatever is none of that", () => {
    const kinds = (
      [
        { anyOf: [{ type: "number" }, { type: "string" }] },
        { enum: ["a", null] },
        { type: "object", properties: {}, additionalProperties: { type: "string" } },
        {},
      ] satisfies Schema[]
    ).map((schema) => shapeOf(document, schema).shape);
    expect(kinds).toEqual([
      { kind: "plain", types: ["number", "string"] },
      { kind: "values", values: ["a"] },
      { kind: "record", of: { type: "string" } },
      { kind: "anything" },
    ]);
  });
});
