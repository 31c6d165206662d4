import * as fc from "fast-check";
import { expect, test } from "vitest";
import { pathPattern, patternFault } from "../../src/ground/path-pattern.ts";

const meets = (pattern: string, path: string): boolean => new RegExp(pathPattern(pattern)).test(path);

test.each([
  ["/", "/", true],
  ["/", "/a", false],
  ["/cart", "/cart", true],
  ["/cart", "/cart/", true],
  ["/cart/", "/cart", true],
  ["/cart", "/carts", false],
  ["/cart", "/Cart", false],
  ["/a.b", "/axb", false],
  ["/products/*", "/products/tea", true],
  ["/products/*", "/products", false],
  ["/products/*", "/products/tea/green", false],
  ["/*/cart", "/de/cart", true],
  ["/p-*.html", "/p-12.html", true],
  ["/p-*.html", "/p-.html", false],
  ["/shop/**", "/shop", true],
  ["/shop/**", "/shop/a/b", true],
  ["/shop/**", "/shopping", false],
  ["/shop**", "/shopping/a", true],
  ["/**", "/", true],
  ["/käse", "/k%C3%A4se", true],
  ["/käse", "/k%c3%a4se", true],
  ["/k%C3%A4se", "/käse", true],
])("DIX-12: the pattern %s and the path %s", (pattern, path, isMet) => {
  expect(patternFault(pattern)).toBeNull();
  expect(meets(pattern, path)).toBe(isMet);
});

test.each(["cart", "/a?b", "/a#b", "/**/a", "/a*b*", "/a***", "/a b", `/${"a".repeat(200)}`])(
  "what is no pattern of paths: %s",
  (pattern) => expect(patternFault(pattern)).toEqual(expect.any(String)),
);

test("any text makes an expression that is found in no time in any other", () => {
  const part = fc.constantFrom("*", "**", "a", "/", "(", "%", "+", "a*a", "\u{1F375}", "\uD800");
  const text = fc.array(part, { maxLength: 40 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (pattern) => {
      const source = pathPattern(pattern);
      // One repetition a segment, and none inside another: nothing is tried in more than one way.
      for (const segment of source.split(String.raw`\/`)) {
        expect(segment.split(/\[\^\/\]\+|\.\*/).length).toBeLessThanOrEqual(3);
      }
      expect(new RegExp(source).test(`/${"a".repeat(2_000)}!`)).toEqual(expect.any(Boolean));
    }),
    { numRuns: 200 },
  );
});
