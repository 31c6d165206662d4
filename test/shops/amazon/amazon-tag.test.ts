import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTag, taggedUrl } from "../../../src/programme/provider/tag.ts";

const TAG = "maas=maas_adg_api_58_static_12_26&ref_=aa_maas&tag=maas";

describe("a tag", () => {
  test.each([
    TAG,
    `?${TAG}`,
    `  ${TAG}\n`,
    `https://www.amazon.co.uk/dp/B0X?psc=1&${TAG}&th=1#x`,
    "maas_adg_api_58_static_12_26",
    TAG.replace("maas=maas", "MAAS=maas"),
  ])("is read of %s", (text) => {
    expect(readTag(text)).toMatchObject({ tag: TAG, ids: { maas: "maas_adg_api_58_static_12_26", tag: "maas" } });
  });

  test.each([
    ["", "maas"],
    ["https://www.amazon.com/dp/B0X", "maas"],
    ["ref_=aa_maas&tag=maas", "maas"],
    ["maas=maas_1&utm_source=x", "not utm_source"],
    ["maas=maas_1&maas=maas_2", "twice"],
    ["maas=maas_1&aa_adgroupid={insertAdGroupId}", "{insertAdGroupId}"],
    ["maas=maas_1&aa_adgroupid={{creator}}", "{{creator}}"],
    ["maas=maas_1&aa_adgroupid=a b", "aa_adgroupid"],
    ["maas=maas_1&aa_adgroupid=%zz", "aa_adgroupid"],
    ["maas=maas_1&aa_adgroupid=", "aa_adgroupid"],
    [`maas=maas_${"1".repeat(300)}`, "maas"],
    ["maas=maas_1#&tag=x", "maas"],
    ["x".repeat(3000), "500"],
  ])("is refused: %s", (text, named) => {
    expect(readTag(text)).toContain(named);
  });
});

describe("a destination with a tag", () => {
  test.each([
    ["https://a.example/", `https://a.example/?${TAG}`],
    ["https://a.example/p?x=1#f?y", `https://a.example/p?x=1&${TAG}#f?y`],
    ["https://a.example/p?MAAS=maas_other&x=1&tag=mine-20", `https://a.example/p?x=1&${TAG}`],
    // Amazon reads these names no otherwise.
    ["https://a.example/p?ma%61s=maas_other&x=1&t%61g=mine-20", `https://a.example/p?x=1&${TAG}`],
    ["https://a.example/p?", `https://a.example/p?${TAG}`],
    ["https://a.example/{{campaign}}?u={{username}}", `https://a.example/{{campaign}}?u={{username}}&${TAG}`],
  ])("%s", (from, to) => {
    expect(taggedUrl(from, TAG)).toBe(to);
    expect(taggedUrl(from, null)).toBe(from);
  });

  test("carries its tag once, whatever it carried before, and keeps all else", () => {
    const pairs = fc.array(fc.constantFrom("x=1", "maas=maas_0", "Tag=t", "ref_", "q={{code}}", "y=%20"));
    fc.assert(
      fc.property(pairs, fc.constantFrom("", "#f"), (query, fragment) => {
        const from = `https://a.example/p${query.length > 0 ? `?${query.join("&")}` : ""}${fragment}`;
        const to = taggedUrl(from, TAG);
        const kept = query.filter((pair) => !/^(maas|tag|ref_)\b/i.test(pair));
        expect(to).toBe(`https://a.example/p?${[...kept, TAG].join("&")}${fragment}`);
        expect(taggedUrl(to, TAG)).toBe(to);
      }),
    );
  });
});
