import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { clickSchema } from "../../src/clicks/click/schema.ts";
import { pageOf } from "../../src/ground/http/pagination.ts";
import { linkSchema } from "../../src/links/link/schema.ts";
import { trafficReport } from "../../src/reports/report/schema.ts";
import { rollUpClicks } from "../../src/reports/rollup/run.ts";
import { api, bodyOf } from "../ground/api.ts";
import { createStore } from "../programme/fixtures.ts";
import { destination, visitToTheEnd } from "../edge/visit.ts";

/** The environment without a queue: a click's row is there when the response is done. */
const DIRECT = { ...env, CLICK_QUEUE: undefined } as unknown as Env;

/** A link whose visitors would get a cookie. */
async function createLink(body: object = {}) {
  const store = await createStore({ consentPolicy: "implied" });
  return bodyOf(linkSchema, await api("POST", "/links", { url: "https://shop.example/", storeId: store.id, ...body }));
}

async function clicksOf(link: { id: string }, query = "") {
  return bodyOf(pageOf(clickSchema), await api("GET", `/clicks?link=${link.id}${query}`)).data;
}

async function trafficOf(link: { id: string }) {
  return bodyOf(trafficReport, await api("GET", `/reports/traffic?link=${link.id}`)).total;
}

/** What a browser sends for what the stuffer's page holds. */
const STUFFED: Readonly<Record<string, Record<string, string>>> = {
  "an image": { "Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "cross-site" },
  "a hidden frame": { "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site" },
  "a fenced frame": { "Sec-Fetch-Dest": "fencedframe", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site" },
  "an object": { "Sec-Fetch-Dest": "object", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site" },
  "a script": { "Sec-Fetch-Dest": "script", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "cross-site" },
  "a script's request": { "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "cross-site" },
  "a picture in a review on the shop's page": {
    "Sec-Fetch-Dest": "image",
    "Sec-Fetch-Mode": "no-cors",
    "Sec-Fetch-Site": "same-site",
  },
  "an extension's request": { "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "none" },
  "an image in an old browser": { Accept: "image/webp,image/*;q=0.8,*/*;q=0.5" },
};

describe("G-13: a stuffer's page gets nothing by", () => {
  it.each(Object.entries(STUFFED))("%s", async (_what, headers) => {
    const link = await createLink({ utm: { source: "lea" } });
    const response = await visitToTheEnd(`/${link.slug}?wm_click=stolen&a=b`, headers, DIRECT);
    expect(response.status).toBe(302);
    expect(response.headers.has("set-cookie")).toBe(false);
    expect(destination(response).href).toBe("https://shop.example/?utm_source=lea&a=b");
    const [click] = await clicksOf(link);
    expect(click).toMatchObject({ bucket: "embedded", unique: false });
    expect(click?.reason).toBe(
      headers["Sec-Fetch-Dest"] === undefined ? "accept" : `dest_${headers["Sec-Fetch-Dest"]}`,
    );
  });

  it("a request with HEAD", async () => {
    const link = await createLink();
    const headers = STUFFED["a script's request"] ?? {};
    const response = await visitToTheEnd(`/${link.slug}`, headers, DIRECT, { method: "HEAD" });
    expect(response.headers.has("set-cookie")).toBe(false);
    expect(destination(response).search).toBe("");
  });

  it("spending a link's clicks, or making the visit that follows a duplicate", async () => {
    const link = await createLink({ maxClicks: 1 });
    for (let index = 0; index < 3; index++) await visitToTheEnd(`/${link.slug}`, STUFFED["an image"], DIRECT);
    const visit = await visitToTheEnd(`/${link.slug}`, {}, DIRECT);
    expect(visit.headers.get("set-cookie")).toContain("wm_click=");
    expect((await clicksOf(link))[0]).toMatchObject({ bucket: "counted", unique: true });
  });
});

describe("G-13: embedded loads", () => {
  it("are in the sum of the requests, rolled up or not, and can be listed", async () => {
    const link = await createLink();
    await visitToTheEnd(`/${link.slug}`, STUFFED["an image"], DIRECT);
    await visitToTheEnd(`/${link.slug}`, STUFFED["a hidden frame"], DIRECT);
    await visitToTheEnd(`/${link.slug}`, {}, DIRECT);
    const total = { requests: 3, counted: 1, embedded: 2, bot: 0, prefetch: 0, head: 0, duplicate: 0, inactive: 0 };
    expect(await trafficOf(link)).toMatchObject(total);
    await rollUpClicks(env, Date.now());
    expect(await trafficOf(link)).toMatchObject(total);
    expect((await clicksOf(link, "&bucket=embedded")).map(({ reason }) => reason)).toEqual([
      "dest_iframe",
      "dest_image",
    ]);
  });

  it("of a link that is over are embedded all the same", async () => {
    const link = await createLink({ disabled: true, fallbackUrl: "https://shop.example/over" });
    const response = await visitToTheEnd(`/${link.slug}`, STUFFED["an image"], DIRECT);
    expect(response.headers.get("location")).toBe("https://shop.example/over");
    expect(await clicksOf(link)).toMatchObject([{ bucket: "embedded", reason: "dest_image" }]);
  });
});

describe("G-13: people are counted, and credited,", () => {
  it.each([
    [
      "by a tap on a link",
      { "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site" },
    ],
    ["by a link of the shop's own", { "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-site" }],
    ["having typed the address", { "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none", "Sec-Fetch-User": "?1" }],
    ["in a browser that says nothing", {}],
    ["in an app that takes anything", { Accept: "*/*" }],
  ] as [string, Record<string, string>][])("%s", async (_how, headers) => {
    const link = await createLink();
    const response = await visitToTheEnd(`/${link.slug}`, headers, DIRECT);
    expect(response.headers.get("set-cookie")).toContain("wm_click=");
    expect(destination(response).searchParams.has("wm_click")).toBe(true);
    expect(await clicksOf(link)).toMatchObject([{ bucket: "counted" }]);
  });
});

it("G-14: HEAD, which shows nobody a page, gets no cookie", async () => {
  const link = await createLink();
  const response = await visitToTheEnd(`/${link.slug}`, {}, DIRECT, { method: "HEAD" });
  expect(response.status).toBe(302);
  expect(response.headers.has("set-cookie")).toBe(false);
  expect(destination(response).searchParams.has("wm_click")).toBe(true);
});

it("G-13: a simulation says so", async () => {
  const link = await createLink();
  const { body } = await api("POST", `/links/${link.id}/simulate`, { fetchDest: "iframe", country: "US" });
  expect(body).toMatchObject({
    bucket: "embedded",
    reason: "dest_iframe",
    cookie: false,
    location: "https://shop.example/",
  });
});
