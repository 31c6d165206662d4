import * as fc from "fast-check";
import { expect, test } from "vitest";
import { selectorFault } from "../../../src/visits/plan/selector.ts";

test.each([
  ".add",
  "#buy",
  "a[href$='.pdf']",
  "[data-buy]",
  "button",
  "main > ul li:nth-child(2n + 1) a",
  ".card:not(.sold) .buy",
  ".card:has(> img)",
  ":is(.a, #b)",
  String.raw`.md\:flex`,
  "[data-value='1']",
  ".käse",
  "a:lang(de)",
])("DIX-1: a rule may look for %s", (selector) => expect(selectorFault(selector)).toBeNull());

test.each([
  "",
  "a..b",
  "a,",
  "a[b",
  "a >",
  "> a",
  "#1a",
  "a[href$=.pdf]",
  "a:not()",
  "a/**/b",
  "{}",
  "a{color:red}",
  "svg|a",
  "a || b",
  "&",
  "a[b!=c]",
  "a:hover",
  "input:checked",
  "input:autofill",
  "input:invalid",
  "a:visited",
  "a:contains(x)",
  "a::before",
  ":host",
])("DIX-1: %s is no selector that rules can use, and the answer says what is", (selector) => {
  expect(selectorFault(selector)).toMatch(/^is no CSS selector that rules can use \(.*\); write one such as /);
});

test.each(["input[value]", "[VALUE^='4']", "a:not([value='x'])", ".f:has(option[selected]) a", "[checked] + label"])(
  "DIX-5: %s would read what shoppers type or choose",
  (selector) => expect(selectorFault(selector)).toMatch(/never read/),
);

test.each([
  "*",
  "body *",
  "body",
  "HTML",
  ".a *",
  ".a > *",
  ":not(.a)",
  ":is(*)",
  ":where(.a, *)",
  "*:first-child",
  ".a, *",
  "[class]",
  "[id]",
  "[class*='']",
  "body:has(.a)",
  "*:not(body)",
])("DIX-1: %s would match nearly everything", (selector) => {
  expect(selectorFault(selector)).toMatch(/nearly everything/);
});

test("whatever is written is judged", () => {
  const part = fc.constantFrom(...Array.from("*.#[]():,> +~='\"\\ab1"), ":is(", ":not(", "[a=b]", ".x", "\u0000");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      expect([null, "string"]).toContain(selectorFault(parts.join("")) === null ? null : "string");
    }),
  );
  expect(selectorFault(`${":not(".repeat(60)}.a${")".repeat(60)}`)).toMatch(/nearly everything/);
});
