import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { linkSchema } from "../../../src/links/link/schema.ts";
import { IN_APP } from "../in-app.ts";
import { PREVIEW_AGENTS } from "../previews.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { visitToTheEnd } from "../../edge/visit.ts";

/** The environment without a queue: a click's row is there when the response is done. */
const DIRECT = { ...env, CLICK_QUEUE: undefined } as unknown as Env;

/** Visits a new link once, and answers the bucket and reason that the log then holds. */
async function loggedVisit(headers: Record<string, string>, init: RequestInit = {}, body: object = {}) {
  const link = bodyOf(linkSchema, await api("POST", "/links", { url: "https://shop.example/sale", ...body }));
  const response = await visitToTheEnd(`/${link.slug}`, headers, DIRECT, init);
  const { results } = await env.DB.prepare("SELECT bucket, reason FROM clicks WHERE link_id = ?1").bind(link.id).all();
  return { status: response.status, clicks: results };
}

describe("a request that nobody looks at is redirected and never counted", () => {
  it.each(Object.entries(PREVIEW_AGENTS))("from the card of %s", async (_name, userAgent) => {
    expect(await loggedVisit({ "User-Agent": userAgent })).toEqual({
      status: 302,
      clicks: [{ bucket: "bot", reason: "link_preview" }],
    });
  });

  it.each(
    ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"].flatMap((name) =>
      ["prefetch", "prefetch;prerender", "preview"].map((value) => [name, value] as const),
    ),
  )("ahead of a visit: %s: %s", async (name, value) => {
    expect(await loggedVisit({ [name]: value })).toEqual({
      status: 302,
      clicks: [{ bucket: "prefetch", reason: "purpose_header" }],
    });
  });

  it.each([["a person's browser", undefined], ...Object.entries(PREVIEW_AGENTS).slice(0, 3)])(
    "with HEAD, from %s",
    async (_name, userAgent) => {
      const headers: Record<string, string> = userAgent === undefined ? {} : { "User-Agent": userAgent };
      expect(await loggedVisit(headers, { method: "HEAD" })).toEqual({
        status: 302,
        clicks: [{ bucket: "head", reason: "method_head" }],
      });
    },
  );

  it("and uses up none of a link's clicks", async () => {
    const capped = { maxClicks: 1, fallbackUrl: "https://shop.example/over" };
    const link = bodyOf(linkSchema, await api("POST", "/links", { url: "https://shop.example/sale", ...capped }));
    const open = async (headers: Record<string, string>, init: RequestInit = {}) =>
      (await visitToTheEnd(`/${link.slug}`, headers, DIRECT, init)).headers.get("location");
    await open({ "User-Agent": PREVIEW_AGENTS["WhatsApp on Android"] ?? "" });
    await open({ "Sec-Purpose": "prefetch" });
    await open({}, { method: "HEAD" });
    expect(await open({})).toContain("https://shop.example/sale");
    expect(await open({ "CF-Connecting-IP": "203.0.113.8" })).toContain("https://shop.example/over");
  });
});

it.each(IN_APP.slice(0, 10))("a person in an app is counted: %s", async (userAgent) => {
  expect((await loggedVisit({ "User-Agent": userAgent })).clicks).toEqual([
    { bucket: "counted", reason: "first_in_window" },
  ]);
});
