import * as fc from "fast-check";
import { expect, test } from "vitest";
import { changedDetails, maskedDetails } from "../../../src/books/account/details.ts";
import { bareIban, ibanProblem, isInSepa, maskedIban } from "../../../src/books/account/iban.ts";
import { sepaText } from "../../../src/books/account/sepa-text.ts";

/** Examples of the registry of ISO 13616, of banks that aren't. */
const EXAMPLES = [
  "AD12 0001 2030 2003 5910 0100",
  "BE68 5390 0754 7034",
  "CH93 0076 2011 6238 5295 7",
  "DE89 3704 0044 0532 0130 00",
  "FR14 2004 1010 0505 0001 3M02 606",
  "GB29 NWBK 6016 1331 9268 19",
  "GR16 0110 1250 0000 0001 2300 695",
  "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
  "NL91 ABNA 0417 1643 00",
  "NO93 8601 1117 947",
  "PL61 1090 1014 0000 0712 1981 2874",
  "BR18 0036 0305 0000 1000 9795 493C 1",
  "SA03 8000 0000 6080 1016 7519",
];

test.each(EXAMPLES)("%s is an IBAN, however it is written", (text) => {
  expect(ibanProblem(bareIban(text))).toBeNull();
  expect(ibanProblem(bareIban(` ${text.toLowerCase()}\t`))).toBeNull();
});

test.each([
  ["DE89 3704 0044 0532 0130 01", "check digits"],
  ["DE89 3704 0044 0532 0130 0", "22 characters"],
  ["US64 SVBK US6S 3300 958879", "none of US"],
  ["DE8937040044053201300O", "check digits"],
  ["lea@creator.example", "IBAN such as"],
  ["", "IBAN such as"],
])("%s is none: %s", (text, why) => {
  expect(ibanProblem(bareIban(text))).toContain(why);
});

test("a slip of one character, or two that changed places, is told", () => {
  const places = fc.record({ iban: fc.constantFrom(...EXAMPLES.map(bareIban)), at: fc.nat(), digit: fc.nat(9) });
  fc.assert(
    fc.property(places, ({ iban, at, digit }) => {
      const place = 4 + (at % (iban.length - 5));
      const [here = "", next = ""] = [iban[place], iban[place + 1]];
      const slip = iban.slice(0, place) + digit + iban.slice(place + 1);
      const swapped = iban.slice(0, place) + next + here + iban.slice(place + 2);
      if (slip !== iban && /\d/.test(here)) expect(ibanProblem(slip)).not.toBeNull();
      if (swapped !== iban && /\d\d/.test(here + next)) expect(ibanProblem(swapped)).not.toBeNull();
    }),
  );
});

test("SEPA reaches some of them", () => {
  expect(EXAMPLES.map(bareIban).filter((iban) => !isInSepa(iban))).toEqual([
    "BR1800360305000010009795493C1",
    "SA0380000000608010167519",
  ]);
});

test("what is masked is known by its owner alone", () => {
  expect(maskedIban("DE89370400440532013000")).toBe("DE•• … 3000");
  const details = {
    method: "other",
    accountHolder: "Lea Martin",
    iban: "DE89370400440532013000",
    bic: null,
    country: "DE",
    email: "lea@creator.example",
    note: "routing 021000021, account 1234567",
    reference: null,
  } as const;
  expect(maskedDetails(details)).toEqual({
    ...details,
    iban: "DE•• … 3000",
    email: "l•••@creator.example",
    note: "•••",
  });
  expect(changedDetails(details, { ...details, iban: null, country: "FR" })).toEqual(["iban", "country"]);
  expect(changedDetails(null, details)).toEqual(["method", "accountHolder", "iban", "country", "email", "note"]);
});

test.each([
  ["Jörg Müller & Söhne", "Joerg Mueller + Soehne"],
  ["Łukasz Żółć", "Lukasz Zolc"],
  ["Μαρία", "Maria"],
  ["Ünal\tGroß_Öz", "Uenal Gross-Oez"],
  ['<b>"Lea"</b>', "b Lea /b"],
  ["//a//b/", "a/b"],
  ["🦊", ""],
])("SEPA writes %s as %s", (text, written) => {
  expect(sepaText(text, 70)).toBe(written);
});

test("whatever the text, SEPA's is of its letters, as long as it may be, and stays as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), fc.integer({ min: 1, max: 140 }), (text, max) => {
      const written = sepaText(text, max);
      expect(written).toMatch(/^[A-Za-z0-9/\-?:().,'+ ]*$/);
      expect(written).not.toMatch(/\/\/|^[/ ]|[/ ]$| {2}/);
      expect(written.length).toBeLessThanOrEqual(max);
      expect(sepaText(written, max)).toBe(written);
    }),
  );
});
