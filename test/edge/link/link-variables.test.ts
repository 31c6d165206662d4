import { describe, expect, it } from "vitest";
import { type LinkRow, recordOf } from "../../../src/edge/link/load.ts";
import { usernameOf } from "../../../src/edge/link/variables.ts";

/** A row of a link that belongs to nothing, but for what a test says. */
function row(parts: Partial<LinkRow> = {}): LinkRow {
  return {
    id: "lnk_0000000000000001",
    slug: "lea",
    url: "https://shop.example/",
    utm: "{}",
    rules: "[]",
    starts_at: null,
    ends_at: null,
    max_clicks: null,
    fallback_url: null,
    disabled: 0,
    consent_policy: null,
    click_param: null,
    attribution: null,
    cookie_domain: null,
    first_name: null,
    last_name: null,
    handles: null,
    used: null,
    plan: null,
    plan_starts_at: null,
    plan_ends_at: null,
    plan_fallback_url: null,
    campaign: null,
    code: null,
    ...parts,
  };
}

describe("the variables of a record", () => {
  it("are the slug alone for a link that belongs to nothing", () => {
    expect(recordOf(row()).variables).toEqual({ slug: "lea" });
  });

  it("have the names of plan and campaign, and the code's text", () => {
    const { variables } = recordOf(row({ plan: "Spring", campaign: "Été", code: "LEA10" }));
    expect(variables).toEqual({ slug: "lea", plan: "Spring", campaign: "Été", code: "LEA10" });
  });

  it.each([
    ["Lea", "Martin", "{}", { creator: "Lea Martin", username: "leamartin" }],
    ["Lea", "", "{}", { creator: "Lea", username: "lea" }],
    ["", "Martin", "{}", { creator: "Martin", username: "martin" }],
    ["", "", '{"tiktok":"lea.makes"}', { username: "lea.makes" }],
    ["", "", "{}", {}],
    ["—", "", "{}", { creator: "—" }],
  ])("leave out what a creator named %j %j with the handles %s lacks", (first_name, last_name, handles, variables) => {
    expect(recordOf(row({ first_name, last_name, handles })).variables).toEqual({ slug: "lea", ...variables });
  });
});

describe("the dates of a record", () => {
  it.each([
    [null, null, null, null],
    [5, null, 5, 5],
    [null, 7, 7, 7],
    [5, 7, 7, 5],
    [7, 5, 7, 5],
    [0, 5, 5, 0],
    [0, null, 0, 0],
  ])("of a link's %j and its plan's %j start at %j and end at %j", (link, plan, startsAt, endsAt) => {
    const both = { starts_at: link, ends_at: link, plan_starts_at: plan, plan_ends_at: plan };
    expect(recordOf(row(both))).toMatchObject({ startsAt, endsAt });
  });
});

describe("the fallback of a record", () => {
  it("is the link's own, else its plan's, as a header takes it", () => {
    const [own, ofPlan] = ["https://shop.example/own", "https://shop.example/été"];
    expect(recordOf(row()).fallbackUrl).toBeNull();
    expect(recordOf(row({ fallback_url: own, plan_fallback_url: ofPlan })).fallbackUrl).toBe(own);
    expect(recordOf(row({ plan_fallback_url: ofPlan })).fallbackUrl).toBe("https://shop.example/%C3%A9t%C3%A9");
  });
});

describe("a username", () => {
  it("is the first handle there is, of Instagram, TikTok, YouTube and then the rest by name", () => {
    const creator = { firstName: "Lea", lastName: "Martin" };
    const handles = { zoo: "z", blog: "b", youtube: "y", tiktok: "t", instagram: "@i" };
    expect(usernameOf({ ...creator, handles })).toBe("i");
    expect(usernameOf({ ...creator, handles: { zoo: "z", blog: "b" } })).toBe("b");
    expect(usernameOf({ ...creator, handles: { instagram: " @ ", tiktok: "t" } })).toBe("t");
    expect(usernameOf({ ...creator, handles: {} })).toBe("leamartin");
  });
});
