import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isEncoded, readableHost } from "../../../src/edge/pages/unicode-host.ts";

/** As a URL writes a host. */
const hostOf = (text: string): string => new URL(`https://${text}/`).hostname;

describe("a host name in letters", () => {
  it.each([
    "bücher.example",
    "shop.münchen.example",
    "café-été.example",
    "faß.example",
    "niño.example",
    "œuvre.example",
  ])("%s reads as it is", (name) => {
    expect(isEncoded(hostOf(name))).toBe(true);
    expect(readableHost(hostOf(name))).toBe(name);
  });

  it.each([
    ["Cyrillic throughout", "аррӏе.com"],
    ["one Cyrillic letter", "pаypal.com"],
    ["Greek", "οοοο.example"],
    ["a dot below", "paypạl.com"],
    ["an i without its dot", "ınfo.example"],
    ["a stroke", "paypał.com"],
    ["another alphabet beside a safe one", "shop.日本.example"],
    ["a sign that looks like a slash", "brand.com／login.example".replace("／", "ノ")],
  ])("is not told where it could be taken for another: %s", (_name, name) => {
    expect(isEncoded(hostOf(name))).toBe(true);
    expect(readableHost(hostOf(name))).toBeNull();
  });

  it.each(["shop.example", "xn--a.example", "xn--.example", "xn--9.example", "192.0.2.1", "[2001:db8::1]", ""])(
    "%j has none, or can't be read",
    (host) => {
      expect(readableHost(host)).toBeNull();
    },
  );

  it("is what a browser encodes as the host, or nothing, whatever is in it", () => {
    const letters = fc.constantFrom(...Array.from("aeiouxn-09äöüéèñçßœа日\u0323\u0301ı"));
    fc.assert(
      fc.property(fc.string({ unit: letters, minLength: 1, maxLength: 12 }), (label) => {
        const url = URL.parse(`https://${label}.example/`);
        if (url === null) return;
        const read = readableHost(url.hostname);
        if (read === null) return;
        expect(hostOf(read)).toBe(url.hostname);
        expect(read).not.toMatch(/[а日ı]|\u0323|\u0301/);
      }),
      { numRuns: 500 },
    );
  });

  it("comes to an end for any code, of however many letters", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from("abcxyz0189-")), maxLength: 70 }), (text) => {
        expect(() => readableHost(`xn--${text}.example`)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});
