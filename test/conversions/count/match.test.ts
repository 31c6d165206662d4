import { describe, expect, it } from "vitest";
import { firstMet, meetsEvent } from "../../../src/conversions/count/match.ts";
import type { EventCondition, GoalEvent, Trigger } from "../../../src/ground/model/conversion.ts";

const DEFINITION = { key: "trial", currency: "EUR" };

function event(values: Partial<GoalEvent> = {}): GoalEvent {
  return {
    key: "e:1",
    storeId: "str_0000000000000001",
    kind: "track",
    name: "signed_up",
    page: "https://shop.example/Welcome/home",
    country: "DE",
    data: {},
    visitorHash: null,
    customerHash: null,
    view: null,
    trust: "claimed",
    time: 0,
    ...values,
  };
}

const ordered = (values: object): GoalEvent =>
  event({
    kind: "order",
    name: null,
    data: { totalMinor: 5000, currency: "EUR", standing: "first", skus: ["A-1"], ...values },
  });

function holds(condition: EventCondition, values: Partial<GoalEvent> = {}): boolean {
  return meetsEvent({ type: "event", event: "signed_up", where: [condition] }, event(values), DEFINITION);
}

describe("what meets a trigger", () => {
  it("AC-3, 20: a page by its address, exact, by a part or by its beginning, without regard to case", () => {
    const page = event({ kind: "page", name: null });
    const met = (is: "equals" | "contains" | "starts", value: string) =>
      meetsEvent({ type: "url", url: { is, value }, where: [] }, page, DEFINITION);
    expect(met("equals", "https://shop.example/welcome/HOME")).toBe(true);
    expect(met("equals", "https://shop.example/welcome")).toBe(false);
    expect(met("contains", "/welcome/")).toBe(true);
    expect(met("starts", "https://SHOP.example/")).toBe(true);
    expect(met("starts", "/welcome")).toBe(false);
    // An event on that page is no look at it.
    expect(meetsEvent({ type: "url", url: { is: "contains", value: "/" }, where: [] }, event(), DEFINITION)).toBe(
      false,
    );
  });

  it("AC-4, 6: an event by its name, a script by the definition's key", () => {
    expect(meetsEvent({ type: "event", event: "signed_up", where: [] }, event(), DEFINITION)).toBe(true);
    expect(meetsEvent({ type: "event", event: "other", where: [] }, event(), DEFINITION)).toBe(false);
    expect(meetsEvent({ type: "script", where: [] }, event({ kind: "conversion", name: "trial" }), DEFINITION)).toBe(
      true,
    );
    expect(meetsEvent({ type: "script", where: [] }, event({ kind: "conversion", name: "Trial" }), DEFINITION)).toBe(
      true,
    );
    expect(meetsEvent({ type: "script", where: [] }, event({ kind: "conversion", name: "trial2" }), DEFINITION)).toBe(
      false,
    );
    expect(meetsEvent({ type: "script", where: [] }, event({ kind: "track", name: "trial" }), DEFINITION)).toBe(false);
  });

  it.each([
    [{ property: "plan", is: "equals", value: "PRO" }, { plan: "pro" }, true],
    [{ property: "plan", is: "equals", value: "PRO" }, {}, false],
    [{ property: "seats", is: "equals", value: 10 }, { seats: "10.0" }, true],
    [{ property: "seats", is: "equals", value: "10" }, { seats: 10 }, true],
    [{ property: "paid", is: "equals", value: true }, { paid: "true" }, true],
    [{ property: "plan", is: "not_equals", value: "pro" }, { plan: "free" }, true],
    [{ property: "plan", is: "not_equals", value: "pro" }, {}, true],
    [{ property: "plan", is: "not_equals", value: "pro" }, { plan: "Pro" }, false],
    [{ property: "plan", is: "contains", value: "RO" }, { plan: "pro" }, true],
    [{ property: "seats", is: "greater", value: 9 }, { seats: "10" }, true],
    [{ property: "seats", is: "greater", value: 10 }, { seats: 10 }, false],
    [{ property: "seats", is: "less", value: 10 }, { seats: "0x1" }, false],
    [{ property: "seats", is: "less", value: 10 }, { seats: " " }, false],
    [{ property: "plan", is: "exists" }, { plan: "" }, false],
    [{ property: "plan", is: "exists" }, { plan: 0 }, true],
    [{ property: "plan", is: "missing" }, { plan: null }, true],
    [{ property: "country", is: "equals", value: "de" }, { country: "US" }, true],
    [{ property: "page", is: "contains", value: "/welcome" }, { page: "/other" }, true],
    [{ property: "value", is: "greater", value: 5 }, { value: "5.01" }, true],
    [{ property: "constructor", is: "exists" }, {}, false],
    [{ property: "__proto__", is: "exists" }, {}, false],
  ] satisfies [EventCondition, Record<string, unknown>, boolean][])(
    "condition %j of %j: %s",
    (condition, data, met) => {
      expect(holds(condition, { data })).toBe(met);
    },
  );

  it("ACX-1: all conditions of a trigger have to hold, and of several triggers the first that is met is named", () => {
    const where: EventCondition[] = [
      { property: "plan", is: "equals", value: "pro" },
      { property: "seats", is: "greater", value: 1 },
    ];
    const triggers: Trigger[] = [
      { type: "event", event: "signed_up", where },
      { type: "url", url: { is: "contains", value: "/" }, where: [] },
      { type: "event", event: "signed_up", where: [] },
    ];
    expect(firstMet({ ...DEFINITION, triggers }, event({ data: { plan: "pro", seats: 2 } }))).toBe(0);
    expect(firstMet({ ...DEFINITION, triggers }, event({ data: { plan: "pro", seats: 1 } }))).toBe(2);
    expect(firstMet({ ...DEFINITION, triggers }, event({ name: "left" }))).toBeNull();
  });

  it("an order by its place among its customer's, its total and its goods", () => {
    const trigger = { type: "order", which: "any", minimumMinor: null, skus: [] } as const satisfies Trigger;
    const met = (values: Partial<Extract<Trigger, { type: "order" }>>, said: object) =>
      meetsEvent({ ...trigger, ...values }, ordered(said), DEFINITION);
    expect(met({ which: "first" }, {})).toBe(true);
    expect(met({ which: "returning" }, {})).toBe(false);
    expect(met({}, { standing: null })).toBe(true);
    expect(met({ which: "first" }, { standing: null })).toBe(false);
    expect(met({ minimumMinor: 5000 }, {})).toBe(true);
    expect(met({ minimumMinor: 5001 }, {})).toBe(false);
    expect(met({ minimumMinor: 1 }, { currency: "USD" })).toBe(false);
    expect(met({ minimumMinor: 0 }, { totalMinor: null })).toBe(false);
    expect(met({ skus: ["b", "a-1"] }, {})).toBe(true);
    expect(met({ skus: ["b"] }, {})).toBe(false);
  });

  it("a call by how long it was talked, and the number that was called", () => {
    const trigger: Trigger = { type: "call", minTalkSeconds: 60, numbers: ["+49 30 123"] };
    const call = (data: Record<string, unknown>) =>
      meetsEvent(trigger, event({ kind: "call", name: null, data }), DEFINITION);
    expect(call({ talkSeconds: 60, number: "0049 (30) 123" })).toBe(true);
    expect(call({ talkSeconds: 59, number: "+4930123" })).toBe(false);
    expect(call({ talkSeconds: 60, number: "+4930124" })).toBe(false);
    expect(call({ talkSeconds: 60 })).toBe(false);
    expect(call({ number: "+4930123" })).toBe(false);
  });

  it("AC-7: a visitor who becomes known, and not each time that a page says who it is", () => {
    const trigger: Trigger = { type: "identified" };
    expect(meetsEvent(trigger, event({ kind: "identify", key: "identified:v:con_1" }), DEFINITION)).toBe(true);
    expect(meetsEvent(trigger, event({ kind: "identify", key: "e:identified:1" }), DEFINITION)).toBe(false);
  });
});
