import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { evaluateEvents } from "../../../src/conversions/event/evaluate-run.ts";
import type { Trigger } from "../../../src/ground/model/conversion.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { postEvents, tokenOf } from "../../sales/capture-fixtures.ts";
import { define } from "../definition-fixtures.ts";

const LINK = "lnk_sgn0000000000000";
const VISITOR = "AbCdEfGhIjKlMnOpQrStUv";
const OTHER = "0123456789_-abcdefghij";
const TRACK: Trigger[] = [{ type: "event", event: "Signed up", where: [] }];

interface Kept {
  event_key: string;
  subject: string;
  trust: string;
  time: number;
  contact_id: string | null;
  visitor_hash: string | null;
  creator_id: string | null;
  page: string | null;
  value_minor: number | null;
  uncounted: string | null;
}

async function kept(): Promise<Kept[]> {
  return (await env.DB.prepare("SELECT * FROM conversions ORDER BY time, event_key").all<Kept>()).results;
}

function event(over: Record<string, unknown> = {}) {
  return { v: 1, id: "ev1", type: "track", consent: "granted", data: { event: "Signed up" }, ...over };
}

const identify = (customerId: string, visitor: string, id: string) =>
  event({ id, type: "identify", visitor, data: { customerId } });

/** Has all rows that were evaluated be so once more. */
async function again(): Promise<void> {
  await env.DB.prepare("UPDATE inbox SET verdict = 'waiting', reason_code = 'to_evaluate', next_at = 0").run();
  await evaluateEvents(env, Date.now());
}

describe("what pages tell", () => {
  it("makes conversions: a page, an event with its value, and each execution of a script (AC-3, AC-4, AC-6, AC-20, AC-21, AC-22)", async () => {
    const store = await createStore();
    const url = { is: "contains" as const, value: "/THANKS" };
    await define({ storeId: store.id, triggers: [{ type: "url", url, where: [] }] });
    await define({ storeId: store.id, triggers: TRACK, value: { mode: "event" } });
    await define({ storeId: store.id, key: "signup", value: { mode: "event" } });
    const script = (id: string, data: object) => event({ id, type: "conversion", data: { goal: "signup", ...data } });
    await postEvents(store.key, [
      event({ id: "a", type: "page", url: "https://shop.example/thanks?order=1" }),
      event({ id: "b", type: "page", url: "https://shop.example/cart?next=/thanks" }),
      event({ id: "c", data: { event: "Signed up", value: "12.50", currency: "EUR" } }),
      script("d", { value: 3 }),
      script("e", { value: "three" }),
    ]);
    const rows = await kept();
    expect(Object.fromEntries(rows.map(({ event_key, value_minor }) => [event_key, value_minor]))).toEqual({
      "e:a": null,
      "e:c": 1250,
      "e:d": 300,
      "e:e": null,
    });
    expect(rows.every(({ trust }) => trust === "claimed")).toBe(true);
    expect(rows.find(({ event_key }) => event_key === "e:a")?.page).toBe("https://shop.example/thanks");
  });

  it("without consent counts once a page view, and once only when it is told again with it, whose it is by then", async () => {
    const store = await createStore();
    const creator = await createCreator();
    await insertLink({ id: LINK, creatorId: creator.id, storeId: store.id, kind: "affiliate" });
    await define({ storeId: store.id, triggers: TRACK, limit: { times: 1, windowDays: null } });
    const silent = { consent: "unknown", view: "view-1", visitor: VISITOR };
    await postEvents(store.key, [
      event(silent),
      event({ ...silent, id: "ev2" }),
      event({ ...silent, id: "ev3", view: "view-2" }),
    ]);
    const counted = async () =>
      (await kept()).filter(({ uncounted }) => uncounted === null).map(({ subject }) => subject);
    expect((await counted()).toSorted()).toEqual(["p:view-1", "p:view-2"]);
    const [before] = await kept();

    const click = await tokenOf(LINK);
    await postEvents(store.key, event({ view: "view-1", visitor: VISITOR, click }));
    const rows = await kept();
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({
      time: before?.time,
      subject: expect.stringMatching(/^v:/),
      creator_id: creator.id,
    });
    // Nobody takes the first one's place in that view any more, so the second counts.
    expect((await counted()).map((subject) => subject.slice(0, 2)).toSorted()).toEqual(["p:", "p:", "v:"]);
    await again();
    expect(await kept()).toEqual(rows);
  });

  it("counts together what two browsers did, once both are known as one contact (AC-7)", async () => {
    const store = await createStore();
    await define({ storeId: store.id, triggers: TRACK, limit: { times: 1, windowDays: null } });
    await define({ storeId: store.id, triggers: [{ type: "identified" }] });
    await postEvents(store.key, [event({ visitor: VISITOR }), event({ id: "ev2", visitor: OTHER })]);
    const counted = async () =>
      (await kept()).filter(({ event_key, uncounted }) => event_key.startsWith("e:") && !uncounted);
    expect(await counted()).toHaveLength(2);

    await postEvents(store.key, identify("7", VISITOR, "ev3"));
    expect(await counted()).toHaveLength(2);
    await postEvents(store.key, [
      identify("7", OTHER, "ev4"),
      identify("7", OTHER, "ev5"),
      identify("7", VISITOR, "ev6"),
    ]);
    const [one, ...none] = await counted();
    expect([none, one]).toMatchObject([[], { event_key: "e:ev1", subject: expect.stringMatching(/^c:con_/) }]);
    // Each visitor becomes known once, however often it is said.
    const known = (await kept()).filter(({ event_key }) => event_key.startsWith("identified:"));
    expect(known).toHaveLength(2);
    expect(new Set(known.map(({ contact_id }) => contact_id))).toEqual(new Set([one?.contact_id]));
    const rows = await kept();
    await again();
    expect(await kept()).toEqual(rows);
  });

  it("makes nobody known who was so before the definition was in force", async () => {
    const store = await createStore();
    await define({ storeId: store.id, triggers: TRACK });
    await postEvents(store.key, identify("7", VISITOR, "ev1"));
    await env.DB.prepare("UPDATE visitor_contacts SET time = time - 60000").run();
    await define({ storeId: store.id, triggers: [{ type: "identified" }], effectiveFrom: Date.now() - 1000 });
    await postEvents(store.key, [identify("7", VISITOR, "ev2"), identify("8", OTHER, "ev3")]);
    expect(await kept()).toHaveLength(1);
  });
});
