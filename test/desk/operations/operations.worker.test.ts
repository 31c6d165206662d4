import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { raiseAlarm } from "../../../src/journal/alarm/store.ts";
import { api } from "../../ground/api.ts";
import { createStore } from "../../programme/fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

let cookie = "";
beforeEach(async () => {
  cookie = await signIn();
});

const idIn = (text: string | null, prefix: string): string =>
  new RegExp(`${prefix}_[0-9a-z]{16}`).exec(text ?? "")?.[0] ?? "";

describe("DSH-3: settings on the desk", () => {
  it("registers a domain, and says of one that won't do why", async () => {
    const form = { hostname: "go.linen.example", cookieDomain: "other.example" };
    expect((await deskPost("/admin/domains/new", form, cookie)).text).toContain('href="#f-cookieDomain"');
    const made = await deskPost("/admin/domains/new", { ...form, cookieDomain: "", caseSensitive: "on" }, cookie);
    const id = idIn(made.to, "dom");
    const { id: storeId, name } = await createStore({ name: "Linen" });
    await deskPost(`/admin/domains/${id}/edit`, { storeId, cookieDomain: "" }, cookie);
    expect((await deskGet(`/admin/domains/${id}`, cookie)).text).toMatch(new RegExp(`Differ[^]*|${name}`));
    expect((await api("GET", `/domains/${id}`)).body).toMatchObject({ storeId, caseSensitive: true });
    expect((await deskPost(`/admin/domains/${id}/delete`, {}, cookie)).to).toBe("/admin/domains?done=delete");
  });

  it("sends events to an endpoint: its secret once, its choice of events, its deliveries", async () => {
    const made = await deskPost(
      "/admin/webhooks/new",
      { url: "https://hooks.brand.com/in", types: ["order.approved", "payout.paid"], description: "Books" },
      cookie,
    );
    expect(made.text).toMatch(/data-copy="whsec_/);
    const id = idIn(made.text, "whk");
    const at = `/admin/webhooks/${id}`;
    expect((await deskGet(at, cookie)).text).toContain("Nothing was sent yet.");
    await deskPost(`${at}/edit`, { url: "https://hooks.brand.com/in", description: "", disabled: "on" }, cookie);
    expect((await api("GET", `/webhook-endpoints/${id}`)).body).toMatchObject({
      types: null,
      description: null,
      disabled: true,
    });
    expect((await deskGet(at, cookie)).text).not.toContain("Send a ping</a>");
    await deskPost(`${at}/edit`, { url: "https://hooks.brand.com/in", types: ["payout.paid"] }, cookie);
    expect((await deskPost(`${at}/replay`, { status: "dead" }, cookie)).text).toContain("none to send again");
    const again = await deskPost(`${at}/deliveries/1/replay`, {}, cookie);
    expect([again.status, again.text.includes("There is no")]).toEqual([422, true]);
    expect((await deskGet(`${at}/deliveries?status=dead`, cookie)).text).toContain("Nothing fits these filters.");
    expect((await deskPost(`${at}/rotate-secret`, {}, cookie)).text).toMatch(/data-copy="whsec_/);
    await deskPost(`${at}/delete`, {}, cookie);
    expect((await deskGet("/admin/webhooks", cookie)).text).toContain("No endpoint is told of anything yet.");
  });

  it("makes a key of one store, shown once, that can be renamed and revoked", async () => {
    const { id: storeId } = await createStore({ name: "Linen" });
    const form = { name: "Client", scopes: ["links:write", "audit:read"], storeIds: storeId };
    expect((await deskPost("/admin/api-keys/new", form, cookie)).text).toContain('href="#f-scopes-1"');
    const made = await deskPost("/admin/api-keys/new", { ...form, scopes: ["links:write"] }, cookie);
    const key = /data-copy="(wmk_[0-9a-z]+)"/.exec(made.text)?.[1] ?? "";
    const id = idIn(made.text, "key");
    const client = await signIn(key);
    await deskPost(`/admin/api-keys/${id}/edit`, { name: "Agency" }, cookie);
    const page = await deskGet(`/admin/api-keys/${id}`, cookie);
    expect([page.text.includes("Agency"), page.text.includes("Linen"), page.text.includes(key)]).toEqual([
      true,
      true,
      false,
    ]);
    await deskPost(`/admin/api-keys/${id}/revoke`, {}, cookie);
    expect((await deskGet("/admin/links", client)).status).toBe(303);
  });
});

describe("DSH-1: what somebody should look at", () => {
  it("shows open alarms first, with what to do, and resolves them one by one and many", async () => {
    const { id: storeId } = await createStore({ name: "Linen" });
    const began = Date.now();
    for (const [later, [kind, subject]] of (
      [
        ["shop_failing", storeId],
        ["cron_failed", "rollups"],
        ["webhook_dead", "whk_0000000000000000"],
      ] as const
    ).entries()) {
      // Of those of one millisecond chance says which is first.
      await raiseAlarm(env.DB, { kind, subject, detail: { code: "unauthorized", since: 1 } }, began + later);
    }
    const list = await deskGet("/admin/alarms", cookie);
    expect(list.text).toMatch(/Webhook not delivered[^]*A job failed[^]*Shop fails/);
    const [first = "", second = "", third = ""] = [...list.text.matchAll(/name="id" value="(alm_\w+)"/g)].map(
      ([, id]) => id,
    );
    const page = await deskGet(`/admin/alarms/${third}`, cookie);
    expect(page.text).toMatch(/can’t be worked with[^]*\/connection"[^]*unauthorized/);
    await deskPost(`/admin/alarms/${third}/resolve`, {}, cookie);
    const many = { _action: "resolve", id: [first, second] };
    expect((await deskPost("/admin/alarms/bulk", many, cookie)).text).toContain("Nothing has happened yet.");
    await deskPost("/admin/alarms/bulk", { ...many, _step: "do" }, cookie);
    expect((await deskGet("/admin/alarms", cookie)).text).toContain("No alarm is open.");
    expect((await deskGet("/admin/alarms?open=", cookie)).text).toContain("A job failed");
  });

  it("blocks and unblocks hosts, and tells in the audit log who did what", async () => {
    await deskPost("/admin/blocked-hosts/new", { host: "phish.example", scope: "host", reason: "Phishing" }, cookie);
    const again = await deskPost("/admin/blocked-hosts/new", { host: "phish.example", reason: "Phishing" }, cookie);
    expect(again.text).toContain('href="#f-host"');
    const id = idIn((await deskGet("/admin/blocked-hosts", cookie)).text, "blk");
    await deskPost(`/admin/blocked-hosts/${id}/delete`, {}, cookie);
    const { id: storeId } = await createStore({ name: "Linen" });
    await api("PATCH", `/stores/${storeId}`, { name: "Linen & Co" });
    const log = await deskGet("/admin/audit?entity=blockedHost", cookie);
    expect(log.text).toMatch(/Delete[^]*phish\.example[^]*Create/);
    const history = await deskGet(`/admin/audit?entity=store&entityId=${storeId}`, cookie);
    expect(history.text).toMatch(/<del>Linen<\/del>[^]*<ins>Linen &amp; Co<\/ins>/);
  });

  it("says how the system does, and takes what keeps it running", async () => {
    const page = await deskGet("/admin/system", cookie);
    expect(page.text).toMatch(/Database \(D1\)[^]*Roll-ups[^]*Click log[^]*Versions/);
    const asked = await deskPost("/admin/system/all/rebuild", { reason: "A test" }, cookie);
    expect(asked.to).toBe("/admin/system?done=rebuild");
    const busy = await deskGet("/admin/system", cookie);
    expect([busy.text.includes("A test"), busy.headers.get("refresh")]).toEqual([true, "5"]);
    await deskPost("/admin/system/all/packing", { direction: "off" }, cookie);
    expect((await api("GET", "/click-log/packing")).body).toMatchObject({ direction: "off" });
    const spread = await deskPost("/admin/system/all/layout", { databases: "x" }, cookie);
    expect(spread.text).toContain('href="#f-databases"');
    const damaged = await deskPost("/admin/system/all/clicks-restore", { clicks: '[{"v":9}]' }, cookie);
    expect(damaged.text).toContain('href="#f-clicks-0"');
    expect((await deskGet("/admin/system/metrics.txt", cookie)).text).toContain("# TYPE waymark_");
    expect((await deskGet("/admin/system/archives", cookie)).text).toContain("No click has left the log yet.");
  });

  it("processes dead letters after all, and marks reports as dealt with", async () => {
    const letter = "ded_0000000000000001";
    await env.DB.prepare(
      "INSERT INTO dead_letters (id, queue, message_id, body, reason, received_at, replayed_at) VALUES (?1, 'clicks', 'a', 'no batch', 'unreadable', 0, NULL)",
    )
      .bind(letter)
      .run();
    expect((await deskGet("/admin/dead-letters", cookie)).text).toContain(letter);
    const refused = await deskPost(`/admin/dead-letters/${letter}/replay`, {}, cookie);
    expect(refused.text).toContain("can’t be read".replace("’", "&#39;"));
    const { body } = await api("POST", "/links", { url: "https://shop.example/", slug: "odd" });
    const { id: linkId } = body as { id: string };
    const report = "abu_0000000000000001";
    await env.DB.prepare(
      "INSERT INTO abuse_reports (id, link_id, kind, detail, created_at) VALUES (?1, ?2, 'phishing', '<b>It asks for my card</b>', 0)",
    )
      .bind(report, linkId)
      .run();
    const list = await deskGet("/admin/abuse-reports", cookie);
    expect(list.text).toContain("&lt;b&gt;It asks for my card");
    await deskPost("/admin/abuse-reports/bulk", { _action: "resolve", id: report, _step: "do" }, cookie);
    expect((await deskGet("/admin/abuse-reports", cookie)).text).toContain("No report is open.");
    expect((await deskGet(`/admin/abuse-reports/${report}`, cookie)).text).toContain("Dealt with");
  });
});
