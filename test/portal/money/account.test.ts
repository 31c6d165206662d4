import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { payoutDetailsBody } from "../../../src/books/account/schema.ts";
import { proposedDetails } from "../../../src/books/proposal/compose.ts";
import { mostDueBy, waitingMinor } from "../../../src/portal/money/account.ts";
import { type AccountFaults, readAccount } from "../../../src/portal/money/account-form.ts";
import { maskedNumber } from "../../../src/portal/orders/mask.ts";

const RIGHT = { accountHolder: "Lea Moreau", iban: "de02 1203 0000 0000 2020 51", bic: "" };

describe("the form for an account", () => {
  it("takes what is right, and says of each field what isn't", () => {
    expect(readAccount(RIGHT)).toEqual({
      account: { accountHolder: "Lea Moreau", iban: "DE02120300000000202051", bic: null },
    });
    const cases: [Partial<typeof RIGHT>, AccountFaults][] = [
      [{ accountHolder: "" }, { accountHolder: "missing" }],
      [{ accountHolder: "x".repeat(71) }, { accountHolder: "long" }],
      [{ accountHolder: "🦊" }, { accountHolder: "letters" }],
      [{ iban: "" }, { iban: { what: "missing" } }],
      [{ iban: "1234" }, { iban: { what: "form" } }],
      [{ iban: "US02120300000000202051" }, { iban: { what: "country", country: "US" } }],
      [{ iban: "DE0212030000000020205" }, { iban: { what: "length", country: "DE", length: 22, has: 21 } }],
      [{ iban: "DE02120300000000202052" }, { iban: { what: "slip" } }],
      [{ bic: "COBA" }, { bic: "form" }],
    ];
    for (const [change, faults] of cases) expect(readAccount({ ...RIGHT, ...change })).toEqual({ faults });
  });

  it("takes nothing that the API wouldn't, whatever is typed", () => {
    const anyIban = fc.oneof(
      fc.constantFrom(
        "DE02120300000000202051",
        "NL91ABNA0417164300",
        "SA0380000000608010167519",
        "de89 3704 0044 0532 0130 00",
      ),
      fc.string({ maxLength: 40 }),
    );
    const anyText = fc.oneof(
      fc.string({ maxLength: 90 }),
      fc.constantFrom("\u0000", "\ud800", "🦊", "Łukasz\u0085", "\u202eabc", "a\nb"),
    );
    const anyBic = fc.oneof(fc.constantFrom("", "cobadeff", "BYLADEM1001"), fc.string({ maxLength: 14 }));
    fc.assert(
      fc.property(anyText, anyIban, anyBic, (accountHolder, iban, bic) => {
        const { account } = { account: null, ...readAccount({ accountHolder: accountHolder.trim(), iban, bic }) };
        if (account === null || account === undefined) return;
        const details = proposedDetails(account, { reference: "K-1" });
        expect(payoutDetailsBody.parse(details)).toEqual(details);
      }),
    );
  });
});

describe("what waits", () => {
  it("is mostly due by the day on which more than half of it is, unless more has no day", () => {
    const waiting = [
      { day: "2026-11-30", minor: 300 },
      { day: "2026-11-25", minor: 200 },
      { day: null, minor: 100 },
    ];
    expect(waitingMinor(waiting)).toBe(600);
    expect(mostDueBy(waiting)).toBe("2026-11-30");
    expect(mostDueBy([{ day: "2026-11-25", minor: 400 }, ...waiting])).toBe("2026-11-25");
    expect(mostDueBy([{ day: null, minor: 700 }, ...waiting])).toBeNull();
    expect(mostDueBy([])).toBeNull();
    expect(mostDueBy([{ day: "2026-11-25", minor: -5 }])).toBeNull();
  });
});

it("an order's number is masked but for its end, and never more than half of it is told", () => {
  expect(["#100042", "12", "7", "‮\u200babc", ""].map(maskedNumber)).toEqual(["…042", "…2", "…", "…c", "…"]);
});
