import { describe, expect, test } from "vitest";
import type { ShopAnswer } from "../../../src/shops/platform.ts";
import { problemsOf } from "../../../src/shops/shopify/check.ts";
import { failureOf, slowDown, userErrorsOf } from "../../../src/shops/shopify/graph-send.ts";

const answer = (status: number, body: unknown, headers: Record<string, string> = {}): ShopAnswer => ({
  status,
  headers: new Headers(headers),
  body,
});

const throttled = (cost: unknown): ShopAnswer =>
  answer(200, { errors: [{ message: "Throttled", extensions: { code: "THROTTLED" } }], extensions: { cost } });

describe("slowDown", () => {
  const status = { maximumAvailable: 2_000, currentlyAvailable: 12, restoreRate: 100 };

  test("200 and THROTTLED: as long as the bucket takes to have what was asked for", () => {
    expect(slowDown(throttled({ requestedQueryCost: 512, throttleStatus: status }))).toBe(5_000);
    expect(slowDown(throttled({ requestedQueryCost: 13, throttleStatus: status }))).toBe(200);
    expect(slowDown(throttled(undefined))).toBe(2_000);
    expect(
      slowDown(throttled({ requestedQueryCost: 5, throttleStatus: { currentlyAvailable: 0, restoreRate: 0 } })),
    ).toBe(2_000);
  });

  test("429, with Retry-After and without", () => {
    expect(slowDown(answer(429, "", { "retry-after": "1.5" }))).toBe(1_500);
    expect(slowDown(answer(429, ""))).toBe(2_000);
  });

  test("nothing else asks for time", () => {
    expect(slowDown(answer(200, { data: {} }))).toBeNull();
    expect(slowDown(answer(200, { errors: [{ extensions: { code: "ACCESS_DENIED" } }] }))).toBeNull();
    expect(slowDown(answer(503, "no"))).toBeNull();
  });
});

describe("failureOf", () => {
  const error = (code: string | null): { code: string | null; message: string } => ({ code, message: "because" });

  test("fields that the app may not see are missing, and the rest is there", () => {
    expect(failureOf([error("ACCESS_DENIED")], { order: { id: 1, customer: null } })).toBeNull();
    expect(failureOf([error("ACCESS_DENIED")], { orders: null })?.code).toBe("missing_scope");
    expect(failureOf([error("ACCESS_DENIED")], null)?.code).toBe("missing_scope");
  });

  test.each([
    ["THROTTLED", "throttled"],
    ["INTERNAL_SERVER_ERROR", "unavailable"],
    ["MAX_COST_EXCEEDED", "refused"],
    ["undefinedField", "refused"],
    [null, "refused"],
  ])("%s is %s", (code, failure) => {
    expect(failureOf([error(code)], null)?.code).toBe(failure);
  });

  test("without Shopify's leave for protected data it is told where that is asked for", () => {
    const message =
      "This app is not approved to access the Order object. See https://shopify.dev/docs/apps/launch/protected-customer-data";
    const failure = failureOf([{ code: "ACCESS_DENIED", message }], { orders: null });
    expect(failure?.code).toBe("missing_setting");
    expect(failure?.message).toContain("API access requests");
  });

  test("no data is no answer", () => {
    expect(failureOf([], null)?.code).toBe("unreadable");
    expect(failureOf([], {})).toBeNull();
  });
});

test("userErrors are told with their fields", () => {
  const payload = {
    userErrors: [
      { field: ["basicCodeDiscount", "code"], code: "TAKEN", message: "is taken" },
      { field: null, message: "odd" },
    ],
  };
  expect(userErrorsOf(payload)).toEqual({
    codes: ["TAKEN", ""],
    fields: ["basicCodeDiscount.code", ""],
    words: "basicCodeDiscount.code: is taken; odd",
  });
  expect(userErrorsOf({ userErrors: [] })).toBeNull();
});

describe("problemsOf", () => {
  const fine = {
    scopes: ["read_orders", "write_discounts", "read_customers"],
    version: "2026-10",
    answered: "2026-10",
    supported: ["2026-07", "2026-10"],
    isSet: false,
  };
  const now = Date.UTC(2026, 10, 29);
  const codes = (facts: Partial<typeof fine>, at = now): string[] =>
    problemsOf({ ...fine, ...facts }, "Set them.", at).map(({ code }) => code);

  test("none, where all is there", () => {
    expect(codes({})).toEqual([]);
    expect(codes({ scopes: ["write_orders", "write_discounts", "read_customers"] })).toEqual([]);
  });

  test("a scope that is missing is named, with where it is set", () => {
    expect(problemsOf({ ...fine, scopes: ["read_orders", "read_customers"] }, "Set them.", now)).toEqual([
      { code: "missing_scope", detail: "The app has no write_discounts: codes can't be made. Set them." },
    ]);
    expect(codes({ scopes: [] })).toEqual(["missing_scope", "missing_scope", "missing_read_customers"]);
  });

  test("a version that is about to end, or has", () => {
    expect(codes({}, Date.UTC(2027, 7, 1))).toEqual([]);
    expect(codes({}, Date.UTC(2027, 7, 15))).toEqual(["version_ending"]);
    expect(codes({ supported: ["2027-01"] })).toEqual(["version_ended"]);
    expect(codes({ answered: "2027-01", supported: [] })).toEqual(["version_ended"]);
    expect(problemsOf({ ...fine, isSet: true }, "", Date.UTC(2027, 8, 20))[0]?.detail).toContain("apiVersion");
  });
});
