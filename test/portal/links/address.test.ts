import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillTemplate, unknownVariables } from "../../../src/edge/link/template.ts";
import { urlProblem } from "../../../src/ground/http/fields.ts";
import { addressesOf, addressOf, type AddressGrounds, shownAddress } from "../../../src/portal/links/address.ts";

const PLAN: AddressGrounds = {
  landingUrl: "https://linen.example/sale?ref={{username}}&color=red",
  homeUrl: "https://www.linen.example/",
  origins: ["https://shop.linen.example:8443", "https://xn--bcher-kva.example", "http://127.0.0.1:5000"],
  clickParam: "cid",
};
const SHOP = addressesOf(PLAN);
const HOSTS = [
  "linen.example",
  "www.linen.example",
  "shop.linen.example:8443",
  "xn--bcher-kva.example",
  "127.0.0.1:5000",
];

const read = (text: string) => addressOf(text, SHOP);
const urlOf = (text: string): string => {
  const address = read(text);
  return "url" in address ? address.url : `${text}: ${address.problem}`;
};
const problemOf = (text: string): string | null => {
  const address = read(text);
  return "problem" in address ? address.problem : null;
};

describe("a page that a creator asks for", () => {
  test("is of one of the plan's hosts, with what the plan's links carry", () => {
    expect(SHOP.hosts).toEqual(HOSTS);
    expect(urlOf("https://linen.example/dress")).toBe("https://linen.example/dress?ref={{username}}");
    expect(urlOf("https://www.linen.example")).toBe("https://www.linen.example/?ref={{username}}");
    expect(urlOf("  HTTPS://LINEN.EXAMPLE:443/a%20b")).toBe("https://linen.example/a%20b?ref={{username}}");
    expect(urlOf("https://shop.linen.example:8443/x#size")).toBe(
      "https://shop.linen.example:8443/x?ref={{username}}#size",
    );
    expect(urlOf("https://bücher.example/ä")).toBe("https://xn--bcher-kva.example/%C3%A4?ref={{username}}");
    // A shop of a developer's machine.
    expect(urlOf("http://127.0.0.1:5000/x")).toBe("http://127.0.0.1:5000/x?ref={{username}}");
    expect(urlOf("http://2130706433:5000/x")).toBe("http://127.0.0.1:5000/x?ref={{username}}");
  });

  test("may be typed without its scheme", () => {
    expect(urlOf("linen.example/dress?size=m")).toBe("https://linen.example/dress?size=m&ref={{username}}");
    expect(urlOf("WWW.linen.example")).toBe("https://www.linen.example/?ref={{username}}");
    expect(problemOf("evil.example/linen.example/")).toBe("broken");
    expect(problemOf("linen.example@evil.example/")).toBe("broken");
  });

  test("brings nothing along that tells who sent the shopper, nor variables of its own", () => {
    expect(
      urlOf(
        "https://linen.example/a?utm_source=tom&UTM.medium=x&wm_click=abc&cid=1&%63id=2&wm_consent=1&ref=tom&size={{code}}&q=1",
      ),
    ).toBe("https://linen.example/a?size=%7B%7Bcode%7D%7D&q=1&ref={{username}}");
    expect(urlOf("https://linen.example/{{slug}}#{{click_id}}")).toBe(
      "https://linen.example/%7B%7Bslug%7D%7D?ref={{username}}#%7B%7Bclick_id%7D%7D",
    );
  });

  test.each([
    ["", "missing"],
    ["   ", "missing"],
    [`https://linen.example/${"a".repeat(1_000)}`, "long"],
    ["dress", "broken"],
    ["/dress", "broken"],
    ["//linen.example/dress", "broken"],
    ["https:///linen.example/", "broken"],
    ["https:/linen.example/", "broken"],
    ["https:linen.example", "broken"],
    ["javascript:alert(1)//https://linen.example/", "broken"],
    ["data:text/html,https://linen.example/", "broken"],
    ["ftp://linen.example/", "broken"],
    ["https://evil.example\\@linen.example/", "broken"],
    ["https://linen.example\\.evil.example/", "broken"],
    ["https://linen.example@evil.example/", "broken"],
    ["https://lea:x@linen.example/", "broken"],
    ["https://linen\t.example/", "broken"],
    ["https://linen.example/\u0000", "broken"],
    ["https://linen.example/a b", "broken"],
    ["https://linen.example//evil.example/", "broken"],
    ["https://linen.example/.//evil.example/", "broken"],
    ["https://linen.example/a/../..//evil.example/", "broken"],
    ["https://evil.example/", "host"],
    ["https://linen.example.evil.example/", "host"],
    ["https://evil-linen.example/", "host"],
    ["https://sub.linen.example/", "host"],
    ["https://linen.example./", "host"],
    ["https://linen.example:8443/", "host"],
    ["https://shop.linen.example/", "host"],
    ["https://lïnen.example/", "host"],
    ["https://lіnen.example/", "host"],
    ["http://linen.example/", "insecure"],
    ["http://shop.linen.example:8443/", "insecure"],
  ])("%j is refused: %s", (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  test("whatever is accepted has exactly a host of the plan's, is encrypted, and is all that a browser reads in it", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...HOSTS,
        ..."https://,http://,//,/,\\,@,.,:,:443,:8443,?,#,%2f,%5c,%00,%09,&,=,{{,}},{{code}},javascript:,data:,evil.example,utm_source=x,cid=y, ,\t,\u202e,\u3002,ſ,[::1],..,/./".split(
          ",",
        ),
        ",",
      ),
      fc.string({ maxLength: 3, unit: "binary" }),
    );
    const hostile = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(""));
    const nearly = fc
      .tuple(fc.constantFrom("https://", "http://", "HTTPS://", ""), fc.constantFrom(...HOSTS), hostile)
      .map((parts) => parts.join(""));
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(hostile, nearly), (text) => {
        const address = read(text);
        if ("problem" in address) return;
        accepted += 1;
        expect(unknownVariables(address.url)).toEqual([]);
        const filled = fillTemplate(address.url, { username: "lea" });
        expect(urlProblem(filled)).toBeNull();
        const url = new URL(filled);
        expect(HOSTS).toContain(url.host);
        expect(url.protocol === "https:" || url.host === "127.0.0.1:5000").toBe(true);
        expect([url.username, url.password]).toEqual(["", ""]);
        expect(url.pathname.startsWith("//")).toBe(false);
        expect(url.searchParams.getAll("ref")).toEqual(["lea"]);
        expect([...url.searchParams.keys()].filter((name) => /^(?:utm_|cid$|wm_)/i.test(name))).toEqual([]);
        // The authority is written out as it is read: there is nothing to disagree on.
        expect(address.url.startsWith(`${url.origin}/`)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
    expect(accepted).toBeGreaterThan(30);
  });
});

test("a page is shown by its host and path, past the shop's discount, and hides nothing", () => {
  expect(shownAddress("https://linen.example/?utm_source=x")).toEqual({ host: "linen.example", path: "" });
  expect(shownAddress("https://linen.example/d%C3%A9cor#x")).toEqual({ host: "linen.example", path: "/décor" });
  expect(shownAddress("https://linen.example/discount/LEA10?redirect=%2Fdress%3Fa%3D1")).toEqual({
    host: "linen.example",
    path: "/dress",
  });
  expect(shownAddress("https://linen.example/%E2%80%AEfdp.exe").path).toBe("/%E2%80%AEfdp.exe");
  expect(shownAddress("https://linen.example/%FF").path).toBe("/%FF");
  expect(Array.from(shownAddress(`https://linen.example/${"a".repeat(500)}`).path)).toHaveLength(81);
});
