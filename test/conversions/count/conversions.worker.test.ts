import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { conversionDetail, conversionSchema } from "../../../src/conversions/count/schema.ts";
import { recordGoals } from "../../../src/conversions/count/record-run.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { conversionDefinitions } from "../../../src/ground/db/schema/conversion.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { customerHasher } from "../../../src/sales/capture/customer.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { STORE } from "../../programme/generation-fixtures.ts";
import { tokenOf } from "../../sales/capture-fixtures.ts";
import { DAY, HOUR, insertShop, LEA, LEA_LINK } from "../../sales/order-fixtures.ts";
import { define } from "../definition-fixtures.ts";
import { countDeps, event, kept, VISITOR } from "./count-fixtures.ts";

beforeEach(() => insertShop());

const made = async (id: string, body: object, headers?: Record<string, string>) =>
  bodyOf(conversionSchema, await api("POST", `/conversion-definitions/${id}/conversions`, body, headers));

describe("POST /conversion-definitions/{id}/conversions", () => {
  it("AC-5: a server confirms what it tells of, its customer is a contact by that, and its click is credited", async () => {
    const { id } = await define({ storeId: STORE, triggers: [{ type: "manual" }], value: { mode: "event" } });
    const body = { customerId: "ann@shop.example", clickId: await tokenOf(LEA_LINK), value: "12.50", eventId: "s-1" };
    const first = await made(id, body);
    expect(first).toMatchObject({
      trust: "confirmed",
      origin: "manual",
      trigger: "manual",
      counted: true,
      value: { amountMinor: 1250, currency: "EUR" },
      toldApartBy: "contact",
      attribution: { creatorId: LEA },
    });
    const contacts = await env.DB.prepare("SELECT id, customer_hash, trust FROM contacts").all();
    const hash = await customerHasher(env.VISITOR_KEY)(STORE, "ann@shop.example");
    expect(contacts.results).toEqual([{ id: first.contactId, customer_hash: hash, trust: "confirmed" }]);
    // Said again it is the same one.
    expect(await made(id, body)).toEqual(first);
    const audits = await env.DB.prepare("SELECT action FROM audit_log WHERE entity = 'conversion'").all();
    expect(audits.results).toEqual([{ action: "create" }]);
  });

  it("AC-6: with a browser's event id it confirms that event; with an Idempotency-Key a repeat answers as before", async () => {
    const { id, key } = await define({ storeId: STORE, triggers: [{ type: "script", where: [] }] });
    await recordGoals(await countDeps(), STORE, [event({ name: key, key: "e:view-1", visitorHash: VISITOR })]);
    const confirmed = await made(id, { eventId: "view-1", reason: "seen in the CRM" });
    expect(confirmed).toMatchObject({ trust: "confirmed", toldApartBy: "visitor", origin: "live" });
    expect(await kept()).toHaveLength(1);
    const header = { "Idempotency-Key": "once" };
    const again = await made(id, {}, header);
    expect(await made(id, {}, header)).toEqual(again);
    expect(await kept()).toHaveLength(2);
  });

  it("ACX-8: one over the limit is recorded, and doesn't count", async () => {
    const { id } = await define({
      storeId: STORE,
      triggers: [{ type: "manual" }],
      limit: { times: 1, windowDays: null },
    });
    const answers = await Promise.all([1, 2, 3].map(() => made(id, { customerId: "ann" })));
    expect(answers.filter(({ counted }) => counted)).toHaveLength(1);
    expect(new Set(answers.map(({ contactId }) => contactId)).size).toBe(1);
  });

  it("a call is one if it lasted as long, on a number that is listened to", async () => {
    const { id } = await define({
      storeId: STORE,
      triggers: [{ type: "call", minTalkSeconds: 60, numbers: ["+4930123"] }],
    });
    const startedAt = new Date(Date.now() - HOUR).toISOString();
    const call = { talkSeconds: 60, number: "+49 30 123", startedAt };
    expect(await made(id, { call, eventId: "c1" })).toMatchObject({ trigger: "call", time: startedAt });
    const path = `/conversion-definitions/${id}/conversions`;
    expectInvalid(await api("POST", path, { call: { ...call, talkSeconds: 59 } }), "call");
    expectInvalid(await api("POST", path, {}), "call");
    expect((await kept()).map((row) => row["event_key"])).toEqual(["call:c1"]);
  });

  it("what is not active, nobody can meet, is yet to come or too old is refused", async () => {
    const day = (days: number) => new Date(Date.now() - days * DAY).toISOString();
    const { id } = await define({ storeId: STORE, triggers: [{ type: "manual" }] });
    const path = `/conversion-definitions/${id}/conversions`;
    expectInvalid(await api("POST", path, { time: day(-1) }), "time");
    expectInvalid(await api("POST", path, { time: day(91) }), "time");
    expectInvalid(await api("POST", path, { call: { talkSeconds: 9 } }), "call");
    expectInvalid(await api("POST", path, { customerId: "undefined" }), "customerId");
    const recent = await define({ storeId: STORE, triggers: [{ type: "manual" }], effectiveFrom: Date.now() - DAY });
    expectInvalid(await api("POST", `/conversion-definitions/${recent.id}/conversions`, { time: day(2) }), "time");
    const page = await define({ storeId: STORE, triggers: [{ type: "identified" }] });
    expectInvalid(await api("POST", `/conversion-definitions/${page.id}/conversions`, {}), "id");
    await openDatabase(env.DB).update(conversionDefinitions).set({ status: "archived" });
    expect(problemOf(await api("POST", path, {})).code).toBe("definition_inactive");
    expect(await kept()).toEqual([]);
  });

  it("an event's id that says who somebody is is refused, for it is kept as it is; a hash is none", async () => {
    const { id } = await define({ storeId: STORE, triggers: [{ type: "manual" }] });
    const path = `/conversion-definitions/${id}/conversions`;
    for (const eventId of ["ann@shop.example", "lead:ann@shop.example", "+491701234567", "203.0.113.7"]) {
      expectInvalid(await api("POST", path, { eventId }), "eventId");
    }
    expect((await api("POST", path, { eventId: "5f".repeat(32) })).status).toBe(201);
  });

  it("what waits for the conversion is made behind the answer", async () => {
    const { id } = await define({ storeId: STORE, key: "a", triggers: [{ type: "manual" }] });
    await define({ storeId: STORE, key: "b", triggers: [{ type: "conversion", definitionId: id }] });
    const first = await made(id, {});
    await vi.waitFor(async () => expect(await kept()).toMatchObject([{ key: "a" }, { key: "b", cause_id: first.id }]), {
      timeout: 20_000,
    });
  });
});

describe("GET /conversions", () => {
  it("lists them by what is asked, newest first, and tells of each why it is one and whose", async () => {
    const a = await define({ storeId: STORE, triggers: [{ type: "manual" }], limit: { times: 1, windowDays: null } });
    const b = await define({ storeId: STORE, triggers: [{ type: "manual" }] });
    const first = await made(a.id, { customerId: "ann", clickId: await tokenOf(LEA_LINK) });
    const second = await made(a.id, { customerId: "ann" });
    const third = await made(b.id, { time: new Date(Date.now() - 3 * DAY).toISOString() });
    const ids = async (query: string) =>
      bodyOf(pageOf(conversionSchema), await api("GET", `/conversions?${query}`)).data.map(({ id }) => id);
    expect((await pagesOf(conversionSchema, "/conversions?limit=2")).flat().map(({ id }) => id)).toEqual([
      third.id,
      second.id,
      first.id,
    ]);
    expect(await ids(`definition=${a.id}`)).toEqual([second.id, first.id]);
    expect(await ids(`contact=${first.contactId}&counted=false`)).toEqual([second.id]);
    expect(await ids(`store=${STORE}&creator=${LEA}&counted=true`)).toEqual([first.id]);
    expect(await ids(`to=${new Date(Date.now() - DAY).toISOString()}`)).toEqual([third.id]);
    expect(await ids(`from=${new Date(Date.now() - DAY).toISOString()}`)).toEqual([second.id, first.id]);
    const detail = bodyOf(conversionDetail, await api("GET", `/conversions/${first.id}`));
    expect(detail.evidence).toEqual({
      event: expect.stringMatching(/^manual:/),
      triggerIndex: 0,
      triggerWords: "Recorded by hand or by a server",
    });
    expect(detail.explanation.rule).toBe("last_click");
    expect(detail.explanation.decision).toContain("Lea");
    expect((await api("GET", "/conversions/cvn_0000000000000000")).status).toBe(404);
  });
});
