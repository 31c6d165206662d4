import * as fc from "fast-check";
import { html } from "hono/html";
import { describe, expect, it } from "vitest";
import { carryOn } from "../../../src/portal/frame/carry.ts";

const TOKEN = "A-_".padEnd(43, "b");
const ASKED = { token: TOKEN, lang: "de" } as const;

/** Texts of people that look like what is rewritten. */
const hostile = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc
    .array(
      fc.constantFrom(
        ' href="',
        " action=",
        '"',
        "?skip=1",
        "/creator/",
        TOKEN,
        "/language",
        "#make",
        "'",
        ">",
        " ",
        "x",
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join("")),
);

describe("DSH-3: the language that ways of a creator's pages ask for", () => {
  it("is written into no text, value or address of people", async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (one, other) => {
        const page = String(
          await html`<p title="${one}">${other}</p>
            <input type="hidden" name="skip" value="${one}" /><textarea>${other}</textarea
            ><a href="https://shop.example/?${one}" data-href="${other}">${one}</a>`,
        );
        expect(carryOn(ASKED, page)).toBe(page);
      }),
    );
  });

  it("is asked for by ways to pages of the same creator alone, behind what else they ask for", () => {
    const carried = (to: string) => carryOn(ASKED, `<a href="${to}">x</a>`).slice(9, -7);
    for (const to of [`/creator/${TOKEN}x/money`, `/creator/${TOKEN}/language`, "/creator/other", "/docs", "#make"]) {
      expect(carried(to)).toBe(to);
    }
    for (const [to, then] of [
      [`/creator/${TOKEN}`, `/creator/${TOKEN}?lang=de`],
      [`${TOKEN}/report.csv?span=7d`, `${TOKEN}/report.csv?span=7d&amp;lang=de`],
      [`/creator/${TOKEN}/links?for=c#make`, `/creator/${TOKEN}/links?for=c&amp;lang=de#make`],
      ["?", "?lang=de"],
    ]) {
      expect(carried(to ?? "")).toBe(then);
    }
    expect(carryOn({ ...ASKED, lang: null }, ' href="?"')).toBe(' href="?"');
  });
});
