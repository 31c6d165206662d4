import { expect, test } from "vitest";
import { type CodeFacts, codeStanding } from "../../../src/portal/links/state.ts";

const CODE: CodeFacts = { state: "active", startsAt: null, endsAt: null, limits: {}, uses: 0, inShop: null };

test.each<[string, Partial<CodeFacts>]>([
  ["live", {}],
  ["live", { inShop: "live", startsAt: 50, endsAt: 51, limits: { totalUses: 2 }, uses: 1 }],
  ["off", { state: "withdrawn", endsAt: 1 }],
  ["ended", { endsAt: 50, inShop: "failed" }],
  ["usedUp", { limits: { totalUses: 2 }, uses: 2 }],
  ["failing", { inShop: "failed" }],
  ["notStarted", { startsAt: 51, inShop: "pending" }],
  ["preparing", { inShop: "pending" }],
])("a code is %s with %j", (standing, facts) => {
  expect(codeStanding({ ...CODE, ...facts }, 50)).toBe(standing);
});
