import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  GENERATED_SLUG_LENGTH,
  RESERVED_SEGMENTS,
  slugFromBytes,
  slugKey,
  slugProblem,
} from "../../../src/edge/link/slug.ts";

describe("a slug", () => {
  it.each(["a", "lea", "LÉA-2026", "été", "日本", "हिन्दी", "x".repeat(64), "_-"])("may be %s", (slug) => {
    expect(slugProblem(slug)).toBeNull();
  });

  it.each([
    ["", "empty"],
    ["x".repeat(65), "too_long"],
    ["a b", "characters"],
    ["a/b", "characters"],
    ["a+", "characters"],
    ["a%20", "characters"],
    ["<script>", "characters"],
    ["😀", "characters"],
    ["a\u202eb", "characters"],
    ["API", "reserved"],
    ["t", "reserved"],
    ["Favicon.ico", "reserved"],
  ])("may not be %s (%s)", (slug, problem) => {
    expect(slugProblem(slug)).toBe(problem);
  });

  it("is the same in composed and decomposed form, and whatever its case", () => {
    expect(slugKey("E\u0301te\u0301", false)).toBe(slugKey("\u00e9t\u00e9", false));
    expect(slugKey("Lea", true)).not.toBe(slugKey("lea", true));
  });

  it("made from random bytes is valid and holds no letter that could be misread", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) => {
        const slug = slugFromBytes(bytes);
        if (slug === null) return;
        expect(slug).toHaveLength(GENERATED_SLUG_LENGTH);
        expect(slug).not.toMatch(/[0Oo1lI]/);
        expect(slugProblem(slug)).toBeNull();
      }),
    );
  });

  it("is never drawn from bytes that would favour some letters", () => {
    expect(slugFromBytes(new Uint8Array(64).fill(255))).toBeNull();
  });

  it("can't shadow a path that the Worker answers itself", () => {
    for (const segment of RESERVED_SEGMENTS) expect(slugProblem(segment)).not.toBeNull();
  });
});
