import { describe, expect, test } from "vitest";
import { type Candidate, definitionFaults, type KnownDefinition } from "../../../src/conversions/definition/check.ts";
import { freeKey, keyOf } from "../../../src/conversions/definition/key.ts";
import { triggerWords } from "../../../src/conversions/definition/words.ts";
import type { Trigger } from "../../../src/ground/model/conversion.ts";

const STORE = "str_1";

function faultsOf(candidate: Partial<Candidate>, known: readonly KnownDefinition[] = []): Record<string, string> {
  const whole: Candidate = {
    id: null,
    storeId: STORE,
    triggers: [{ type: "manual" }],
    value: { mode: "none" },
    ...candidate,
  };
  const faults = definitionFaults(whole, new Map(known.map((one) => [one.id, one])));
  return Object.fromEntries(faults.map(({ path, message }) => [path, message]));
}

function waiting(id: string, ...causes: string[]): KnownDefinition {
  const triggers = causes.map((definitionId): Trigger => ({ type: "conversion", definitionId }));
  return { id, storeId: STORE, name: id.toUpperCase(), status: "draft", triggers };
}

const event = (
  property: string,
  is: "equals" | "exists" | "contains" | "greater",
  value?: string | number,
): Trigger => ({
  type: "event",
  event: "lead",
  where: [{ property, is, value }],
});

describe("what is wrong with a definition", () => {
  test.each([
    ["exists with a value", event("x", "exists", "y"), "triggers.0.where.0.value"],
    ["contains with a number", event("x", "contains", 3), "triggers.0.where.0.value"],
    ["greater with a text", event("x", "greater", "3"), "triggers.0.where.0.value"],
    ["equals with nothing", event("x", "equals"), "triggers.0.where.0.value"],
    [
      "a date that isn't days",
      { type: "segment", all: [{ about: "field", field: "born", is: "within_days", value: 1.5 }] } satisfies Trigger,
      "triggers.0.all.0.value",
    ],
    [
      "a page with its query",
      { type: "segment", all: [{ about: "url", name: "/thanks?id=", is: "at_least", times: 1 }] } satisfies Trigger,
      "triggers.0.all.0.name",
    ],
    [
      "what everybody meets",
      { type: "segment", all: [{ about: "order", is: "at_least", times: 0 }] } satisfies Trigger,
      "triggers.0.all.0.times",
    ],
  ])("is named: %s", (_what, trigger, path) => {
    expect(Object.keys(faultsOf({ triggers: [trigger] }))).toEqual([path]);
  });

  test.each([
    ["equals", "/thanks", "whole address"],
    ["starts", "shop.example/thanks", "whole address"],
    ["contains", "/thanks?order=1", "no query"],
    ["equals", "https://shop.example/#thanks", "no fragment"],
    ["equals", "https://shop.example", "https://shop.example/"],
    ["equals", "https://shöp.example/danke", "https://xn--shp-tna.example/danke"],
    ["starts", "https://shop.example/größe", "/gr%C3%B6%C3%9Fe"],
    ["contains", "/größe 1", "/gr%C3%B6%C3%9Fe%201"],
  ] as const)("is an address that no page is told of by: %s %s (AC-3, AC-20)", (is, value, words) => {
    const faults = faultsOf({ triggers: [{ type: "url", url: { is, value }, where: [] }] });
    expect(faults["triggers.0.url.value"]).toContain(words);
  });

  test.each([
    ["equals", "HTTPS://Shop.example/Thanks"],
    ["equals", "https://shop.example/"],
    ["starts", "https://shop.example"],
    ["starts", "https://shop.example/shop/th"],
    ["contains", "shop.example"],
    ["contains", "/gr%C3%B6%C3%9Fe"],
  ] as const)("is no address as pages are told of: %s %s (AC-3, AC-20)", (is, value) => {
    expect(faultsOf({ triggers: [{ type: "url", url: { is, value }, where: [] }] })).toEqual({});
  });

  test("is a circle of conversions, by the names on its way, however long it is (AC-5)", () => {
    const known = [waiting("b", "c", "d"), waiting("c"), waiting("d", "e"), waiting("e", "a")];
    const triggers: Trigger[] = [{ type: "conversion", definitionId: "b" }];
    expect(faultsOf({ id: "a", triggers }, known)["triggers.0.definitionId"]).toBe(
      'leads back to the definition itself: it waits for "B", which waits for "D", which waits for "E", which waits for it',
    );
    expect(faultsOf({ id: "a", triggers: [{ type: "conversion", definitionId: "a" }] })).toHaveProperty(
      "triggers.0.definitionId",
    );
    // A circle that others have among themselves, and a way that parts and meets again, are none of its own.
    const others = [waiting("b", "c", "d"), waiting("c", "e"), waiting("d", "e"), waiting("e", "b")];
    expect(faultsOf({ id: "a", triggers }, others)).toEqual({});
  });

  test("is what another store counts, what nobody counts, and what is archived", () => {
    const triggers: Trigger[] = [{ type: "conversion", definitionId: "b" }];
    expect(faultsOf({ triggers })).toHaveProperty("triggers.0.definitionId");
    expect(faultsOf({ triggers }, [{ ...waiting("b"), storeId: "str_2" }])).toHaveProperty("triggers.0.definitionId");
    expect(faultsOf({ triggers }, [{ ...waiting("b"), status: "archived" }])).toHaveProperty("triggers.0.definitionId");
    expect(faultsOf({ triggers }, [waiting("b")])).toEqual({});
  });

  test("is a value that no trigger can give (AC-8, AC-24)", () => {
    const order: Trigger = { type: "order", which: "any", minimumMinor: null, skus: [] };
    const call: Trigger = { type: "call", minTalkSeconds: 0, numbers: [] };
    const page: Trigger = { type: "url", url: { is: "contains", value: "/" }, where: [] };
    const taken = (triggers: Trigger[], value: Candidate["value"]) => Object.keys(faultsOf({ triggers, value }));
    expect(taken([order], { mode: "order" })).toEqual([]);
    expect(taken([order, page], { mode: "order" })).toEqual(["value.mode"]);
    expect(taken([page], { mode: "event" })).toEqual(["value.mode"]);
    expect(taken([page, event("x", "exists")], { mode: "event" })).toEqual([]);
    expect(taken([call], { mode: "field", field: "budget" })).toEqual(["value.mode"]);
    expect(taken([call, page], { mode: "field", field: "budget" })).toEqual([]);
  });
});

test("a key is made of the name, and gets a number where it is taken", () => {
  expect(["Demande d’été", "  --Lead! ", "Заявка", "🎉", "x".repeat(99)].map(keyOf)).toEqual([
    "demande-dete",
    "lead",
    "zayavka",
    "goal",
    "x".repeat(50),
  ]);
  expect(freeKey("lead", new Set(["lead-2"]))).toBe("lead");
  expect(freeKey("lead", new Set(["lead", "lead-2", "lead-4"]))).toBe("lead-3");
});

test("a trigger is put into words (AC-30)", () => {
  const wording = { key: "vip", currency: "EUR", storeCurrency: "JPY", names: new Map([["cdf_1", "Lead"]]) };
  const words = (trigger: Trigger) => triggerWords(trigger, wording);
  expect(words({ type: "url", url: { is: "starts", value: "https://shop.example/thanks" }, where: [] })).toBe(
    "A page whose address starts with “https://shop.example/thanks”",
  );
  expect(words(event("country", "equals", "DE"))).toBe("The event “lead”, where country is “DE”");
  expect(words({ type: "script", where: [{ property: "plan", is: "missing" }] })).toBe(
    "A page runs wm('conversion', 'vip'), where plan is not there",
  );
  expect(words({ type: "conversion", definitionId: "cdf_1" })).toBe("The conversion “Lead”");
  expect(words({ type: "order", which: "first", minimumMinor: 5_000, skus: ["A", "B"] })).toBe(
    "A customer's first order is bought, of 50.00 EUR or more, with A or B in it",
  );
  expect(
    words({
      type: "segment",
      all: [
        { about: "spent", is: "greater", amountMinor: 5_000, withinDays: 30 },
        { about: "order", is: "at_most", times: 0 },
        { about: "click", is: "at_least", times: 2, creatorId: "crt_1" },
      ],
    }),
  ).toBe(
    "A contact comes to meet all of: spent more than 5000 JPY within 30 days; bought never; clicked a link of crt_1 2 times at least",
  );
});
