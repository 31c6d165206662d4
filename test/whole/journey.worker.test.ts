import { createScheduledController } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { importTokenKeys, verifyToken } from "../../src/edge/click/token.ts";
import { clickSchema } from "../../src/clicks/click/schema.ts";
import { pageOf } from "../../src/ground/http/pagination.ts";
import worker from "../../src/index.ts";
import { linkSchema } from "../../src/links/link/schema.ts";
import { linksReport, trafficReport } from "../../src/reports/report/schema.ts";
import { api, bodyOf } from "../ground/api.ts";
import { rowsOf } from "../ground/rows.ts";
import { createCreator, createStore } from "../programme/fixtures.ts";
import { destination, visit } from "../edge/visit.ts";

describe("one click's journey", () => {
  it("goes from the short link through the real queue and the cron into every report, and is one all the way", async () => {
    const store = await createStore({ origins: ["https://shop.example"], consentPolicy: "implied" });
    const creator = await createCreator({ handles: { instagram: "lea.makes" } });
    const link = bodyOf(
      linkSchema,
      await api("POST", "/links", {
        url: "https://shop.example/sale",
        creatorId: creator.id,
        utm: { source: "{{username}}" },
      }),
    );
    expect(link.storeId).toBe(store.id);

    const response = await visit(`/${link.slug}`, { Referer: "https://www.instagram.com/" });
    const location = destination(response);
    expect(location.searchParams.get("utm_source")).toBe("lea.makes");
    const token = location.searchParams.get("wm_click") ?? "";
    expect(response.headers.get("set-cookie")).toContain(token);
    const verdict = await verifyToken(await importTokenKeys(env.CLICK_TOKEN_KEYS), token);
    if (!verdict.ok) throw new Error(verdict.problem);

    // Through the isolate's buffer and the queue, both real: it takes about a second.
    const click = await vi.waitFor(
      async () => {
        const page = bodyOf(pageOf(clickSchema), await api("GET", `/clicks?link=${link.id}`));
        expect(page.data).toHaveLength(1);
        return page.data[0];
      },
      { timeout: 15_000, interval: 200 },
    );
    expect(click).toMatchObject({
      id: verdict.token.clickId,
      linkId: link.id,
      bucket: "counted",
      source: "social",
      country: "DE",
    });
    expect(Date.parse(click?.time ?? "")).toBe(verdict.token.time);

    const traffic = async () => bodyOf(trafficReport, await api("GET", `/reports/traffic?link=${link.id}`)).total;
    const clicks = async () => bodyOf(linksReport, await api("GET", `/reports/links?creator=${creator.id}`)).data;
    const before = { traffic: await traffic(), clicks: await clicks() };
    expect(before.traffic).toMatchObject({ requests: 1, counted: 1 });
    expect(before.clicks).toMatchObject([{ linkId: link.id, clicks: 1, uniqueClicks: 1 }]);

    // Sums are written once clicks have waited for ten minutes.
    const controller = createScheduledController({ cron: "* * * * *", scheduledTime: Date.now() + 601_000 });
    await worker.scheduled(controller, env);
    // What another file's last test sent may have come through the queue meanwhile.
    const [hour] = await rowsOf("SELECT * FROM click_hours WHERE link_id = ?1", link.id);
    expect(hour).toMatchObject({ counted: 1 });
    expect({ traffic: await traffic(), clicks: await clicks() }).toEqual(before);
    const tail = "SELECT count(*) AS n FROM clicks WHERE seq > (SELECT value FROM watermarks WHERE name = 'clicks')";
    expect(await env.DB.prepare(tail).first("n")).toBe(0);
    const metrics = await exports.default.fetch("https://go.brand.example/metrics", {
      headers: { Authorization: `Bearer ${env.ADMIN_API_KEY}` },
    });
    const all = await env.DB.prepare("SELECT sum(counted) AS n FROM click_hours").first<number>("n");
    expect(await metrics.text()).toContain(`waymark_requests_total{bucket="counted"} ${all}`);
  });
});
