import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readableOn } from "../../../src/portal/frame/accent.ts";
import { brandOf, brandStyle } from "../../../src/portal/frame/brand.ts";
import { GROUNDS, STYLE } from "../../../src/portal/frame/dress.ts";

/** By the definition of WCAG 2.2, without the library: it would lend the code modes that it may lack by itself. */
function contrastOf(one: string, other: string): number {
  const [light = 0, dark = 0] = [one, other]
    .map((color) => {
      const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
        const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    })
    .toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const colors = fc.integer({ min: 0, max: 0xffffff }).map((color) => `#${color.toString(16).padStart(6, "0")}`);

describe("a store's brand on its creators' pages", () => {
  it("wears any colour so that it can be read on every ground, in the light and in the dark (WCAG 1.4.3)", () => {
    fc.assert(
      fc.property(colors, (color) => {
        const [light = "", dark = ""] = [...brandStyle(color).matchAll(/--accent:(#[0-9a-f]{6})/g)].map(
          ([, found]) => found,
        );
        for (const ground of GROUNDS.light) expect(contrastOf(light, ground)).toBeGreaterThanOrEqual(4.5);
        for (const ground of GROUNDS.dark) expect(contrastOf(dark, ground)).toBeGreaterThanOrEqual(4.5);
      }),
      { examples: [["#000000"], ["#ffffff"], ["#ffff00"], ["#808080"]] },
    );
  });

  it("leaves a colour as it is where it can be read", () => {
    expect(readableOn("#1b6f5c", GROUNDS.light, "darker")).toBe("#1b6f5c");
    expect(readableOn("#a8a3ff", GROUNDS.dark, "lighter")).toBe("#a8a3ff");
  });

  it("knows the grounds that the style has", () => {
    for (const ground of [...GROUNDS.light, ...GROUNDS.dark]) {
      expect(STYLE.replaceAll("#fff;", "#ffffff;")).toContain(ground);
    }
  });

  it("is that of all campaigns, or of none", () => {
    const store = (id: string) => ({ id, name: id, currency: "EUR", timezone: "UTC", color: null, logo: null });
    expect(brandOf([])).toBeNull();
    expect(brandOf([{ store: store("a") }, { store: null }, { store: store("a") }])?.id).toBe("a");
    expect(brandOf([{ store: store("a") }, { store: store("b") }])).toBeNull();
  });
});
