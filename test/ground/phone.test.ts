import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callingCodeOf, phoneOf } from "../../src/ground/phone.ts";

describe("reading a phone number", () => {
  it.each([
    ["+49 (30) 123-45 67", "+49301234567"],
    ["+49 (0)30 / 123 45 67", "+49301234567"],
    ["+49 ( 0 ) 30 1234567", "+49301234567"],
    ["0049 30 1234567", "+49301234567"],
    ["tel:+49-30-1234567", "+49301234567"],
    [" \u202a+49\u00a030\u202f1234567\u202c ", "+49301234567"],
    ["+49–30–123.45.67", "+49301234567"],
    ["＋４９ ３０ １２３４５６７", "+49301234567"],
    ["+1 (415) 555-0132", "+14155550132"],
    ["+39 06 1234 5678", "+390612345678"],
    ["+39 (0)6 1234 5678", "+390612345678"],
    ["+225 07 12 34 56 78", "+2250712345678"],
    ["+800 0123 4567", "+80001234567"],
    ["+683 4000", "+6834000"],
  ])("takes %j as %s", (text, number) => {
    expect(phoneOf(text)).toBe(number);
  });

  it.each([
    ["as it is dialled at home", "030 1234567"],
    ["without the plus", "49301234567"],
    ["as it is dialled in America", "011 49 30 1234567"],
    ["with the 0 that is dialled at home", "+49 030 1234567"],
    ["a 0 in brackets that is behind no code", "+49 30 (0) 1234567"],
    ["two of them", "+49 (0) (0) 30 1234567"],
    ["an extension", "+49 30 1234567 ext. 12"],
    ["letters", "+1 800 FLOWERS"],
    ["two plusses", "++49 30 1234567"],
    ["a code that begins with 0", "+0 30 1234567"],
    ["16 digits", "+4930123456789012"],
    ["too few digits", "+49 112"],
    ["nothing", ""],
    ["a plus", "+"],
    ["a formula", "=+49301234567"],
    ["digits of other scripts", "+٤٩ ٣٠ ١٢٣٤٥٦٧"],
    ["a long text", `+49 30 1234567${" ".repeat(50)}`],
  ])("refuses %s", (_, text) => {
    expect(phoneOf(text)).toBeNull();
  });

  it("reads what it wrote, and however that is set", () => {
    const national = fc.tuple(fc.constantFrom("49", "1", "353", "7", "998"), fc.stringMatching(/^[1-9]\d{5,10}$/));
    fc.assert(
      fc.property(
        national,
        fc.array(fc.constantFrom("", " ", "-", ".", "/", " (", ") "), { minLength: 14, maxLength: 14 }),
        (is, marks) => {
          const number = `+${is.join("")}`;
          const set = number.slice(1).replaceAll(/\d/g, (digit, index: number) => `${marks[index] ?? ""}${digit}`);
          expect(phoneOf(number)).toBe(number);
          if (set.length < 47 && !/\(\s*0\s*\)/.test(set)) expect(phoneOf(`+${set}`)).toBe(number);
          expect(callingCodeOf(number)).toBe(is[0]);
        },
      ),
    );
  });

  it("is never other than E.164", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `+49${text}`),
        ),
        (text) => {
          expect(phoneOf(text) ?? "+4912345").toMatch(/^\+[1-9]\d{6,14}$/);
        },
      ),
    );
  });
});

describe("the calling code of a number", () => {
  it.each([
    ["+14155550132", "1"],
    ["+74951234567", "7"],
    ["+201001234567", "20"],
    ["+212600123456", "212"],
    ["+390612345678", "39"],
    ["+420212345678", "420"],
    ["+491701234567", "49"],
    ["+35312345678", "353"],
    ["+80001234567", "800"],
    ["+8613812345678", "86"],
    ["+85212345678", "852"],
    ["+998712345678", "998"],
  ])("of %s is %s", (number, code) => {
    expect(callingCodeOf(number)).toBe(code);
  });
});
