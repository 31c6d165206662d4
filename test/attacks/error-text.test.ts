import { DrizzleQueryError } from "drizzle-orm/errors";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorStack, errorText } from "../../src/ground/error-text.ts";
import { processorTime } from "../ground/processor-time.ts";

const TOKEN = "q1W2e3R4t5Y6u7I8o9P0a1S2d3F4g5H6j7K8l9Z0x1C";

describe("G-7: the text of an error", () => {
  it("says what failed and why, and none of the values of a query", () => {
    const values = ["jane@mail.example", TOKEN, "Jane Doe", '{"note":"5th floor"}'];
    const cause = new Error("D1_ERROR: UNIQUE constraint failed: creators.external_id: SQLITE_CONSTRAINT");
    const error = new DrizzleQueryError('insert into "creators" ("email") values (?)', values, cause);
    const text = errorText(error);
    expect(text).toContain('insert into "creators" ("email") values (?)');
    expect(text).toContain("UNIQUE constraint failed: creators.external_id: SQLITE_CONSTRAINT");
    for (const value of values) {
      expect(text).not.toContain(value);
      expect(errorStack(error)).not.toContain(value);
    }
    expect(errorStack(error)).toMatch(/\bat /);
  });

  it.each([
    [`fetch failed: https://shop.example/a/${TOKEN}?token=s3cret#x`, "fetch failed: https://shop.example/[removed]"],
    ["at https://shop.example?email=jane", "at https://shop.example/[removed]"],
    ["no route for /t/postback?s=acme&token=s3cret&order=9", "no route for /t/postback?[removed]"],
    [`no route for /creator/${TOKEN}/x`, "no route for /creator/[removed]/x"],
    ["bad header Authorization Bearer-abc", "bad header Authorization [removed]"],
    ["Bearer acme.short was refused", "Bearer [removed] was refused"],
    ["body was token=abc&x=1", "body was token=[removed]&x=1"],
    ["key wmk_0123456789abcdef0123456789abcdef0123 is revoked", "key [removed] is revoked"],
    ["jane@mail.example from 203.0.113.7 or fe80::1", "[removed] from [removed] or [removed]"],
  ])("%s", (message, told) => {
    expect(errorText(new Error(message))).toBe(`Error: ${told}`);
  });

  it("doesn't quote a text that is no JSON", () => {
    for (const body of ['token: "s3cret-jane"', '{"email":"s3cret-jane"', '{"a":1,"note":"s3cret-jane" oops}']) {
      try {
        JSON.parse(body);
      } catch (error) {
        expect(errorText(error)).toMatch(/^SyntaxError: /);
        expect(errorText(error)).not.toMatch(/s3cret|jane/);
      }
    }
  });

  it.each([
    "D1_ERROR: Network connection lost.",
    "D1_ERROR: UNIQUE constraint failed: links.domain, links.slug_key: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_UNIQUE)",
    "Queue send failed: 500",
    "no answer within 2000 ms",
    "no click token key 7",
    "internal error; reference = l4d9aslp3k0vq1c7eo0umqha",
  ])("keeps what helps: %s", (message) => {
    expect(errorText(new Error(message))).toBe(`Error: ${message}`);
  });

  it.each([{ toString: 0 }, Object.create(null) as object, { [Symbol.toPrimitive]: 1 }])(
    "is told of what can't be made a text: %#",
    (thrown) => {
      expect(errorText(thrown)).toBe("object");
    },
  );

  it("is told of anything that may be thrown, in short time and at bounded length", () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        expect(typeof errorText(thrown)).toBe("string");
      }),
    );
    const spent = processorTime(() => {
      for (const piece of ["a", "1:", "?a=", "key=", "https://", "a@", '"', "::", "%40."]) {
        expect(errorText(new Error(piece.repeat(40_000))).length).toBeLessThan(20_000);
      }
    });
    expect(spent).toBeLessThan(1_000);
  });
});
