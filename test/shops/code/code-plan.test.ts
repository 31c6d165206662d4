import { describe, expect, it } from "vitest";
import {
  type CodeGrounds,
  differences,
  dueAgainAt,
  isOurs,
  pauseAfter,
  planStep,
  titleOf,
} from "../../../src/shops/code/plan.ts";
import { MODEL_TERMS } from "./shop-model.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const DAY = 86_400_000;

const CODE = { id: "cod_0000000000000001", text: "LEA10", state: "active" } as const;
const PLAN = {
  name: "Autumn",
  discount: { type: "percentage", basisPoints: 1_000 },
  limits: { totalUses: 50 },
  startsAt: null,
  endsAt: null,
  deleted: false,
} as const;
const NEW = { state: "pending", externalId: null, liveText: null, terms: null, failureCode: null } as const;

const SPEC = {
  text: "LEA10",
  title: "Autumn (cod_0000000000000001)",
  discount: PLAN.discount,
  limits: PLAN.limits,
  startsAt: null,
  endsAt: null,
  currency: "EUR",
};
const LIVE = {
  state: "live",
  externalId: "7",
  liveText: "LEA10",
  terms: MODEL_TERMS.termsOf(SPEC, NOW),
  failureCode: null,
} as const;

function step(parts: {
  code?: Partial<CodeGrounds["code"]>;
  plan?: Partial<CodeGrounds["plan"]>;
  known?: Partial<CodeGrounds["known"]>;
}) {
  const { code, plan, known } = parts;
  const grounds = {
    code: { ...CODE, ...code },
    plan: { ...PLAN, ...plan },
    currency: "EUR",
    known: { ...NEW, ...known },
  };
  return planStep(grounds, NOW, MODEL_TERMS);
}

describe("what is to be done about a code", () => {
  it("is made as its plan says", () => {
    expect(step({})).toEqual({ do: "make", spec: SPEC });
    const dates = { startsAt: NOW + 1, endsAt: NOW + 2 };
    expect(step({ plan: dates })).toEqual({ do: "make", spec: { ...SPEC, ...dates } });
  });

  it("is written again when it was changed", () => {
    expect(step({ known: { ...LIVE, state: "pending" } })).toEqual({ do: "write", spec: SPEC, externalId: "7" });
  });

  it("is compared while it is live, and written when its terms change by the clock", () => {
    expect(step({ known: LIVE })).toEqual({ do: "compare", spec: SPEC, externalId: "7" });
    const draft = { ...LIVE.terms, status: "draft" };
    expect(step({ known: { ...LIVE, terms: draft }, plan: { startsAt: NOW } })).toMatchObject({ do: "write" });
  });

  it.each([
    ["the code rests", { code: { state: "withdrawn" } }],
    ["the code is retired", { code: { state: "retired" } }],
    ["the plan is deleted", { plan: { deleted: true } }],
    ["the plan has ended", { plan: { endsAt: NOW } }],
  ] as const)("is withdrawn when %s, whatever is known of it", (_why, parts) => {
    for (const known of [NEW, LIVE, { ...LIVE, state: "pending" }, { ...LIVE, state: "failed" }] as const) {
      expect(step({ ...parts, known })).toEqual({ do: "withdraw", failure: null });
    }
  });

  it("is withdrawn, and says why, where the plan gives no discount", () => {
    expect(step({ plan: { discount: null } })).toMatchObject({ do: "withdraw", failure: { code: "no_discount" } });
  });

  it("rests once it failed, but where the shop has changed it, which is looked at again", () => {
    expect(step({ known: { state: "failed", failureCode: "refused" } })).toEqual({ do: "rest" });
    expect(step({ known: { ...LIVE, state: "failed", failureCode: "taken" } })).toEqual({ do: "rest" });
    for (const failureCode of ["changed_in_shop", "gone_from_shop", "not_held"]) {
      const expected = { do: "compare", spec: SPEC, externalId: "7" };
      expect(step({ known: { ...LIVE, state: "failed", failureCode } })).toEqual(expected);
    }
  });
});

describe("a code that a shop has", () => {
  const found = { externalId: "7", text: "LEA10", terms: { title: titleOf(CODE.id, "Winter") } };

  it("is ours by its title, whatever is known", () => {
    expect(isOurs(found, { code: CODE, known: NEW })).toBe(true);
    expect(isOurs(found, { code: { ...CODE, id: "cod_0000000000000002" }, known: NEW })).toBe(false);
  });

  it("is ours by its id and its text, and not by one of them", () => {
    const renamed = { ...found, terms: { title: "10 % for Lea" } };
    expect(isOurs(renamed, { code: CODE, known: LIVE })).toBe(true);
    expect(isOurs({ ...renamed, text: "lea10" }, { code: CODE, known: LIVE })).toBe(true);
    expect(isOurs({ ...renamed, text: "SUMMER" }, { code: CODE, known: LIVE })).toBe(false);
    expect(isOurs({ ...renamed, externalId: "8" }, { code: CODE, known: LIVE })).toBe(false);
    expect(isOurs(renamed, { code: CODE, known: NEW })).toBe(false);
  });

  it("differs by its terms and its text, and not by its case", () => {
    const same = { externalId: "7", text: "lea10", terms: MODEL_TERMS.termsOf(SPEC, NOW) };
    expect(differences(SPEC, same, NOW, MODEL_TERMS)).toEqual([]);
    const other = { ...same, text: "LEA20", terms: { ...same.terms, limits: "{}", extra: "yes" } };
    expect(differences(SPEC, other, NOW, MODEL_TERMS)).toEqual([
      { name: "code", wanted: "lea10", has: "lea20" },
      { name: "extra", wanted: "nothing", has: "yes" },
      { name: "limits", wanted: '{"totalUses":50}', has: "{}" },
    ]);
  });

  it("has a title that names it, however long the plan's name is", () => {
    expect(titleOf(CODE.id, "Autumn")).toBe("Autumn (cod_0000000000000001)");
    const long = titleOf(CODE.id, "n".repeat(400));
    expect(long).toHaveLength(255);
    expect(long).toContain(CODE.id);
  });
});

describe("a code is due again", () => {
  it("within a day, or when its terms change, or when it ends, whichever is first", () => {
    expect(dueAgainAt(SPEC, NOW, MODEL_TERMS)).toBe(NOW + DAY);
    expect(dueAgainAt({ ...SPEC, startsAt: NOW + 5, endsAt: NOW + 9 }, NOW, MODEL_TERMS)).toBe(NOW + 5);
    expect(dueAgainAt({ ...SPEC, startsAt: NOW - 5, endsAt: NOW + 9 }, NOW, MODEL_TERMS)).toBe(NOW + 9);
    expect(dueAgainAt({ ...SPEC, endsAt: NOW + 2 * DAY }, NOW, MODEL_TERMS)).toBe(NOW + DAY);
  });

  it("after a passing failure later each time, up to an hour", () => {
    const pauses = Array.from({ length: 20 }, (_none, index) => pauseAfter(index + 1));
    expect(pauses.slice(0, 3)).toEqual([30_000, 60_000, 120_000]);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(Math.max(...pauses)).toBe(3_600_000);
  });
});
