import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cleanPath } from "../../../src/visits/plan/clean-path.ts";

test.each([
  ["", "/"],
  ["/", "/"],
  ["//a//b/", "/a/b"],
  ["/k%C3%A4se", "/käse"],
  ["/Blog/2026/11", "/Blog/2026/11"],
  ["/products/iPhone-15-Pro-Max-256GB-blau", "/products/iPhone-15-Pro-Max-256GB-blau"],
  ["/p/kleid-rot-1234567", "/p/kleid-rot-1234567"],
  ["/orders/123456", "/orders/:id"],
  ["/orders/123456.pdf", "/orders/:id"],
  ["/account/lea@example.com/x", "/account/:id/x"],
  ["/account/lea%2540example.com", "/account/:id"],
  ["/s/4111-1111-1111-1111", "/s/:id"],
  ["/call/+49 170 1234567", "/call/:id"],
  ["/o/6f1c2a9b-0f3e-4b7a-9d5e-2a1b3c4d5e6f", "/o/:id"],
  ["/o/9f86d081884c7d65", "/o/:id"],
  ["/status/aB3xY9kLmQ7", "/status/:id"],
  [`/${"x".repeat(101)}/b`, "/:id/b"],
])("DIX-12: %s is counted as %s", (path, clean) => {
  expect(cleanPath(path, [])).toBe(clean);
});

test("DIX-12: the first alias that a path meets is what it is counted as, ids and all", () => {
  const aliases = [
    { pattern: "/orders/123456", alias: "/the-order" },
    { pattern: "/orders/*", alias: "/order" },
    { pattern: "/orders/**", alias: "/orders" },
  ];
  expect(["/orders/123456/", "/orders/9", "/orders/9/items", "/else"].map((path) => cleanPath(path, aliases))).toEqual([
    "/the-order",
    "/order",
    "/orders",
    "/else",
  ]);
});

test("a path is cleaned once and for all, and is never long", () => {
  const part = fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.constantFrom("%", "%25", "%41", "25", "%C3", "/", ".", "@", "\uD800", "1234", "aB3", ":id", "x".repeat(90)),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      const clean = cleanPath(`/${parts.join("")}`, []);
      expect(clean.length).toBeLessThanOrEqual(200);
      expect(clean.startsWith("/")).toBe(true);
      expect(clean).not.toMatch(/%[\da-f]{2}|@|\d{9}|\p{Cc}/iu);
      expect(cleanPath(clean, [])).toBe(clean);
    }),
    { numRuns: 300 },
  );
});
