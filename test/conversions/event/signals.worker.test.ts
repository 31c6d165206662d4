import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { evaluateEvents } from "../../../src/conversions/event/evaluate-run.ts";
import { tidyLinks } from "../../../src/conversions/event/contact-store.ts";
import { tidyInbox } from "../../../src/sales/capture/inbox-store.ts";
import { processInbox } from "../../../src/sales/capture/process-run.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { everything, postEvents, reports, rowsOf, tokenOf } from "../../sales/capture-fixtures.ts";
import { define } from "../definition-fixtures.ts";

const LINK = "lnk_sgn0000000000000";
const VISITOR = "AbCdEfGhIjKlMnOpQrStUv";
const OTHER = "0123456789_-abcdefghij";
const DAY = 86_400_000;

const TRACK = [{ type: "event" as const, event: "Signed up", where: [] }];
const PAGES = [{ type: "url" as const, url: { is: "contains" as const, value: "/thanks" }, where: [] }];

function event(over: Record<string, unknown> = {}) {
  return { v: 1, id: "ev1", type: "track", consent: "granted", data: { event: "Signed up" }, ...over };
}

const identify = (customerId: string, visitor: string | undefined, id: string) =>
  event({ id, type: "identify", visitor, data: { customerId } });

async function all<Row>(sql: string): Promise<Row[]> {
  return (await env.DB.prepare(sql).all<Row>()).results;
}

/** What is kept of what visitors did. */
const done = () =>
  all<{ event_key: string; visitor_hash: string | null; contact_id: string | null }>(
    "SELECT * FROM visitor_events ORDER BY event_key",
  );

const verdicts = async () => (await reports()).map(({ verdict, reason_code }) => [verdict, reason_code]);

describe("events of a store without active definitions", () => {
  it("stay as they are, and nothing is kept of who did them", async () => {
    const store = await createStore();
    await define({ storeId: store.id, status: "draft", triggers: TRACK });
    await postEvents(store.key, [event({ visitor: VISITOR }), identify("7", VISITOR, "ev2")]);
    expect(await verdicts()).toEqual([
      ["kept", "unused"],
      ["kept", "no_click"],
    ]);
    expect([await done(), await all("SELECT * FROM contacts")]).toEqual([[], []]);
  });
});

describe("events that definitions may ask for", () => {
  it("are held against them behind the answer, others end at once (AC-4, AC-6)", async () => {
    const store = await createStore();
    await define({ storeId: store.id, triggers: TRACK });
    await postEvents(store.key, [
      event(),
      event({ id: "ev2", data: { event: "Left" } }),
      event({ id: "ev3", type: "page", url: "https://shop.example/thanks" }),
      event({ id: "ev4", type: "conversion", data: { goal: "signup" } }),
    ]);
    expect((await verdicts()).toSorted((a, b) => (String(a) < String(b) ? -1 : 1))).toEqual([
      ["kept", "no_definition"],
      ["kept", "unused"],
      ["kept", "unused"],
      ["used", null],
    ]);
  });

  it("wait for the run of their own, which the cron makes up for", async () => {
    const store = await createStore();
    await define({ storeId: store.id, triggers: PAGES });
    await postEvents(store.key, event({ type: "page", url: "https://shop.example/thanks?x=1" }));
    const now = Date.now();
    await env.DB.prepare("UPDATE inbox SET verdict = 'pending', reason_code = NULL, next_at = ?1").bind(now).run();
    expect(await processInbox(env, now)).toBe(true);
    expect(await verdicts()).toEqual([["waiting", "to_evaluate"]]);
    expect(await processInbox(env, now + DAY)).toBe(false);
    expect(await verdicts()).toEqual([["waiting", "to_evaluate"]]);
    // Two at once, of which one takes it.
    await Promise.all([evaluateEvents(env, now), evaluateEvents(env, now)]);
    expect(await verdicts()).toEqual([["used", null]]);
  });

  it("wait where click ids can't be read", async () => {
    const store = await createStore();
    await define({ storeId: store.id, triggers: TRACK });
    vi.spyOn(console, "error").mockReturnValue();
    const now = Date.now();
    await postEvents(store.key, event());
    await env.DB.prepare("UPDATE inbox SET verdict = 'waiting', reason_code = 'to_evaluate', next_at = 0").run();
    await evaluateEvents({ ...env, CLICK_TOKEN_KEYS: "nonsense" }, now);
    expect(await verdicts()).toEqual([["waiting", "to_evaluate"]]);
    await evaluateEvents(env, now + DAY);
    expect(await verdicts()).toEqual([["used", null]]);
  });

  it("keep their bodies as long as others, for definitions to come", async () => {
    const store = await createStore();
    await define({ storeId: store.id, triggers: TRACK });
    await postEvents(store.key, event());
    await env.DB.batch(tidyInbox(env.DB, Date.now() + 80 * DAY));
    expect((await reports())[0]?.body).not.toBe("");
    await env.DB.batch(tidyInbox(env.DB, Date.now() + 91 * DAY));
    expect((await reports())[0]?.body).toBe("");
  });
});

describe("a visitor", () => {
  it.each([
    ["granted", "deferred", {}, true],
    ["denied", "deferred", {}, false],
    ["unknown", "implied", {}, false],
    [undefined, "implied", {}, false],
    ["granted", "strict", {}, false],
    ["granted", "implied", { "Sec-GPC": "1" }, false],
    ["granted", "implied", { DNT: "1" }, false],
    ["granted", "implied", { Cookie: "wm_consent=denied" }, false],
  ] as const)("is kept with consent alone, as a hash: %s, %s, %j", async (consent, consentPolicy, headers, isKept) => {
    const store = await createStore({ consentPolicy });
    await define({ storeId: store.id, triggers: TRACK });
    // Whoever forges hashes has none either.
    const forged = { visitorHash: "forged-hash", customerHash: "forged-hash" };
    await postEvents(store.key, event({ consent, visitor: VISITOR, view: "view-1", ...forged }), headers);
    const kept = await everything();
    expect(kept).not.toContain(VISITOR);
    expect(kept).not.toContain("forged-hash");
    expect((await reports())[0]?.body.includes("visitorHash")).toBe(isKept);
    expect(JSON.parse((await reports())[0]?.body ?? "")).toMatchObject({ view: "view-1" });
    expect(await done()).toHaveLength(isKept ? 1 : 0);
  });

  it("has another hash in another store, and none before there is a store", async () => {
    const stores = [await createStore(), await createStore()];
    for (const { key, id } of stores) {
      await define({ storeId: id, triggers: TRACK });
      await postEvents(key, event({ visitor: VISITOR }));
    }
    expect(new Set((await done()).map(({ visitor_hash }) => visitor_hash)).size).toBe(2);
    await postEvents("later", event({ visitor: VISITOR }));
    expect((await reports()).at(-1)?.body).not.toContain("visitorHash");
  });

  it.each([
    ["visitor", { visitor: "a@b.example" }],
    ["visitor", { visitor: `${VISITOR}x` }],
    ["view", { view: "x".repeat(33) }],
    ["id", { id: { toString: "x" } }],
    ["id", { id: "x".repeat(65) }],
    ["id", { id: "kim@shopper.example" }],
    ["eventId", { data: { event: "Signed up", eventId: "c".repeat(56) } }],
    ["eventId", { data: { event: "Signed up", eventId: ["a"] } }],
  ])(
    "that can't be is dropped with a hint, as is any malformed %s, and the event is taken: %j",
    async (field, over) => {
      const store = await createStore();
      await define({ storeId: store.id, triggers: TRACK });
      const response = await postEvents(store.key, event({ ...over }));
      expect([response.status, await response.json()]).toEqual([
        202,
        { accepted: 1, rejected: [], ignored: [{ index: 0, field, reason: "malformed" }] },
      ]);
      expect(await verdicts()).toEqual([["used", null]]);
      expect((await reports())[0]?.body).not.toMatch(/removed|kim@|a@b|ccccc|xxxxx/);
    },
  );

  it("does one thing once, however often it is told: the first time counts, and who it was is added", async () => {
    const store = await createStore();
    await define({ storeId: store.id, triggers: TRACK });
    await postEvents(store.key, event({ consent: "unknown" }));
    expect(await done()).toEqual([]);
    await postEvents(store.key, event({ visitor: VISITOR }));
    await postEvents(store.key, event({ visitor: VISITOR, view: "again" }));
    expect(await done()).toMatchObject([{ event_key: "e:ev1", kind: "track", name: "Signed up" }]);
    // Of the same second, and with ids of their own, they are two (ACX-2).
    await postEvents(store.key, [event({ id: "ev2", visitor: VISITOR }), event({ id: "ev3", visitor: VISITOR })]);
    expect(await done()).toHaveLength(3);
  });
});

describe("a visitor who becomes known (AC-7)", () => {
  async function shop() {
    const store = await createStore();
    await define({ storeId: store.id, triggers: [{ type: "identified" }] });
    return store;
  }

  it("is linked to a contact, to whom all goes that the browser did", async () => {
    const store = await shop();
    await insertLink({ id: LINK });
    await postEvents(store.key, [event({ visitor: VISITOR }), event({ id: "ev2", visitor: OTHER })]);
    expect((await done()).map(({ contact_id }) => contact_id)).toEqual([null, null]);

    const click = await tokenOf(LINK);
    await postEvents(store.key, { ...identify("kim@shopper.example", VISITOR, "ev3"), click });
    const [contact, ...others] = await all<{ id: string }>("SELECT * FROM contacts");
    expect(contact).toMatchObject({ trust: "claimed", fields: "{}", store_id: store.id });
    expect(others).toEqual([]);
    expect((await done()).map(({ contact_id }) => contact_id)).toEqual([contact?.id, null]);
    expect((await verdicts()).at(-1)).toEqual(["used", null]);
    // What it was for until now, it still is.
    expect(await rowsOf("customer_touches")).toMatchObject([{ link_id: LINK, trust: "claimed" }]);
    expect(await everything()).not.toContain("kim@");

    await postEvents(store.key, event({ id: "ev4", visitor: VISITOR }));
    expect((await done()).map(({ contact_id }) => contact_id)).toEqual([contact?.id, null, contact?.id]);
    await postEvents(store.key, identify("KIM@shopper.example ", VISITOR, "ev5"));
    expect(await all("SELECT * FROM contacts")).toHaveLength(1);
  });

  it("is somebody by name alone where the browser has no visitor, and nobody without consent", async () => {
    const store = await shop();
    await postEvents(store.key, { ...identify("7", VISITOR, "ev1"), consent: "denied" });
    expect(await all("SELECT * FROM contacts")).toEqual([]);
    await postEvents(store.key, identify("7", undefined, "ev2"));
    expect(await all("SELECT * FROM contacts")).toHaveLength(1);
    expect(await all("SELECT * FROM visitor_contacts")).toEqual([]);
    // An event that names the customer is the customer's.
    await postEvents(store.key, event({ id: "ev3", data: { event: "Signed up", customerId: "7" } }));
    expect(await done()).toMatchObject([{ visitor_hash: null, contact_id: expect.stringMatching(/^con_/) }]);
  });

  it.each([0, 1, 2, 3, 4, 5])(
    "is whom the last link before says, in whichever order it is heard (%i)",
    async (turn) => {
      const store = await shop();
      const start = Date.now() - 10_000;
      const told = [
        event({ id: "ev1", visitor: VISITOR }),
        identify("a", VISITOR, "ev2"),
        event({ id: "ev3", visitor: VISITOR }),
        identify("b", VISITOR, "ev4"),
        event({ id: "ev5", visitor: VISITOR }),
        identify("a", VISITOR, "ev6"),
      ];
      await postEvents(store.key, told);
      await env.DB.batch(
        ["visitor_events", "visitor_contacts", "contacts"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
      );
      for (const [at] of told.entries()) {
        const id = `ev${at + 1}`;
        await env.DB.prepare("UPDATE inbox SET received_at = ?2 WHERE body ->> '$.id' = ?1")
          .bind(id, start + at)
          .run();
      }
      for (const at of told.keys()) {
        const id = `ev${((at * (turn < 3 ? 1 : 5) + turn) % told.length) + 1}`;
        await env.DB.prepare(
          "UPDATE inbox SET verdict = 'waiting', reason_code = 'to_evaluate', next_at = 0 WHERE body ->> '$.id' = ?1",
        )
          .bind(id)
          .run();
        await evaluateEvents(env, Date.now());
      }
      const owners = (await done()).map(({ contact_id }) => contact_id);
      const hash = (contact: string | null) => owners.indexOf(contact);
      // The first is whom the visitor turned out to be.
      expect(owners.map(hash)).toEqual([0, 0, 2]);
      await env.DB.batch(tidyLinks(env.DB, Date.now() + 10 * DAY));
      expect(await all("SELECT * FROM visitor_contacts")).toHaveLength(3);
      await env.DB.batch(tidyLinks(env.DB, Date.now() + 401 * DAY));
      expect(await all("SELECT * FROM visitor_contacts")).toEqual([]);
    },
  );

  it("keeps one link of those that say the same, in the night after nothing can come between them", async () => {
    const store = await shop();
    for (const id of ["a1", "a2", "a3"]) {
      await postEvents(store.key, identify("a", VISITOR, id));
      await env.DB.prepare("UPDATE visitor_contacts SET time = time - 1000").run();
    }
    await env.DB.batch(tidyLinks(env.DB, Date.now()));
    const links = await all("SELECT * FROM visitor_contacts ORDER BY time");
    expect(links).toHaveLength(3);
    await env.DB.batch(tidyLinks(env.DB, Date.now() + 10 * DAY));
    expect(await all("SELECT * FROM visitor_contacts")).toEqual([links[0]]);
  });
});
