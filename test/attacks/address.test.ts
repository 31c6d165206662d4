import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keysOf, pathTarget } from "../../src/edge/link/address.ts";
import { LinkCache } from "../../src/edge/link/cache.ts";
import type { CompiledLink } from "../../src/edge/link/compile.ts";
import { RESERVED_SEGMENTS, slugProblem } from "../../src/edge/link/slug.ts";

const WORDS = [...RESERVED_SEGMENTS];

/** Percent-encodes the characters of a path that `chosen` says, in either case of the hexadecimal digits. */
function encoded(text: string, chosen: readonly boolean[], upper: boolean): string {
  return Array.from(new TextEncoder().encode(text), (byte, index) => {
    const hex = `%${byte.toString(16).padStart(2, "0")}`;
    if (byte < 0x80 && chosen[index % chosen.length] !== true) return String.fromCharCode(byte);
    return upper ? hex.toUpperCase() : hex;
  }).join("");
}

/** A text in upper and lower case as `chosen` says. */
function cased(text: string, chosen: readonly boolean[]): string {
  return Array.from(text, (letter, index) =>
    chosen[index % chosen.length] === true ? letter.toUpperCase() : letter.toLowerCase(),
  ).join("");
}

const anyChoice = fc.array(fc.boolean(), { minLength: 1, maxLength: 16 });

describe("G-8: a reserved word is no link's address", () => {
  it.each(WORDS)("%s, and is answered by the Worker itself", (word) => {
    for (const path of [`/${word}`, `/${word}/`, `/${word}/more`]) {
      expect(pathTarget(path).kind).toBe("reserved");
    }
    expect(pathTarget(`/%${word.charCodeAt(0).toString(16)}${word.slice(1)}`).kind).toBe("reserved");
  });

  it.each(WORDS)("%s+, nor with more behind it", (word) => {
    for (const tail of ["+", "%2B", "%2b", "++", "+/", "+%2B/", "%20", ".", "%00", ";a=b", "%2F", "%3F", "/+"]) {
      expect(["none", "reserved"], tail).toContain(pathTarget(`/${word}${tail}`).kind);
    }
  });

  it("in whatever way it is written", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...WORDS),
        fc.constantFrom("", "+", "/", "+/", "%2B", "++", "//"),
        anyChoice,
        anyChoice,
        fc.boolean(),
        (word, tail, cases, escapes, upper) => {
          const path = `/${encoded(cased(word, cases), escapes, upper)}${tail}`;
          expect(["none", "reserved"], path).toContain(pathTarget(path).kind);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("G-14: what is looked up", () => {
  it("could be a slug, whatever the path", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.webPath()), (text) => {
        const target = pathTarget(new URL(`/${text.replace(/^[/\\]+/, "")}`, "https://go.brand.example").pathname);
        if (target.kind === "link" || target.kind === "preview") expect(slugProblem(target.slug)).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(["/a%20b", "/%2e%2e", "/a%00b", "/..%2f", "/%F0%9F%98%80", "/%ff", "/%", "/+", `/${"x".repeat(65)}`])(
    "is nothing at %s",
    (path) => {
      expect(pathTarget(path).kind).toBe("none");
    },
  );

  it.each(["Lea", "été-2026", "日本"])("is the same for every way of writing %s", (slug) => {
    fc.assert(
      fc.property(anyChoice, anyChoice, fc.boolean(), fc.constantFrom("", "/"), (cases, escapes, upper, tail) => {
        for (const form of ["NFC", "NFD"]) {
          const path = `/${encoded(cased(slug, cases).normalize(form), escapes, upper)}${tail}`;
          const target = pathTarget(path);
          if (target.kind !== "link") throw new Error(path);
          expect(keysOf("h", target.slug).folded).toBe(keysOf("h", slug).folded);
        }
      }),
    );
  });
});

it("G-14: an entry for any case answers where there is none of its own, and a newer one of its own goes first", () => {
  const cache = new LinkCache(10);
  const [link, other] = [{}, {}] as [CompiledLink, CompiledLink];
  const keep = (keys: readonly string[], kept: CompiledLink | null, anyCase: boolean, readAt: number) =>
    cache.set(
      kept === null ? { kept: [], passing: keys } : { kept: keys, passing: [] },
      { link: kept, usedUp: false, anyCase, readAt, position: 0, subjects: [], doubtedSince: 0 },
      0,
    );
  keep(["h/lea"], link, true, 5);
  expect(cache.find(keysOf("h", "LEA"))?.link).toBe(link);
  keep(["h/LEA"], null, false, 4);
  expect(cache.find(keysOf("h", "LEA"))?.link).toBe(link);
  keep(["h/LEA"], null, false, 6);
  expect(cache.find(keysOf("h", "LEA"))?.link).toBeNull();
  keep(["h/lea"], link, false, 7);
  expect(cache.find(keysOf("h", "Lea"))).toBeUndefined();
  keep(["h/Lea"], other, false, 1);
  expect(cache.find(keysOf("h", "Lea"))?.link).toBe(other);
});
