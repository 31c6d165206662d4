import { describe, expect, it } from "vitest";
import type { Definition } from "../../../src/conversions/definition/schema.ts";
import { editFields } from "../../../src/desk/definitions/fields.ts";
import { shownTerms, termsBody } from "../../../src/desk/definitions/terms.ts";
import { readForm } from "../../../src/desk/form/read.ts";
import { showForm } from "../../../src/desk/form/show.ts";

const EUR = (amountMinor: number) => ({ amountMinor, currency: "EUR" });

describe("DSH-3: the form of a definition", () => {
  it("says of a definition what it is, whatever its triggers, when nothing is changed", () => {
    const triggers = [
      {
        type: "url",
        url: { is: "contains", value: "/thanks" },
        where: [{ property: "country", is: "equals", value: "DE" }],
      },
      { type: "event", event: "lead", where: [{ property: "budget", is: "greater", value: 250 }] },
      { type: "script", where: [{ property: "form", is: "exists" }] },
      {
        type: "segment",
        all: [
          { about: "field", field: "seats", is: "equals", value: 42 },
          { about: "field", field: "zip", is: "equals", value: "04109" },
          { about: "field", field: "vip", is: "not_equals", value: true },
          { about: "field", field: "said", is: "equals", value: "true" },
          { about: "field", field: "tag", is: "contains", value: "7" },
          { about: "field", field: "trial", is: "within_days", value: 14 },
          { about: "event", name: "visit", is: "at_least", times: 3, withinDays: 30 },
          { about: "order", is: "at_most", times: 0 },
          { about: "spent", is: "greater", amount: EUR(12_050) },
        ],
      },
      { type: "identified" },
      { type: "order", which: "first", minimum: EUR(5_000), skus: ["A-1", "B-2"] },
      { type: "call", minTalkSeconds: 30, numbers: ["+4930123456"] },
      { type: "manual" },
    ];
    const definition = {
      name: "All of it",
      key: "all",
      status: "draft",
      triggers,
      value: { mode: "static", amount: EUR(999) },
      limit: { times: 2, windowDays: null },
      appliesToPast: true,
      effectiveFrom: "2026-11-01T00:00:00.000Z",
    } as unknown as Definition;
    const fields = editFields(definition);
    const { body, faults } = readForm(fields, showForm(fields, shownTerms(definition)), false);
    expect(faults).toEqual([]);
    const [url, event, script, segment, identified, order, ...rest] = triggers as Record<string, unknown>[];
    const conditions = ((segment ?? {})["all"] as Record<string, unknown>[]).slice(0, -1);
    expect(termsBody(body)).toEqual({
      name: "All of it",
      key: "all",
      triggers: [
        url,
        event,
        script,
        { ...segment, all: [...conditions, { about: "spent", is: "greater", amount: "120.50" }] },
        identified,
        { ...order, minimum: "50.00" },
        ...rest,
      ],
      value: { mode: "static", amount: "9.99" },
      limit: { times: 2 },
      appliesToPast: true,
      effectiveFrom: "2026-11-01T00:00:00.000Z",
    });
  });

  it("leaves out of a trigger what belongs to another kind", () => {
    const filled = new Map([
      ["triggers.0.type", ["manual"]],
      ["triggers.0.event", ["lead"]],
      ["triggers.0.url.value", ["/thanks"]],
      ["triggers.0.where.0.property", ["country"]],
    ]);
    const { body } = readForm(editFields({ status: "draft" }), filled, true);
    expect(termsBody(body)).toMatchObject({ triggers: [{ type: "manual" }] });
    expect((termsBody(body)["triggers"] as object[])[0]).toEqual({ type: "manual" });
  });
});
