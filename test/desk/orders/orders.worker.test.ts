import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { api } from "../../ground/api.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { tenPercent } from "../../programme/rule-fixtures.ts";
import {
  clickOn,
  confirmed,
  HOUR,
  insertShop,
  LEA,
  LEA_LINK,
  recordOne,
  ZOE,
  ZOE_LINK,
} from "../../sales/order-fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

beforeEach(() => insertShop({ commission: tenPercent({ holdDays: null }) }));

/** An order of Lea, after an earlier click on Zoe's link. */
const pending = (externalId: string) =>
  recordOne(
    confirmed(
      { currency: "EUR", totalMinor: 4200, clicks: [clickOn(ZOE_LINK, NOW - 2 * HOUR), clickOn(LEA_LINK)] },
      { externalId },
    ),
  );

/** A field of the filters as browsers read it. */
function inputOf(name: string, type: string, value: string): RegExp {
  return new RegExp(`<input id="f-${name}"[^>]* type="${type}"(?: step="any")? value="${value}"`);
}

const statusOf = async (id: string) => ((await api("GET", `/orders/${id}`)).body as { status: string }).status;

describe("DSH-3: orders on the desk", () => {
  it("shows why one is credited so: each touch in order, the one that was chosen, and what other models would say", async () => {
    const cookie = await signIn();
    const id = await pending("A-1001");
    const { text } = await deskGet(`/admin/orders/${id}`, cookie);
    const timeline = text.slice(text.indexOf("Why it is credited so"), text.indexOf("What each other model"));
    expect(timeline.indexOf("Zoe")).toBeGreaterThan(0);
    expect(timeline.match(/>Chosen</g)).toHaveLength(1);
    expect(timeline.indexOf("Counts, not chosen")).toBeLessThan(timeline.indexOf(">Chosen<"));
    expect(text.slice(text.indexOf("What each other model"))).toMatch(/First click.*Zoe/s);
    const path = await deskGet(`/admin/orders/${id}/path`, cookie);
    expect(path.text).toContain("Step by step");
    expect(path.text).toContain("What isn’t shown");
    expect(path.text).toContain(new Date(NOW - HOUR).toISOString());
  });

  it("says the number that people have, and the shop's id on its own page", async () => {
    const cookie = await signIn();
    const order = await pending("5630997781372");
    await env.DB.prepare("UPDATE orders SET order_number = '#1001'").run();
    const list = await deskGet("/admin/orders?q=1001", cookie);
    expect(list.text).toContain(">#1001</a>");
    expect(list.text).not.toContain("5630997781372");
    const { text } = await deskGet(`/admin/orders/${order}`, cookie);
    expect(text).toMatch(/<h1[^>]*>#1001/);
    expect(text).toContain("<code>5630997781372</code>");
    expect((await deskGet("/admin/search?q=1001", cookie)).text).toContain(">#1001</a>");
  });

  it("lists them by when they were placed, as it shows, or by when they were recorded, and shows that then", async () => {
    const cookie = await signIn();
    const placed = (externalId: string, placedAt: number) =>
      recordOne(confirmed({ currency: "EUR", totalMinor: 4200, placedAt }, { externalId }));
    await placed("A-new", NOW - HOUR);
    await placed("A-late", NOW - 9 * HOUR);
    const rows = async (query = "") => {
      const { text } = await deskGet(`/admin/orders${query}`, cookie);
      return { names: text.match(/(?<=>)A-\w+(?=<\/a>)/g), saysRecorded: / recorded </.test(text) };
    };
    expect(await rows()).toEqual({ names: ["A-new", "A-late"], saysRecorded: false });
    expect(await rows("?sort=-createdAt")).toEqual({ names: ["A-late", "A-new"], saysRecorded: true });
    const csv = await deskGet("/admin/orders/export.csv", cookie);
    expect(csv.text.match(/A-\w+/g)).toEqual(["A-new", "A-late"]);
  });

  it("finds by all filters of the API, and lists none by its own words", async () => {
    const cookie = await signIn();
    expect((await deskGet("/admin/orders", cookie)).text).toContain("There is no order yet.");
    await pending("A-1001");
    const query = `q=100&status=pending&creator=${LEA}&trust=confirmed&from=2020-01-01`;
    expect((await deskGet(`/admin/orders?${query}`, cookie)).text).toContain("A-1001");
    expect((await deskGet("/admin/orders?approval=rule&code=LEA10", cookie)).status).toBe(200);
    expect((await deskGet(`/admin/orders?creator=${ZOE}`, cookie)).text).toContain("Nothing fits these filters.");
    const csv = await deskGet(`/admin/orders/export.csv?status=pending`, cookie);
    expect(csv.text).toContain("A-1001");
    expect(csv.text).toMatch(/,Total,"Total, currency",Commission,/);
    expect(csv.text).toMatch(/A-1001.*,\d+\.\d\d,EUR,/);
  });

  it("finds those of a period to the moment by its page's link, and by days else", async () => {
    const cookie = await signIn();
    const placedAt = ((await api("GET", `/orders/${await pending("A-1001")}`)).body as { placedAt: string }).placedAt;
    const later = new Date(Date.parse(placedAt) + 1).toISOString();
    const has = async (query: string) => (await deskGet(`/admin/orders?${query}`, cookie)).text.includes("A-1001");
    expect([await has(`to=${placedAt}`), await has(`to=${later}`)]).toEqual([false, true]);
    expect([await has(`from=${placedAt}`), await has(`from=${later}`)]).toEqual([true, false]);
    const day = placedAt.slice(0, 10);
    expect(await has(`from=${day}&to=${day}`)).toBe(true);

    // What browsers take as the value of such a field: days by themselves, times without a zone.
    const { body } = await api("POST", "/periods", { storeId: STORE, to: `${day}T23:30:00Z` });
    const period = await deskGet(`/admin/periods/${(body as { id: string }).id}`, cookie);
    const [, link = ""] = /href="(\/admin\/orders\?[^"]*)"/.exec(period.text) ?? [];
    const list = (await deskGet(link.replaceAll("&amp;", "&"), cookie)).text;
    expect(list).toContain("A-1001");
    expect(list).toMatch(inputOf("from", "date", ""));
    expect(list).toMatch(inputOf("to", "datetime-local", `${day}T23:30`));
    expect((await deskGet(`/admin/orders?to=${day}`, cookie)).text).toMatch(inputOf("to", "date", day));
  });

  it("wants a reason, decides with it, and attributes by hand", async () => {
    const cookie = await signIn();
    const id = await pending("A-1001");
    const refused = await deskPost(`/admin/orders/${id}/approve`, { reason: "" }, cookie);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('href="#f-reason"');
    expect((await deskPost(`/admin/orders/${id}/approve`, { reason: "It is paid" }, cookie)).to).toContain(
      "done=approve",
    );
    expect(await statusOf(id)).toBe("approved");
    const form = { who: "creator", creatorId: ZOE, reason: "She sent the mail" };
    await deskPost(`/admin/orders/${id}/attribute`, form, cookie);
    expect((await api("GET", `/orders/${id}`)).body).toMatchObject({
      attribution: { creatorId: ZOE, method: "manual" },
    });
    await deskPost(`/admin/orders/${id}/attribute`, { ...form, who: "rule" }, cookie);
    expect((await api("GET", `/orders/${id}`)).body).toMatchObject({ attribution: { creatorId: LEA } });
  });

  it("decides on many: says first what becomes of each, and changes nothing until a reason is given", async () => {
    const cookie = await signIn();
    const [one, two] = [await pending("A-1001"), await pending("A-1002")];
    const looked = await deskPost("/admin/orders/bulk", { _action: "dispute", id: [one, two] }, cookie);
    expect(looked.text).toContain("Nothing has happened yet.");
    expect(looked.text).toContain("Pending → disputed");
    const refused = await deskPost("/admin/orders/bulk", { _action: "dispute", id: [one, two], _step: "do" }, cookie);
    expect(refused.status).toBe(422);
    expect(await statusOf(one)).toBe("pending");
    const once = /name="_once" value="([^"]+)"/.exec(looked.text)?.[1] ?? "";
    const form = { _action: "dispute", id: [one, two], reason: "Odd", _step: "do", _once: once };
    expect((await deskPost("/admin/orders/bulk", form, cookie)).text).toContain("Done for 2 of 2.");
    expect([await statusOf(one), await statusOf(two)]).toEqual(["disputed", "disputed"]);
    // The page of what became of them is reloaded.
    expect((await deskPost("/admin/orders/bulk", form, cookie)).text).toContain("Done for 2 of 2.");
  });

  it("shows a key without the scope nothing of it", async () => {
    const made = await api("POST", "/api-keys", { name: "Links alone", scopes: ["links:read"], expiresAt: null });
    const cookie = await signIn((made.body as { key: string }).key);
    for (const page of ["orders", "conversions", "contacts", "inbox", "definitions", "definitions/templates"]) {
      expect((await deskGet(`/admin/${page}`, cookie)).status, page).toBe(403);
    }
  });
});
