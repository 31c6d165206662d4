import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { changesWithTime, segmentTrust } from "../../../src/conversions/segment/condition.ts";
import { segmentLag } from "../../../src/conversions/contact/schema.ts";
import { countSegment } from "../../../src/conversions/segment/count-store.ts";
import { evaluateSegmentsDue } from "../../../src/conversions/segment/due-run.ts";
import { segmentSql } from "../../../src/conversions/segment/segment-sql.ts";
import { sweepSegments } from "../../../src/conversions/segment/sweep-run.ts";
import { runCron } from "../../../src/cron.ts";
import type { SegmentCondition, Trigger } from "../../../src/ground/model/conversion.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { opening } from "../../opening.ts";
import { createStore } from "../../programme/fixtures.ts";
import { postEvents, postOrder, type ShopStore } from "../../sales/capture-fixtures.ts";
import { putContact, putContacts } from "../contact/contact-fixtures.ts";
import { define } from "../definition-fixtures.ts";

const DAY = 86_400_000;
const open = opening(() => createStore({ provider: "ast" }));
let store: ShopStore;

beforeEach(async () => {
  store = await open();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const gold: SegmentCondition = { about: "field", field: "plan", is: "equals", value: "gold" };
const buyer: SegmentCondition = { about: "order", is: "at_least", times: 1 };
const segment = (...all: SegmentCondition[]): Trigger => ({ type: "segment", all });
const defineSegment = (...triggers: Trigger[]) => define({ storeId: store.id, triggers });
const tell = (customerId: string, fields: object) => putContact(store, customerId, { fields });

interface Made {
  definition_id: string;
  contact_id: string;
  trigger_index: number;
  trust: string;
  origin: string;
}

const made = async () =>
  (
    await env.DB.prepare(
      "SELECT definition_id, contact_id, trigger_index, trust, origin FROM conversions ORDER BY id",
    ).all<Made>()
  ).results;

const count = (table: string) => env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n");

const lagOf = async (id: string) =>
  bodyOf(segmentLag.strict(), await api("GET", `/conversion-definitions/${id}/segment`));

const metrics = () =>
  exports.default.fetch("https://go.brand.example/metrics", {
    headers: { authorization: `Bearer ${env.ADMIN_API_KEY}` },
  });

/** Makes a contact of each, before anything asks for them. */
async function insertContacts(number: number, fields: object = { plan: "gold" }): Promise<void> {
  for (let start = 0; start < number; start += 1_000) {
    const some = Math.min(1_000, number - start);
    await putContacts(
      store,
      Array.from({ length: some }, (_none, n) => ({ customerId: start + n, fields })),
    );
  }
}

describe("a contact that comes to meet a segment", () => {
  it("AC-14: converts behind the answer that made it so, by the first segment that it meets", async () => {
    const { id } = await defineSegment(segment(gold, buyer), segment(gold), { type: "manual" });
    await tell("anna", { plan: "Gold" });
    expect(await made()).toMatchObject([{ definition_id: id, trigger_index: 1, trust: "confirmed", origin: "live" }]);
    expect(await count("conversions_due")).toBe(0);
  });

  it("AC-15: by an order that its customer places, once that is confirmed and not undone", async () => {
    await defineSegment(segment(gold, buyer));
    await tell("anna", { plan: "gold" });
    const order = { orderId: "1", amount: "20.00", currency: "EUR", customerId: "anna" };
    await postOrder(store, { ...order, status: "cancelled" });
    await runCron("* * * * *", env, Date.now());
    expect(await made()).toEqual([]);
    await postOrder(store, { ...order, orderId: "2", status: "paid" });
    await runCron("* * * * *", env, Date.now());
    expect(await made()).toHaveLength(1);
  });

  it("AC-7: by what a visitor did before it was known who that is, which browsers alone say", async () => {
    await defineSegment(segment({ about: "event", name: "sign_up", is: "at_least", times: 2 }));
    const event = { v: 1, type: "track", consent: "granted", visitor: "AbCdEfGhIjKlMnOpQrStUv" };
    const signUp = (id: string) => ({ ...event, id, data: { event: "sign_up" } });
    await postEvents(store.key, [signUp("e1"), signUp("e2")]);
    expect(await made()).toEqual([]);
    await postEvents(store.key, { ...event, id: "e3", type: "identify", data: { customerId: "anna" } });
    await runCron("* * * * *", env, Date.now());
    expect(await made()).toMatchObject([{ trust: "claimed" }]);
  });

  it("AC-16: is not looked at again, whatever becomes of it, by this definition; another's converts too", async () => {
    await defineSegment(segment(gold));
    await tell("anna", { plan: "gold" });
    await tell("anna", { plan: "silver" });
    await tell("anna", { plan: "gold" });
    expect(await made()).toHaveLength(1);
    await defineSegment(segment(gold));
    await tell("anna", { seats: 5 });
    expect(await made()).toHaveLength(2);
  });

  it("is believed no further than who tells of it: what browsers claim confirms nothing", () => {
    const clicked: SegmentCondition = { about: "click", is: "at_most", times: 0 };
    expect(segmentTrust([gold, buyer], "confirmed")).toBe("confirmed");
    // A contact that a browser made up misses every field.
    expect(segmentTrust([gold, buyer], "claimed")).toBe("claimed");
    expect(segmentTrust([gold, clicked], "confirmed")).toBe("claimed");
    expect(segmentTrust([{ about: "event", name: "x", is: "at_least", times: 1 }], "confirmed")).toBe("claimed");
  });

  it("of another store, of a draft or of what begins later converts nothing", async () => {
    const other = await createStore({ provider: "ast" });
    await define({ storeId: other.id, triggers: [segment(gold)] });
    await define({ storeId: store.id, triggers: [segment(gold)], status: "draft", effectiveFrom: null });
    await define({ storeId: store.id, triggers: [segment(gold)], effectiveFrom: Date.now() + DAY });
    await tell("anna", { plan: "gold" });
    await runCron("* * * * *", env, Date.now());
    expect(await made()).toEqual([]);
    await runCron("* * * * *", env, Date.now() + 2 * DAY);
    expect(await made()).toHaveLength(1);
  });

  it("an evaluation that fails leaves it due, holds up no other, and raises an alarm once it is late", async () => {
    const { id } = await defineSegment(segment(gold));
    await env.DB.prepare(
      `CREATE TRIGGER broken BEFORE INSERT ON conversions WHEN NEW.contact_id IN (SELECT id FROM contacts WHERE fields ->> '$.poison' = 1)
       BEGIN SELECT RAISE(ABORT, 'broken'); END`,
    ).run();
    const contacts = [1, 2, 3, 4, 5].map((n) => ({ customerId: n, fields: { plan: "gold", poison: n === 3 } }));
    await putContacts(store, contacts);
    expect(await made()).toHaveLength(4);
    expect(await lagOf(id)).toMatchObject({ waiting: 1, oldestWaitingSeconds: 0 });
    expect(await (await metrics()).text()).toMatch(
      /^waymark_segment_contacts_waiting 1\n(?:.*\n){2}waymark_segment_lag_seconds \d/m,
    );
    const late = Date.now() + 700_000;
    await evaluateSegmentsDue(env, late);
    const alarm = () =>
      env.DB.prepare("SELECT detail FROM alarms WHERE kind = 'segments_late' AND resolved_at IS NULL").first<string>(
        "detail",
      );
    expect(JSON.parse((await alarm()) ?? "{}")).toMatchObject({ contacts: 1 });
    await env.DB.prepare("DROP TRIGGER broken").run();
    await evaluateSegmentsDue(env, late + DAY);
    expect(await made()).toHaveLength(5);
    expect(await alarm()).toBeNull();
    expect(await lagOf(id)).toMatchObject({ waiting: 0, oldestWaitingSeconds: null });
  });

  it("one store's contacts that can't be looked at in time hold up no other's", async () => {
    const other = await createStore({ provider: "ast" });
    await defineSegment(segment(gold));
    await define({ storeId: other.id, triggers: [segment(gold)] });
    await tell("anna", { plan: "silver" });
    await putContact(other, "bert", { fields: { plan: "silver" } });
    await env.DB.prepare("UPDATE contacts SET fields = json_set(fields, '$.plan', 'gold')").run();
    await env.DB.prepare("UPDATE conversions_due SET next_at = iif(store_id = ?1, 0, 1)").bind(store.id).run();
    const batch = env.DB.batch.bind(env.DB);
    vi.spyOn(env.DB, "batch").mockImplementationOnce(() => Promise.reject(new Error("D1 DB exceeded timeout")));
    await expect(evaluateSegmentsDue(env, Date.now())).rejects.toThrow("timeout");
    env.DB.batch = batch;
    expect((await env.DB.prepare("SELECT store_id AS id FROM conversions").all()).results).toEqual([{ id: other.id }]);
  });

  it("one that changes while it is looked at is looked at once more", async () => {
    await defineSegment(segment(gold));
    await tell("anna", { plan: "silver" });
    await env.DB.prepare("UPDATE contacts SET fields = json_set(fields, '$.plan', 'gold')").run();
    // Whoever took it before the change deletes nothing.
    expect(await count("conversions_due")).toBe(1);
    await Promise.all([evaluateSegmentsDue(env, Date.now()), evaluateSegmentsDue(env, Date.now())]);
    expect(await made()).toHaveLength(1);
    expect(await count("conversions_due")).toBe(0);
  });
});

describe("a sweep", () => {
  it("AC-17: has all who meet it convert once it is activated, resumed wherever it was ended, and told of", async () => {
    await insertContacts(25);
    await tell("other", { plan: "silver" });
    const { id } = await defineSegment(segment(gold));
    expect((await lagOf(id)).sweep).toBeNull();
    const now = Date.now();
    await sweepSegments(env, now, { page: 10, timeMs: 0 });
    expect(await lagOf(id)).toMatchObject({ sweep: { finishedAt: null, met: 0, progress: 0 } });

    // It dies behind its second page.
    await env.DB.prepare(
      `CREATE TRIGGER broken BEFORE UPDATE ON segment_sweeps WHEN OLD.met = 10 BEGIN SELECT RAISE(ABORT, 'broken'); END`,
    ).run();
    await expect(sweepSegments(env, now, { page: 10 })).rejects.toThrow("broken");
    expect(await made()).toHaveLength(20);
    expect(await lagOf(id)).toMatchObject({
      sweep: { finishedAt: null, met: 10, progress: expect.closeTo(10 / 26, 5) },
    });
    await env.DB.prepare("DROP TRIGGER broken").run();
    await sweepSegments(env, now, { page: 10 });
    expect(await made()).toHaveLength(25);
    expect((await lagOf(id)).sweep).toMatchObject({
      finishedAt: new Date(now).toISOString(),
      nextAt: null,
      progress: 1,
    });

    const before = await env.DB.prepare("SELECT * FROM segment_sweeps").all();
    await sweepSegments(env, now + 9 * DAY);
    expect((await env.DB.prepare("SELECT * FROM segment_sweeps").all()).results).toEqual(before.results);
    expect(await made()).toHaveLength(25);
  });

  it("that can't be done holds up no other, and comes after them", async () => {
    await insertContacts(3);
    const poison = await defineSegment(segment(gold));
    const now = Date.now();
    await sweepSegments(env, now - 1, { timeMs: 0 });
    const { id } = await defineSegment(segment(gold));
    await env.DB.prepare(
      `CREATE TRIGGER broken BEFORE UPDATE OF cursor ON segment_sweeps WHEN OLD.definition_id = '${poison.id}'
       BEGIN SELECT RAISE(ABORT, 'broken'); END`,
    ).run();
    await expect(sweepSegments(env, now)).rejects.toThrow("broken");
    expect((await lagOf(id)).sweep).toMatchObject({ met: 3, progress: 1 });
    const { results } = await env.DB.prepare("SELECT definition_id AS id, started_at AS at FROM segment_sweeps").all();
    expect(results.find((row) => row["id"] === poison.id)).toEqual({ id: poison.id, at: now });
  });

  it("comes each day where days alone change who meets it, and writes nothing of who doesn't", async () => {
    const begun = Date.UTC(2026, 10, 20);
    await insertContacts(3, { trialEnds: new Date(begun + 2.5 * DAY).toISOString() });
    await defineSegment(segment({ about: "field", field: "trialEnds", is: "within_days", value: 3 }));
    for (let day = 0; day < 2; day++) {
      await sweepSegments(env, begun + day * DAY);
      expect(await made(), `day ${day}`).toEqual([]);
    }
    await sweepSegments(env, begun + 2 * DAY + 1);
    await sweepSegments(env, begun + 2 * DAY + DAY / 2);
    expect(await made()).toEqual([]);
    await sweepSegments(env, begun + 3 * DAY + 1);
    expect(await made()).toHaveLength(3);
  });

  it("is known to be needed by its conditions alone", () => {
    const time: SegmentCondition[] = [
      { about: "field", field: "a", is: "within_days", value: 3 },
      { about: "field", field: "a", is: "before_days", value: 3 },
      { about: "spent", is: "less", amountMinor: 5, withinDays: 30 },
      { about: "order", is: "at_most", times: 0, withinDays: 30 },
      { about: "event", name: "x", is: "at_most", times: 0 },
      { about: "click", is: "at_most", times: 0 },
    ];
    for (const condition of time) expect(changesWithTime([gold, condition]), JSON.stringify(condition)).toBe(true);
    const never: SegmentCondition[] = [
      gold,
      buyer,
      { about: "order", is: "at_most", times: 0 },
      { about: "spent", is: "greater", amountMinor: 5, withinDays: 30 },
      { about: "url", name: "x", is: "at_least", times: 2, withinDays: 30 },
    ];
    expect(changesWithTime(never)).toBe(false);
  });
});

describe("conditions", () => {
  it("are counted before anything listens to them, with samples", async () => {
    await insertContacts(7);
    expect(await countSegment(env.DB, store.id, [gold], Date.now())).toMatchObject({
      count: 7,
      samples: { length: 5 },
    });
    expect(await countSegment(env.DB, store.id, [], Date.now())).toEqual({ count: 0, samples: [] });
    expect(await countSegment(env.DB, "str_other", [gold], Date.now())).toEqual({ count: 0, samples: [] });
  });

  it("as many as there may be, of the longest texts in any letters, are within what D1 takes", async () => {
    const letters = "ŸŽÄÖÜÉÈÀÇÑÅØßабвгдеёжзийклмнопрстуфхцчшщъыьэюяαβγδεζηθικλμνξοπρστυφχψω";
    await tell("anna", { note: letters.toUpperCase() });
    const one: SegmentCondition = {
      about: "field",
      field: "note",
      is: "contains",
      value: letters.toLowerCase().slice(0, 50),
    };
    const clicks: SegmentCondition = {
      about: "click",
      creatorId: "c",
      campaignId: "k",
      linkId: "l",
      is: "at_most",
      times: 0,
      withinDays: 3,
    };
    const many = Array.from({ length: 20 }, (_none, n) => (n % 2 === 0 ? one : clicks));
    const { sql } = segmentSql(many, { place: 1, now: 0 });
    expect(sql.length).toBeLessThan(60_000);
    await expect(countSegment(env.DB, store.id, many, Date.now())).resolves.toBeDefined();
  });
});
