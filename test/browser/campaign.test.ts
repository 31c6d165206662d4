import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchChromium } from "./chromium.ts";
import { startWaymark, type Waymark } from "./waymark.ts";

interface Member {
  code?: string;
  link?: string;
  state: string;
}

let waymark: Waymark;
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
  waymark = await startWaymark();
});

afterAll(async () => {
  await browser.close();
  await waymark.stop();
});

it("UPF-3: each creator of the demo campaign has a code, and a link that leads to the shop with its own UTMs", async () => {
  const campaign = await waymark.api.find<{ id: string; name: string }>(
    "/campaigns",
    {},
    ({ name }) => name === "Spring looks",
  );
  const members = async (): Promise<Member[]> =>
    (await waymark.api.call<{ data: Member[] }>("GET", `/campaigns/${campaign?.id}/creators`)).data;
  // Made behind the request, by the queue.
  await expect.poll(members, { timeout: 15_000 }).toMatchObject(Array.from({ length: 3 }, () => ({ state: "ready" })));
  const made = await members();
  expect(made.map(({ code }) => code ?? "").toSorted()).toEqual(["LEA10", "MAX10", "NINA10"]);
  for (const { link } of made) {
    const page = await browser.newPage();
    await page.goto(link ?? "");
    const landed = new URL(page.url());
    expect(landed.searchParams.get("utm_campaign")).toBe(campaign?.name);
    expect(["lea.makes", "maxoutdoors", "nina.finds"]).toContain(landed.searchParams.get("utm_source"));
    expect(landed.searchParams.get("wm_click")).toMatch(/^[\w-]{56}$/);
    await page.close();
  }
});
