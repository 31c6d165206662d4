import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BindingThen,
  CLOCKS_APART_MS,
  type LeaseThen,
  type MatchGrounds,
  matchOf,
} from "../../../src/calls/call/match.ts";

const MINUTE = 60_000;
const AT = Date.UTC(2026, 10, 20, 12);
const call = { direction: "inbound" as const, startedAt: AT, number: "+4930111", click: null };
const bound: BindingThen = {
  seq: 7,
  poolId: null,
  channel: "tv",
  creatorId: "crt_1",
  campaignId: "cmp_1",
  linkId: null,
};
const pooled: BindingThen = { ...bound, poolId: "npl_1", channel: "website", creatorId: null, campaignId: null };
const grounds = (values: Partial<MatchGrounds> = {}): MatchGrounds => ({
  numberId: "num_1",
  binding: pooled,
  pool: { quarantineMs: 30 * MINUTE },
  leases: [],
  windowMs: 30 * 86_400_000,
  links: new Map([
    ["lnk_1", { creatorId: "crt_1", campaignId: "cmp_1" }],
    ["lnk_2", { creatorId: "crt_2", campaignId: "cmp_1" }],
  ]),
  ...values,
});

let count = 0;
const lease = (from: number, until: number, values: Partial<LeaseThen> = {}): LeaseThen => ({
  id: ++count,
  poolId: "npl_1",
  visitorHash: `visitor ${count}`,
  visit: null,
  channel: "creator",
  sourceName: "lea",
  linkId: "lnk_1",
  clickId: null,
  clickAt: null,
  startsAt: AT + from,
  freeAt: AT + until,
  lateAt: null,
  ...values,
});

describe("BXX-6, BX-2: a call to a number", () => {
  it("of one source is that source's", () => {
    expect(matchOf(call, grounds({ binding: bound }))).toMatchObject({
      match: "static",
      channel: "tv",
      creatorId: "crt_1",
      bindingSeq: 7,
      visitorHash: null,
    });
  });

  it("that wasn't the store's, or was bound to nothing, is nobody's, as is one that the store made", () => {
    expect(matchOf(call, grounds({ numberId: null, binding: null }))).toMatchObject({
      match: "none",
      channel: "unknown",
    });
    expect(matchOf(call, grounds({ binding: null }))).toMatchObject({ match: "none", numberId: "num_1" });
    expect(matchOf({ ...call, number: null }, grounds())).toMatchObject({ match: "none" });
    expect(matchOf({ ...call, direction: "outbound" }, grounds({ binding: bound }))).toMatchObject({
      match: "none",
      channel: "outbound",
      creatorId: null,
    });
  });
});

describe("BXX-2: a call to a number of a pool", () => {
  it("is the visitor's who was shown it, in the quarantine too", () => {
    for (const one of [lease(-MINUTE, 40 * MINUTE), lease(-35 * MINUTE, 1_000)]) {
      expect(matchOf(call, grounds({ leases: [one] }))).toMatchObject({
        match: "lease",
        leaseId: one.id,
        visitorHash: one.visitorHash,
        channel: "creator",
        creatorId: "crt_1",
        poolId: "npl_1",
      });
    }
  });

  it("is nobody's before, between and after leases, but for what clocks may be apart", () => {
    for (const [from, until, match] of [
      [CLOCKS_APART_MS, MINUTE, "lease"],
      [CLOCKS_APART_MS + 1, MINUTE, "none"],
      [-MINUTE, -CLOCKS_APART_MS, "lease"],
      [-MINUTE, -CLOCKS_APART_MS - 1, "none"],
    ] as const) {
      expect(matchOf(call, grounds({ leases: [lease(from, until)] })), `${from} ${until}`).toMatchObject({ match });
    }
    expect(matchOf(call, grounds())).toMatchObject({ match: "none", channel: "website", visitorHash: null });
  });

  it("of a visitor whose page still showed it when another had it is ambiguous: what both have in common counts", () => {
    const first = lease(-90 * MINUTE, -30 * MINUTE, { lateAt: AT - MINUTE });
    const second = lease(-10 * MINUTE, 30 * MINUTE, { linkId: "lnk_2" });
    expect(matchOf(call, grounds({ leases: [first, second] }))).toMatchObject({
      match: "ambiguous",
      channel: "creator",
      creatorId: null,
      campaignId: "cmp_1",
      linkId: null,
      visitorHash: null,
      leaseId: null,
    });
    const same = { ...second, linkId: "lnk_1" };
    expect(matchOf(call, grounds({ leases: [first, same] }))).toMatchObject({ creatorId: "crt_1", linkId: "lnk_1" });
    const other = { ...second, channel: "search", sourceName: "Google", linkId: null };
    expect(matchOf(call, grounds({ leases: [first, other] }))).toMatchObject({
      match: "ambiguous",
      channel: "website",
      sourceName: "",
      creatorId: null,
    });
  });

  it("of a visitor who got the same number again is theirs, as they had it last", () => {
    const visitorHash = "one";
    const first = lease(-20 * MINUTE, 10 * MINUTE, { visitorHash, visit: "a" });
    const again = lease(-5 * MINUTE, 30 * MINUTE, { visitorHash, visit: "b", linkId: "lnk_2" });
    expect(matchOf(call, grounds({ leases: [first, again] }))).toMatchObject({
      match: "lease",
      visit: "b",
      creatorId: "crt_2",
    });
  });

  it("of a visitor who is forgotten keeps its source, and is nobody's; two of them are two", () => {
    const gone = lease(-MINUTE, MINUTE, { visitorHash: "" });
    expect(matchOf(call, grounds({ leases: [gone] }))).toMatchObject({
      match: "lease",
      visitorHash: null,
      creatorId: "crt_1",
    });
    expect(matchOf(call, grounds({ leases: [gone, lease(-MINUTE, MINUTE, { visitorHash: "" })] })).match).toBe(
      "ambiguous",
    );
  });

  it("is matched alike in whichever order leases are read, and never to a visitor if two held it", () => {
    const some = fc.record({
      from: fc.integer({ min: -60, max: 5 }),
      lasts: fc.integer({ min: 0, max: 60 }),
      who: fc.constantFrom("a", "b", "c"),
      link: fc.constantFrom("lnk_1", "lnk_2", null),
    });
    fc.assert(
      fc.property(
        fc
          .array(some, { maxLength: 5 })
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all.keys()], { minLength: all.length }))),
        ([all, order]) => {
          const leases = all.map(({ from, lasts, who, link }, place) =>
            lease(from * MINUTE, (from + lasts) * MINUTE, { id: place, visitorHash: who, linkId: link }),
          );
          const matched = matchOf(call, grounds({ leases }));
          const shuffled = order.flatMap((place) => leases[place] ?? []);
          expect(matchOf(call, grounds({ leases: shuffled }))).toEqual(matched);
          const holders = new Set(
            leases
              .filter(({ startsAt, freeAt }) => startsAt - CLOCKS_APART_MS <= AT && AT <= freeAt + CLOCKS_APART_MS)
              .map(({ visitorHash }) => visitorHash),
          );
          expect(matched.match).toBe(["none", "lease"][holders.size] ?? "ambiguous");
          expect(matched.visitorHash).toBe(holders.size === 1 ? [...holders][0] : null);
        },
      ),
    );
  });
});

describe("BXX-5: the click that a carrier knows of", () => {
  const click = { clickId: "clk_1", linkId: "lnk_2", time: AT - MINUTE };

  it("counts where the number leads to nobody, and not where it does", () => {
    const clicked = { ...call, click };
    expect(matchOf(clicked, grounds())).toMatchObject({ match: "lease", creatorId: "crt_2", clickId: "clk_1" });
    expect(matchOf(clicked, grounds({ numberId: null, binding: null }))).toMatchObject({ creatorId: "crt_2" });
    expect(matchOf(clicked, grounds({ binding: bound }))).toMatchObject({ match: "static", creatorId: "crt_1" });
    expect(matchOf(clicked, grounds({ leases: [lease(-MINUTE, MINUTE)] }))).toMatchObject({ creatorId: "crt_1" });
  });

  it("doesn't count if it came after the call, or its link is another store's", () => {
    expect(matchOf({ ...call, click: { ...click, time: AT + MINUTE } }, grounds())).toMatchObject({ match: "none" });
    expect(matchOf({ ...call, click: { ...click, linkId: "lnk_9" } }, grounds())).toMatchObject({ match: "none" });
  });
});
