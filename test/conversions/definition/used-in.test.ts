import { expect, test } from "vitest";
import { placesIn } from "../../../src/conversions/definition/used-in.ts";
import { definitionRow } from "../definition-rows.ts";

const row = definitionRow({
  key: "vip",
  triggers: [
    { type: "url", url: { is: "starts", value: "https://Shop.example/Thanks" }, where: [] },
    { type: "event", event: "lead", where: [{ property: "plan", is: "exists" }] },
    { type: "script", where: [] },
    {
      type: "segment",
      all: [
        { about: "event", name: "lead", is: "at_least", times: 1 },
        { about: "goal", name: "vip", is: "at_least", times: 1 },
        { about: "url", name: "/thanks", is: "at_least", times: 1 },
        { about: "field", field: "plan", is: "exists" },
      ],
    },
    { type: "url", url: { is: "equals", value: "https://shop.example/thanks" }, where: [] },
  ],
  value: { mode: "field", field: "budget" },
});

test("an event, a script, a field and a page are found where they are used (ACX-9)", () => {
  expect(placesIn(row, { event: "lead" })).toEqual(["triggers.1.event", "triggers.3.all.0"]);
  expect(placesIn(row, { event: "vip" })).toEqual([]);
  expect(placesIn(row, { goal: "vip" })).toEqual(["triggers.2.type", "triggers.3.all.1"]);
  expect(placesIn(row, { field: "plan" })).toEqual(["triggers.1.where.0.property", "triggers.3.all.3"]);
  expect(placesIn(row, { field: "budget" })).toEqual(["value.field"]);
  expect(placesIn(row, { url: "https://shop.example/thanks?order=1#top" })).toEqual([
    "triggers.0.url",
    "triggers.3.all.2",
    "triggers.4.url",
  ]);
  expect(placesIn(row, { url: "https://shop.example/thanks/again" })).toEqual(["triggers.0.url", "triggers.3.all.2"]);
  expect(placesIn(row, { url: "/cart" })).toEqual([]);
});
