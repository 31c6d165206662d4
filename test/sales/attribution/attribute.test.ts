import { describe, expect, it } from "vitest";
import doc from "../../../docs/attribution.md?raw";
import { MODELS, RULE_VERSION } from "../../../src/sales/attribution/attribute.ts";
import { CLOCK_DRIFT_MS } from "../../../src/sales/attribution/eligible.ts";
import { type ManualDecision, type Model, REASON_CODES, type Touch } from "../../../src/ground/model/attribution.ts";
import {
  click,
  call,
  code,
  credited,
  customerCall,
  DAY_MS,
  daysBefore,
  decide,
  MINUTE_MS,
  PLACED_AT,
  POLICY,
  reasons,
} from "./attribute-fixtures.ts";

const lea9 = click("lea", { time: daysBefore(9) });
const nora2 = click("nora", { time: daysBefore(2) });
const expired = click("lea", { time: daysBefore(31) });

/** Who is credited under last_click, first_click, code_wins, link_wins and split, by what came with the order. */
const CASES: [name: string, touches: Touch[], ...owners: [string, string, string, string, string]][] = [
  ["nothing", [], "", "", "", "", ""],
  ["one click", [lea9], "lea", "lea", "lea", "lea", "lea"],
  ["clicks of two creators", [lea9, nora2], "nora", "lea", "nora", "nora", "nora lea"],
  ["a code", [code("lea")], "lea", "lea", "lea", "lea", "lea"],
  ["click and code of one creator", [lea9, code("lea")], "lea", "lea", "lea", "lea", "lea"],
  ["click and code of two creators", [lea9, code("nora")], "lea", "lea", "nora", "lea", "lea nora"],
  ["two clicks and a code", [lea9, nora2, code("mia")], "nora", "lea", "mia", "nora", "nora lea mia"],
  ["two codes: the older one", [code("nora"), code("lea")], "lea", "lea", "lea", "lea", "lea nora"],
  ["an expired click", [expired], "", "", "", "", ""],
  ["an expired click and a code", [expired, code("nora")], "nora", "nora", "nora", "nora", "nora"],
  ["a tracking link", [click("lea", { linkKind: "tracking" })], "", "", "", "", ""],
  ["a tracking link after a click", [lea9, click("nora", { linkKind: "tracking" })], "lea", "lea", "lea", "lea", "lea"],
  ["an unknown link", [click(null, { linkKind: null })], "", "", "", "", ""],
  ["a link of no creator", [click(null)], "", "", "", "", ""],
  ["a link of another store", [lea9, click("nora", { otherStore: true })], "lea", "lea", "lea", "lea", "lea"],
  ["a withdrawn code", [lea9, code("nora", { withdrawn: true })], "lea", "lea", "lea", "lea", "lea"],
  ["a retired text", [lea9, code("nora", { retiredAt: daysBefore(1) })], "lea", "lea", "lea", "lea", "lea"],
  [
    "a text that was retired since",
    [code("nora", { retiredAt: PLACED_AT + 1 })],
    ..."nora ".repeat(5).trim().split(" "),
  ],
  ["an own purchase", [lea9, code("nora", { ownPurchase: true })], "lea", "lea", "lea", "lea", "lea"],
  ["an own purchase by a click", [click("nora", { ownPurchase: true })], "", "", "", "", ""],
  ["a browser's claim alone", [code("nora", { trust: "claimed" })], ..."nora ".repeat(5).trim().split(" ")],
  [
    "a claim against the server",
    [click("nora"), code("lea", { trust: "confirmed" })],
    "lea",
    "lea",
    "lea",
    "lea",
    "lea",
  ],
  ["the same click twice", [lea9, { ...lea9 }, nora2], "nora", "lea", "nora", "nora", "nora lea"],
  ["a plan that ended", [lea9, click("nora", { planEndsAt: daysBefore(31) })], "lea", "lea", "lea", "lea", "lea"],
  ["a plan to come", [lea9, click("nora", { planStartsAt: daysBefore(-31) })], "lea", "lea", "lea", "lea", "lea"],
  ["a deleted creator", [lea9, click("nora", { creatorDeletedAt: PLACED_AT })], "lea", "lea", "lea", "lea", "lea"],
  [
    "an earlier click that the server links to the customer",
    [click("lea", { kind: "customer_click", trust: "confirmed" })],
    ..."lea ".repeat(5).trim().split(" "),
  ],
  ["one that a browser links to the customer", [click("lea", { kind: "customer_click" })], "", "", "", "", ""],
] as [string, Touch[], string, string, string, string, string][];

describe("who is credited", () => {
  it.each(CASES)("by %s", (_, touches, ...owners) => {
    expect(MODELS.map((model) => credited(decide(touches, { model })).join(" "))).toEqual(owners);
  });

  it.each([
    ["last_click", true, "mia", "code_priority"],
    ["last_click", false, "nora", "last_click"],
    ["first_click", true, "mia", "code_priority"],
    ["first_click", false, "lea", "first_click"],
    ["code_wins", false, "mia", "code_wins"],
    ["code_wins", true, "mia", "code_wins"],
    ["link_wins", false, "nora", "link_wins"],
    ["link_wins", true, "nora", "link_wins"],
    ["split", false, "nora", "split"],
    ["split", true, "mia", "split"],
  ] as const)("by %s with codePriority %s: %s by the rule %s", (model, codePriority, owner, rule) => {
    const decision = decide([lea9, nora2, code("mia")], { model, codePriority });
    expect(credited(decision)[0]).toBe(owner);
    expect(decision.explanation.rule).toBe(rule);
    expect(decision.method).toBe(owner === "mia" ? "code" : "click");
  });

  it.each([
    ["last_click", [code("mia")], "code_fallback"],
    ["first_click", [code("mia")], "code_fallback"],
    ["link_wins", [code("mia")], "code_fallback"],
    ["code_wins", [nora2], "click_fallback"],
    ["last_click", [], "nobody"],
    ["split", [], "nobody"],
  ] as const)("by %s where its first choice is missing, by the rule of %s", (model, touches, rule) => {
    expect(decide(touches, { model }).explanation.rule).toBe(rule);
  });

  it("names link, code, plan and campaign that earned it", () => {
    expect(decide([nora2, code("mia")], { model: "split" }).shares).toEqual([
      {
        creatorId: "nora",
        campaignId: "cmp_1",
        planId: "pln_1",
        linkId: "lnk_nora",
        codeId: null,
        weight: { numerator: 1, denominator: 2 },
        amountMinor: 5000,
      },
      {
        creatorId: "mia",
        campaignId: "cmp_1",
        planId: "pln_1",
        linkId: null,
        codeId: "cod_mia",
        weight: { numerator: 1, denominator: 2 },
        amountMinor: 5000,
      },
    ]);
  });

  it.each([
    [1, [1, 0, 0]],
    [0, [0, 0, 0]],
    [10_000, [3334, 3333, 3333]],
    [10_001, [3334, 3334, 3333]],
    [Number.MAX_SAFE_INTEGER, [3002399751580331, 3002399751580330, 3002399751580330]],
    [null, [null, null, null]],
  ])("splits a total of %s among three", (total, parts) => {
    const decision = decide([lea9, nora2, code("mia")], { model: "split" }, null, { totalMinor: total });
    expect(decision.shares.map(({ amountMinor }) => amountMinor)).toEqual(parts);
  });

  it("takes the lower id of clicks at the same moment, first and last", () => {
    const [a, b] = [click("nora", { id: "clk_a" }), click("lea", { id: "clk_b" })];
    for (const model of MODELS) {
      expect(credited(decide([b, a], { model }))[0]).toBe("nora");
      expect(credited(decide([a, b], { model }))[0]).toBe("nora");
    }
  });
});

describe("what counts", () => {
  const from = daysBefore(30);
  const to = PLACED_AT + CLOCK_DRIFT_MS;

  it.each([
    ["the first moment of the window", click("lea", { time: from }), null],
    ["before the window", click("lea", { time: from - 1 }), "outside_window"],
    ["the last moment of the clocks' drift", click("lea", { time: to }), null],
    ["after it", click("lea", { time: to + 1 }), "outside_window"],
    ["a text retired in the moment of the order", code("lea", { retiredAt: PLACED_AT }), "code_retired"],
    ["a text retired after it", code("lea", { retiredAt: PLACED_AT + 1 }), null],
    ["a plan that ended a window ago", code("lea", { planEndsAt: from }), null],
    ["a plan that ended before that", code("lea", { planEndsAt: from - 1 }), "plan_not_active"],
    ["a plan that starts a window later", code("lea", { planStartsAt: PLACED_AT + 30 * DAY_MS }), null],
    ["a plan that starts after that", code("lea", { planStartsAt: PLACED_AT + 30 * DAY_MS + 1 }), "plan_not_active"],
    ["a creator deleted in the moment of the order", click("lea", { creatorDeletedAt: PLACED_AT }), "creator_deleted"],
    ["a creator deleted after it", click("lea", { creatorDeletedAt: PLACED_AT + 1 }), null],
    ["an unknown link", click(null, { linkKind: null }), "unknown_link"],
    ["a link of another store", click("lea", { otherStore: true }), "other_store"],
    ["a tracking link", click("lea", { linkKind: "tracking" }), "tracking_link"],
    ["a link of no creator", click(null), "no_creator"],
    ["an own purchase", code("lea", { ownPurchase: true }), "self_purchase"],
    ["a withdrawn code", code("lea", { withdrawn: true }), "code_withdrawn"],
  ])("%s", (_, touch, reason) => {
    expect(reasons(decide([touch]))).toEqual([reason]);
    expect(credited(decide([touch]))).toEqual(reason === null ? ["lea"] : []);
  });

  it("reckons the window by the policy", () => {
    expect(decide([expired], { windowDays: 31 }).explanation.window).toEqual({ from: daysBefore(31), to });
    expect(credited(decide([expired], { windowDays: 31 }))).toEqual(["lea"]);
  });

  it("a click once, by its better proof", () => {
    const confirmed: Touch = { ...lea9, trust: "confirmed" };
    const decision = decide([lea9, confirmed, { ...lea9, kind: "customer_click" }]);
    expect(reasons(decision)).toEqual([null, "duplicate", "browser_link"]);
    expect(decision.explanation.candidates[0]?.touch).toEqual(confirmed);
  });

  it("a code once, by its text that holds", () => {
    const decision = decide([code("lea", { retiredAt: daysBefore(3) }), code("lea")]);
    expect(new Set(reasons(decision))).toEqual(new Set(["code_retired", null]));
    expect(credited(decision)).toEqual(["lea"]);
  });

  it.each([
    ["of the creator whom the server names", click("lea"), code("lea", { trust: "confirmed" }), null],
    ["of somebody else", click("nora"), code("lea", { trust: "confirmed" }), "claimed_only"],
    [
      "against a server's touch that does not count",
      click("nora"),
      code("lea", { trust: "confirmed", retiredAt: 0 }),
      null,
    ],
    [
      "against a click that the server names, also where that does not count",
      click("nora"),
      click("lea", { trust: "confirmed", time: 0 }),
      "claimed_only",
    ],
    [
      "of the same creator under another plan",
      click("lea", { planId: "pln_2" }),
      code("lea", { trust: "confirmed" }),
      "claimed_only",
    ],
    [
      "by a customer's earlier click",
      click("nora", { kind: "customer_click" }),
      click("lea", { trust: "confirmed" }),
      "browser_link",
    ],
  ])("a browser's claim %s", (_, claim, confirmed, reason) => {
    const { candidates } = decide([claim, confirmed]).explanation;
    expect(candidates.find(({ touch }) => touch.id === claim.id)?.reasonCode).toBe(reason);
  });
});

describe("a decision by hand", () => {
  const manual: ManualDecision = {
    creatorId: "mia",
    campaignId: "cmp_2",
    planId: "pln_2",
    reason: "Agreed by phone.",
    actor: "key_1",
    at: PLACED_AT,
  };

  it("outranks every rule, and the candidates stay to be seen", () => {
    const decision = decide([lea9, nora2], {}, manual);
    expect(decision).toMatchObject({
      shares: [
        {
          creatorId: "mia",
          campaignId: "cmp_2",
          planId: "pln_2",
          linkId: null,
          codeId: null,
          weight: { numerator: 1, denominator: 1 },
          amountMinor: 10_000,
        },
      ],
      method: "manual",
      explanation: { rule: "manual", decision: "mia was credited by hand: Agreed by phone." },
    });
    expect(reasons(decision)).toEqual([null, null]);
    expect(decision.explanation.wouldHaveBeen).toEqual({
      last_click: "nora",
      first_click: "lea",
      code_wins: "nora",
      link_wins: "nora",
      split: "nora",
    });
  });

  it("may say nobody", () => {
    expect(decide([lea9], {}, { ...manual, creatorId: null })).toMatchObject({
      shares: [],
      method: "manual",
      explanation: { decision: "It was decided by hand that nobody is credited: Agreed by phone." },
    });
  });
});

describe("the explanation", () => {
  it("holds all that the decision was made of", () => {
    const { explanation } = decide([nora2, expired], { codePriority: true });
    expect(explanation).toMatchObject({
      ruleVersion: RULE_VERSION,
      policy: { ...POLICY, codePriority: true },
      window: { from: daysBefore(30), to: PLACED_AT + CLOCK_DRIFT_MS },
      candidates: [
        { touch: expired, eligible: false, reasonCode: "outside_window" },
        { touch: nora2, eligible: true, reasonCode: null },
      ],
      wouldHaveBeen: { first_click: "nora", code_wins: "nora", link_wins: "nora", split: "nora" },
    });
    expect(Object.keys(explanation.wouldHaveBeen)).not.toContain("last_click");
  });

  it.each([
    [[nora2], {}, "nora's link was clicked 2 days before the order, the only click in the window of 30 days."],
    [[lea9, nora2], {}, "nora's link was clicked 2 days before the order, the last click in the window of 30 days."],
    [
      [lea9, nora2],
      { model: "first_click" },
      "lea's link was clicked 9 days before the order, the first click in the window of 30 days.",
    ],
    [[code("mia")], {}, "mia's code was used in the order, and no click counts in the window of 30 days."],
    [
      [nora2, code("mia")],
      { codePriority: true },
      "mia's code was used in the order, and the store has a code go before every click.",
    ],
    [
      [nora2, code("mia")],
      { model: "code_wins" },
      "mia's code was used in the order, and a code wins over every click.",
    ],
    [
      [nora2],
      { model: "code_wins", windowDays: 7 },
      "nora's link was clicked 2 days before the order, the only click in the window of 7 days, and no code counts.",
    ],
    [
      [nora2, code("mia")],
      { model: "link_wins" },
      "nora's link was clicked 2 days before the order, the only click in the window of 30 days, and a click wins over every code.",
    ],
    [
      [nora2],
      { model: "split" },
      "nora's link was clicked 2 days before the order, the only click in the window of 30 days. Nobody else is named, so all of the order is nora's.",
    ],
    [
      [lea9, nora2, code("mia")],
      { model: "split" },
      "The order is split into 3 equal parts for nora, lea and mia. The first of them owns it: nora's link was clicked 2 days before the order, the last click in the window of 30 days.",
    ],
    [[], {}, "Nobody is credited: no click and no known code came with the order."],
    [
      [expired],
      {},
      "Nobody is credited. lea's link was clicked 31 days before the order, before the window of 30 days.",
    ],
    [[expired, { ...expired }], {}, "Nobody is credited: none of the 2 candidates counts."],
  ] as [Touch[], { model?: Model }, string][])("says who and why: case %#", (touches, policy, text) => {
    expect(decide(touches, policy).explanation.decision).toBe(text);
  });

  it.each([
    [nora2, "nora's link was clicked 2 days before the order. It decides."],
    [
      click("lea", { time: daysBefore(3) }),
      "lea's link was clicked 3 days before the order. It counts, but it does not decide.",
    ],
    [code("mia"), "mia's code was used in the order. It counts, but it does not decide."],
    [click("lea", { time: PLACED_AT + 20 * MINUTE_MS }), "lea's link was clicked 20 minutes after the order."],
    [
      click("lea", { kind: "customer_click", time: PLACED_AT - 30_000, otherStore: true }),
      "lea's link was clicked by the same customer less than a minute before the order, but the link leads to another store.",
    ],
    [click(null, { linkKind: null, linkId: "lnk_x" }), "The link lnk_x that was clicked is not known here."],
    [
      click("lea", { linkKind: "tracking", linkId: "lnk_x" }),
      "lnk_x is a tracking link: it counts clicks and credits nobody.",
    ],
    [click(null, { linkId: "lnk_x" }), "lnk_x belongs to no creator."],
    [
      click("lea", { creatorDeletedAt: 0 }),
      "lea's link was clicked 1 day before the order, but lea was deleted before the order was placed.",
    ],
    [code("lea", { ownPurchase: true }), "lea is the customer, and nobody earns by an order of their own."],
    [code("lea", { withdrawn: true }), "lea's code was withdrawn when the order was placed."],
    [
      code("lea", { retiredAt: PLACED_AT - 5 * 3_600_000 }),
      "lea's code was used by a text that was retired 5 hours before the order.",
    ],
    [
      code("lea", { planEndsAt: daysBefore(40) }),
      "lea's code was used in the order, but its plan had ended 40 days earlier, more than the window of 30 days.",
    ],
    [
      code("lea", { planStartsAt: daysBefore(-40) }),
      "lea's code was used in the order, but its plan starts 40 days later, more than the window of 30 days.",
    ],
    [{ ...nora2 }, "This click is among the candidates already."],
    [
      click("lea", { kind: "customer_click", time: daysBefore(3) }),
      "lea's link was clicked by the same customer 3 days before the order, but only a browser says that it was the customer's, and the store takes the word of its server alone.",
    ],
  ] as [Touch, string][])("says of each candidate what became of it: case %#", (touch, text) => {
    const { candidates } = decide([nora2, touch]).explanation;
    expect(candidates.map(({ reason }) => reason)).toContain(text);
  });

  it("says of a browser's claim that the server names somebody else", () => {
    const { candidates } = decide([nora2, code("lea", { trust: "confirmed" })]).explanation;
    expect(candidates[0]?.reason).toBe(
      "nora's link was clicked 2 days before the order, but only a browser says so, and it is not what the shop's server names.",
    );
  });
});

describe("calls", () => {
  const decisionOf = (...touches: Touch[]) => decide(touches).explanation.decision;
  const reasonOf = (touch: Touch) => decide([touch]).explanation.candidates[0]?.reason;

  it("credit their creator by the method `call`, and say so in one sentence (BX-15)", () => {
    expect(decide([call("lea")])).toMatchObject({ method: "call", explanation: { rule: "last_click" } });
    expect(decisionOf(call("lea"))).toBe(
      "lea's number was called 1 day before the order, the only call in the window of 30 days.",
    );
    expect(decisionOf(customerCall("lea"), click("nora", { time: daysBefore(2), trust: "confirmed" }))).toBe(
      "lea's number was called by the same customer 1 day before the order, the last click or call in the window of 30 days.",
    );
    expect(decide([customerCall("lea")], { model: "link_wins" }).explanation.decision).toContain(
      "a call wins over every code",
    );
  });

  it("credit what the possible callers have in common, and say that there were several (BXX-2)", () => {
    expect(decide([call("lea", { said: { ambiguous: true } })])).toMatchObject({ method: "call" });
    expect(decisionOf(call("lea", { said: { ambiguous: true } }))).toContain("several visitors may have been shown it");
  });

  it("count qualified, but for the one whose deal was entered (BXX-5)", () => {
    const short = { said: { qualified: false } };
    expect(reasons(decide([customerCall("lea", short)]))).toEqual(["not_qualified"]);
    expect(credited(decide([call("lea", short)]))).toEqual(["lea"]);
    expect(reasonOf(customerCall("lea", short))).toMatch(/^lea's number was called .* but nobody talked long enough/);
  });

  it("credit nobody whom the store called, nor by a source without a creator or of another store", () => {
    expect(reasons(decide([call("lea", { said: { outbound: true } })]))).toEqual(["outbound_call"]);
    expect(reasons(decide([call(null)]))).toEqual(["no_creator"]);
    expect(reasons(decide([call("lea", { otherStore: true })]))).toEqual(["other_store"]);
    expect(reasons(decide([call("lea", { linkId: "lnk_1", linkKind: "tracking" })]))).toEqual(["tracking_link"]);
    expect(reasonOf(call(null))).toBe(
      "A number of the channel tv was called 1 day before the order, and belongs to no creator.",
    );
    expect(reasonOf(call("lea", { otherStore: true }))).toContain("but the plan is of another store");
    expect(reasonOf(call("lea", { said: { outbound: true } }))).toMatch(/^The store called the customer 1 day before/);
  });

  it("by a deal leave no claim of a browser a say; a customer's does where the server named nobody", () => {
    expect(reasons(decide([click("nora"), call(null, { time: daysBefore(2) })]))).toEqual([
      "no_creator",
      "claimed_only",
    ]);
    expect(credited(decide([click("nora"), call("lea", { time: daysBefore(2) })]))).toEqual(["lea"]);
  });

  it("whose customer a browser alone names count only where the store trusts it", () => {
    const claim = customerCall("lea", { trust: "claimed" });
    expect(reasons(decide([claim]))).toEqual(["browser_link"]);
    expect(credited(decide([claim], { customerClicks: "any" }))).toEqual(["lea"]);
  });
});

describe("docs/attribution.md", () => {
  const rows = doc
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );

  /** The touches that a cell of the doc tells of. */
  const told = (cell: string): Touch[] =>
    cell.split(", ").map((text) => {
      const parts = /^(\w+)'s (link|tracking link|code|call)(?: (\d+) days before)?$/u.exec(text.replaceAll("é", "e"));
      if (parts === null) throw new Error(`not a touch: ${text}`);
      const [, name = "", what, days] = parts;
      if (what === "code") return code(name);
      if (what === "call") return call(name, { time: daysBefore(Number(days)), trust: "claimed" });
      return click(name, { time: daysBefore(Number(days)), linkKind: what === "link" ? "affiliate" : "tracking" });
    });

  const head = rows.findIndex((row) => MODELS.every((model) => row.includes(model)));
  const examples = rows.slice(head + 2).filter((row) => row.length === MODELS.length + 1);

  it("has examples", () => {
    expect(rows[head]?.slice(1)).toEqual(MODELS);
    expect(examples.length).toBeGreaterThan(5);
  });

  it.each(examples)("tells the outcome: %s", (cell = "", ...owners) => {
    const outcomes = MODELS.map((model) => credited(decide(told(cell), { model })).join(", ") || "nobody");
    expect(outcomes).toEqual(owners.map((names) => names.replaceAll("é", "e")));
  });

  it("tells every reason", () => {
    const given = rows.map(([first]) => first);
    for (const reason of REASON_CODES) expect(given).toContain(reason);
  });
});
