import { describe, expect, it } from "vitest";
import { decide, type Grounds } from "../../../src/programme/generation/decide.ts";

const PARTS = { codeId: null, affiliateLinkId: null, trackingLinkId: null };

/** A Shopify plan with a code and both links, and a creator who has all that it needs. */
function grounds(changes: {
  plan?: Partial<Grounds["plan"]>;
  store?: Partial<Grounds["store"]>;
  creator?: Partial<Grounds["creator"]> | null;
  parts?: Partial<Grounds["parts"]>;
  tag?: string;
}): Grounds {
  return {
    plan: {
      name: "Launch",
      codePattern: "{{instagram|upper}}10",
      landingUrl: null,
      affiliateLink: true,
      trackClicks: true,
      limits: {},
      ...changes.plan,
    },
    store: { provider: "shopify", homeUrl: "https://shop.example/", ...changes.store },
    creator:
      changes.creator === null
        ? null
        : { firstName: "Lea", lastName: "M", email: "l@e.example", handles: { instagram: "lea" }, ...changes.creator },
    parts: { ...PARTS, ...changes.parts },
    tag: changes.tag ?? null,
    campaign: "Summer",
    year: 2026,
  };
}

const DISCOUNT = "https://shop.example/discount/{{code}}?redirect=%2F";
const HOME = "https://shop.example/";

describe("what is made", () => {
  it("UPF-3: all that the plan asks for", () => {
    expect(decide(grounds({}))).toEqual({ code: "LEA10", affiliateUrl: DISCOUNT, trackingUrl: HOME });
  });

  it.each([
    [{ codePattern: null }, { code: null, affiliateUrl: HOME, trackingUrl: HOME }],
    [{ affiliateLink: false }, { code: "LEA10", affiliateUrl: null, trackingUrl: HOME }],
    [{ trackClicks: false }, { code: "LEA10", affiliateUrl: DISCOUNT, trackingUrl: null }],
    [{ landingUrl: "https://shop.example/new" }, { trackingUrl: "https://shop.example/new" }],
    [{ codePattern: "{{plan}}-{{campaign}}{{year}}" }, { code: "Launch-Summer2026" }],
  ] as const)("only what it asks for: %j", (plan, made) => {
    expect(decide(grounds({ plan }))).toMatchObject(made);
  });

  it.each([
    [{ codeId: "cod_1" }, { code: null, affiliateUrl: DISCOUNT, trackingUrl: HOME }],
    [{ affiliateLinkId: "lnk_1" }, { code: "LEA10", affiliateUrl: null, trackingUrl: HOME }],
    [{ trackingLinkId: "lnk_1" }, { code: "LEA10", affiliateUrl: DISCOUNT, trackingUrl: null }],
  ])("only what is missing: %j is there", (parts, made) => {
    expect(decide(grounds({ parts }))).toEqual(made);
  });

  it("nothing where all is there, whatever became of the profile or the page", () => {
    const parts = { codeId: "cod_1", affiliateLinkId: "lnk_1", trackingLinkId: "lnk_2" };
    const gone = { parts, creator: { firstName: "", email: null, handles: {} }, store: { homeUrl: null } };
    expect(decide(grounds(gone))).toEqual({ code: null, affiliateUrl: null, trackingUrl: null });
  });

  it("UPF-2: links with the creator's tag, where the provider counts by tags", () => {
    const plan = { codePattern: null, affiliateLink: false };
    const tag = "maas=maas_1";
    expect(decide(grounds({ plan, tag, store: { provider: "amazon" } }))).toMatchObject({
      trackingUrl: `${HOME}?${tag}`,
    });
    expect(decide(grounds({ plan, store: { provider: "amazon" } }))).toMatchObject({ trackingUrl: HOME });
    expect(decide(grounds({ plan, tag }))).toMatchObject({ trackingUrl: HOME });
  });

  it("no code for a provider that knows none", () => {
    expect(decide(grounds({ store: { provider: "amazon" } }))).toEqual({
      code: null,
      affiliateUrl: DISCOUNT.replace(/discount.*/, ""),
      trackingUrl: HOME,
    });
  });

  it("UPF-44: an AST affiliate link leads to the page itself", () => {
    const plan = { codePattern: null, trackClicks: false };
    expect(decide(grounds({ plan, store: { provider: "ast" } }))).toMatchObject({ code: null, affiliateUrl: HOME });
  });
});

describe("why nothing is made", () => {
  it.each([
    ["UPF-50", { firstName: "" }, "missing_first_name"],
    ["UPF-51", { lastName: " " }, "missing_last_name"],
    ["UPF-52", { email: null }, "missing_email"],
    ["UPF-53", { handles: { tiktok: "lea" } }, "missing_handle"],
    ["UPF-60", { handles: { instagram: "…!" } }, undefined],
  ])("%s: %j", (_row, creator, code) => {
    const plan = { codePattern: "{{instagram|alnum}}" };
    expect(decide(grounds({ plan, creator }))).toMatchObject({ code: code ?? "empty_code" });
  });

  it("a deleted creator comes first", () => {
    expect(decide(grounds({ creator: null, store: { homeUrl: null } }))).toMatchObject({ code: "creator_deleted" });
  });

  it("names all gaps, and the first by its code", () => {
    const failure = decide(grounds({ creator: { lastName: "", email: "", handles: {} } }));
    expect(failure).toEqual({
      code: "missing_last_name",
      detail: "The last name is missing. The e-mail address is missing. The handle on instagram is missing.",
    });
  });

  it("doesn't ask for a handle that no code is missing of", () => {
    const creator = { handles: {} };
    expect(decide(grounds({ creator, parts: { codeId: "cod_1" } }))).toMatchObject({ affiliateUrl: DISCOUNT });
    expect(decide(grounds({ creator, plan: { codePattern: null } }))).toMatchObject({ affiliateUrl: HOME });
    expect(decide(grounds({ creator: { email: null }, parts: { codeId: "cod_1" } }))).toMatchObject({
      code: "missing_email",
    });
  });

  it.each([
    ["…", "nothing"],
    ["ab", 'only "AB"'],
  ])("a pattern of which too little is left: %j", (instagram, rest) => {
    const failure = decide(
      grounds({ plan: { codePattern: "{{instagram|upper|alnum}}" }, creator: { handles: { instagram } } }),
    );
    expect(failure).toMatchObject({ code: "empty_code", detail: expect.stringContaining(rest) });
  });

  it("no page that links could lead to; a plan of codes alone needs none", () => {
    const store = { homeUrl: null };
    expect(decide(grounds({ store }))).toMatchObject({ code: "no_landing_page" });
    expect(decide(grounds({ store, plan: { affiliateLink: false } }))).toMatchObject({ code: "no_landing_page" });
    expect(decide(grounds({ store, plan: { affiliateLink: false, trackClicks: false } }))).toMatchObject({
      code: "LEA10",
    });
  });
});
