import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { campaignSchema, memberSchema } from "../../../src/programme/campaign/schema.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { payoutDraft, payoutPreview } from "../../../src/books/payout/schema.ts";
import { createdPlan } from "../../../src/programme/plan/schema.ts";
import { api, bodyOf, problemOf } from "../api.ts";
import {
  addCreator,
  act,
  createCampaign,
  createPlan,
  holdQueue,
  readMember,
} from "../../programme/campaign-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { book } from "../../books/money-fixtures.ts";
import { insertShop } from "../../sales/order-fixtures.ts";
import { putPeriod } from "../../books/payout-fixtures.ts";
import { putClick } from "../../reports/rollup-fixtures.ts";

const LINK = "lnk_cap0000000000000";

interface Operation {
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: unknown;
}

/** All operations of the API's own description, with an id of the right kind for each that a path names. */
async function operations(method: "get" | "post"): Promise<[path: string, operation: Operation][]> {
  const response = await exports.default.fetch("https://go.brand.example/openapi.json");
  const { paths } = await response.json<{ paths: Record<string, Partial<Record<"get" | "post", Operation>>> }>();
  return Object.entries(paths).flatMap(([path, item]) => {
    const operation = item[method];
    return operation === undefined || !path.startsWith("/api/v1/") ? [] : [[path.slice("/api/v1".length), operation]];
  });
}

/** Reports and lists that know days, and no times. */
const DAYS_ALONE = new Set([
  "/exchange-rates",
  "/channel-costs",
  "/reports/amazon",
  ...["pages", "visits", "events", "checkout", "abandonment", "consent", "calls", "channels"].map(
    (name) => `/reports/${name}`,
  ),
  "/heatmaps",
  "/reports/summary",
  "/carts",
  "/audiences/abandoners",
]);

describe("G-28: a date", () => {
  // Not where there are days alone: rates have no times, Amazon's figures neither, of visits without consent the day is all
  // that is kept, and a summary tells of each day.
  it("is taken wherever a span is asked for, and so is a time", async () => {
    const store = await createStore();
    await insertLink({ id: LINK });
    const spans = (await operations("get")).filter(
      ([path, { parameters = [] }]) =>
        parameters.some(({ name }) => name === "from") && !path.includes("{") && !DAYS_ALONE.has(path),
    );
    expect(spans.length).toBeGreaterThan(8);
    for (const [path, { parameters = [] }] of spans) {
      const ofStore = parameters.some(({ name, required }) => required === true && name === "store");
      const given = ofStore ? [["store", store.id]] : [];
      for (const [from, to] of [
        ["2026-11-01", "2026-11-02"],
        ["2026-11-01T00:00:00Z", "2026-11-02T10:00:00+01:00"],
      ]) {
        const query = new URLSearchParams([...given, ["from", from ?? ""], ["to", to ?? ""]]);
        const answer = await api("GET", `${path}?${query.toString()}`);
        // A report by country has whole days only, and says so; no reader of dates refuses it.
        const refused = answer.status === 422 ? problemOf(answer).errors?.map(({ message }) => message) : [];
        expect(refused?.join(), `${path} ${from}`).not.toMatch(/must be a (?:date|time)/);
        if (from === "2026-11-01") expect(answer.status, path).toBe(200);
      }
      for (const bad of ["2026-02-30", "yesterday", "01.11.2026", "2026-11-01T10:00:00"]) {
        const problem = problemOf(
          await api("GET", `${path}?${new URLSearchParams([...given, ["from", bad]]).toString()}`),
        );
        expect(problem.errors, `${path} ${bad}`).toMatchObject([
          { path: "from", message: expect.stringMatching(/^must be a date such as 2026-11-21, or a time/) },
        ]);
      }
    }
    const bodies: [string, Record<string, unknown>][] = [
      ["/attribution/simulate", { storeId: store.id, policy: {}, from: "2026-11-01", to: "2026-11-02" }],
      ["/periods", { storeId: store.id, to: "2026-01-31" }],
      ["/links", { url: "https://shop.example/", startsAt: "2026-11-01", endsAt: "2026-11-30" }],
    ];
    const answers = [];
    for (const [path, body] of bodies) answers.push(await api("POST", path, body));
    expect(answers.map(({ status }) => status)).toEqual([200, 201, 201]);
    // Where something ends the day is still in.
    expect(answers[1]?.body).toMatchObject({ to: "2026-02-01T00:00:00.000Z" });
    expect(answers[2]?.body).toMatchObject({
      startsAt: "2026-11-01T00:00:00.000Z",
      endsAt: "2026-12-01T00:00:00.000Z",
    });
  });

  it("as the end of a list's span has the whole day in it", async () => {
    const times = ["2026-11-01T23:59:59Z", "2026-11-02T00:00:00Z"].map((time) => Date.parse(time));
    await insertLink({ id: LINK });
    for (const [index, time] of times.entries()) await putClick({ id: `clk_${index}`, linkId: LINK, time });
    const { body } = await api("GET", "/clicks?from=2026-11-01&to=2026-11-01");
    expect((body as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual(["clk_0"]);
  });
});

describe("G-28: what is wrong with a value", () => {
  it.each([
    ["/links?limit=abc", "limit", "must be a number"],
    ["/links?limit=0", "limit", "must be 1 or more"],
    ["/links?limit=1000", "limit", "must be 200 or less"],
    ["/links?lmit=5", "lmit", "is not a field here; limit may be meant"],
    ["/orders?status=payed", "status", /^must be one of received, contested, pending, approved, /],
    ["/orders?from=&to=2026-11-01", "from", /^must be a date/],
    ["/links/lnk_x", "id", "must be an id that starts with lnk_"],
  ])("%s is said of %s in words", async (path, field, message) => {
    expect(problemOf(await api("GET", path)).errors).toMatchObject([
      { path: field, message: typeof message === "string" ? message : expect.stringMatching(message) },
    ]);
  });

  it.each([
    [{}, "url", "is missing"],
    [{ url: 5 }, "url", "must be a text"],
    [{ url: "https://x.example/", tags: "a" }, "tags", "must be a list"],
    [{ url: "https://x.example/", kind: "afiliate" }, "kind", "must be one of affiliate, tracking"],
    [{ url: "https://x.example/", disabled: "yes" }, "disabled", "must be true or false"],
    [{ url: "https://x.example/", maxClicks: 1.5 }, "maxClicks", "must be a whole number"],
    [{ url: "https://x.example/", max_clicks: 1 }, "max_clicks", "is not a field here; maxClicks may be meant"],
    [{ url: "https://x.example/", planID: "x" }, "planID", "is not a field here; planId may be meant"],
  ])("POST /links %j is said in words", async (body, path, message) => {
    const problem = problemOf(await api("POST", "/links", body));
    expect(problem).toMatchObject({ status: 422, detail: `${path}: ${message}`, errors: [{ path, message }] });
  });

  it("names each of several unknown fields with what it may mean", async () => {
    const body = { url: "https://x.example/", end_at: "x", planID: "y" };
    expect(problemOf(await api("POST", "/links", body)).errors).toEqual([
      { path: "end_at", message: "is not a field here; endsAt may be meant" },
      { path: "planID", message: "is not a field here; planId may be meant" },
    ]);
  });
});

describe("G-28: a reason", () => {
  beforeEach(() => {
    holdQueue();
  });

  it("for rejecting or approving a creator is kept and shown, and the next decision takes its place", async () => {
    const { id } = await createCampaign({ planId: (await createPlan()).id });
    const creator = await addCreator(id);
    const path = `/campaigns/${id}/creators/${creator.id}`;
    const rejected = bodyOf(memberSchema, await api("POST", `${path}/reject`, { reason: "Buys followers" }));
    expect(rejected).toMatchObject({ status: "rejected", reason: "Buys followers" });
    expect(await readMember(id, creator.id)).toMatchObject({ reason: "Buys followers" });
    const { data } = bodyOf(pageOf(auditSchema), await api("GET", `/audit?entity=campaign&entityId=${id}`));
    expect(data.find(({ action }) => action === "reject")?.after).toMatchObject({ reason: "Buys followers" });

    await api("POST", `${path}/approve`, { reason: "Was a mistake" });
    expect(await readMember(id, creator.id)).toMatchObject({ status: "approved", reason: "Was a mistake" });
    await act(id, creator.id, "reject");
    expect(await readMember(id, creator.id)).toMatchObject({ status: "rejected", reason: null });
  });

  it("is refused by every action that would not keep it", async () => {
    const actions = (await operations("post")).filter(([, { requestBody }]) => requestBody === undefined);
    expect(actions.map(([path]) => path)).toContain("/campaigns/{id}/launch");
    for (const [template] of actions) {
      const path = template.replaceAll(/\{\w+\}/g, "lnk_0000000000000000");
      const problem = problemOf(await api("POST", path, { reason: "Because" }));
      expect(problem, path).toMatchObject({ status: 422, errors: [{ path: "reason" }] });
      // An empty object says nothing.
      const errors = problemOf(await api("POST", path, {})).errors ?? [];
      expect(
        errors.map(({ path }) => path),
        path,
      ).not.toContain("reason");
    }
  });
});

describe("G-28 UPF-10 UPF-64: a plan without a commission", () => {
  it("is made, and its answer says that nobody earns by it", async () => {
    const store = await createStore({ homeUrl: "https://shop.example/" });
    const plain = bodyOf(createdPlan, await api("POST", "/tracking-plans", { name: "Plain", storeId: store.id }));
    expect(plain.warnings).toMatchObject([{ code: "no_commission", detail: expect.stringContaining(plain.id) }]);
    const commission = { type: "percentage", value: 0 };
    for (const given of [
      commission,
      { type: "percentage", value: "0" },
      { type: "fixed", value: 0 },
      { type: "percentage", value: 10 },
    ]) {
      const body = { name: `Plan ${JSON.stringify(given)}`, storeId: store.id, commission: given };
      expect(bodyOf(createdPlan, await api("POST", "/tracking-plans", body)).warnings).toEqual([]);
    }
  });

  it("is said by the campaign that it is made along with", async () => {
    const store = await createStore({ homeUrl: "https://shop.example/" });
    const plan = { name: "Plain", storeId: store.id };
    const campaign = bodyOf(campaignSchema, await api("POST", "/campaigns", { name: "One", plan }));
    expect(campaign.warnings).toMatchObject([{ code: "no_commission" }]);
    const paid = { ...plan, name: "Paid", commission: { type: "percentage", value: 10 } };
    expect(bodyOf(campaignSchema, await api("POST", "/campaigns", { name: "Two", plan: paid })).warnings).toEqual([]);
  });
});

describe("G-28: a payout that is empty", () => {
  const DAY = 86_400_000;
  const BOOKED = NOW - 10 * DAY;
  const PAST = Date.parse("2026-01-01T00:00:00Z");

  beforeEach(async () => insertShop());

  const refusals = async (body: Record<string, unknown> = {}) =>
    Promise.all(
      ["/payouts/preview", "/payouts"].map(async (path) => {
        const { status, code, detail } = problemOf(await api("POST", path, { storeId: STORE, ...body }));
        expect([status, code]).toEqual([409, "payout_empty"]);
        return detail;
      }),
    );

  it("says which period is to be locked first", async () => {
    await book({ amountMinor: 1_234, time: PAST });
    for (const detail of await refusals()) {
      expect(detail).toContain(
        "12.34 EUR of one creator is booked in no locked period. Lock the period first: create one",
      );
    }
    await putPeriod({ toAt: PAST + DAY });
    for (const detail of await refusals()) {
      expect(detail).toContain("Lock the period first: POST /api/v1/periods/per_0000000000000001/lock.");
    }
    expect((await api("POST", "/periods/per_0000000000000001/lock", {})).status).toBe(200);
    const shown = bodyOf(payoutPreview, await api("POST", "/payouts/preview", { storeId: STORE }));
    expect([shown.total.amountMinor, shown.waiting]).toEqual([1_234, []]);
  });

  it("says that a period is not over yet", async () => {
    await book({ amountMinor: 500, time: PAST });
    await putPeriod({ toAt: Date.now() + DAY });
    for (const detail of await refusals()) expect(detail).toMatch(/ends at \S+Z, and can be locked then/);
  });

  it("says what else holds it up", async () => {
    expect((await refusals())[0]).toContain("Nothing is booked");
    await book({ amountMinor: 500, time: BOOKED });
    await putPeriod({ toAt: NOW, lockedAt: NOW });
    expect((await refusals({ minimum: "6.00" }))[0]).toContain("less than the `minimum`");
    expect((await refusals({ currency: "USD" }))[0]).toContain("5.00 EUR of one creator is owed in another currency");
    const draft = bodyOf(payoutDraft, await api("POST", "/payouts", { storeId: STORE }));
    expect(draft.waiting).toEqual([]);
    expect((await refusals())[0]).toContain("in a draft run already");
    await api("POST", `/payouts/${draft.id}/pay`, {});
    expect((await refusals())[0]).toContain("Nothing is booked");
  });

  it("that pays somebody tells what it leaves for later", async () => {
    await book({ amountMinor: 500, time: PAST });
    await putPeriod({ toAt: PAST + DAY, lockedAt: NOW });
    await book({ amountMinor: 700, time: PAST + 2 * DAY });
    expect(bodyOf(payoutPreview, await api("POST", "/payouts/preview", { storeId: STORE }))).toMatchObject({
      total: { amountMinor: 500 },
      waiting: [{ code: "period_open", amount: { amountMinor: 700, currency: "EUR" }, creators: 1 }],
    });
  });
});
