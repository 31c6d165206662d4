/** `npm run desk:pictures`: takes the pictures of docs/desk.md, in Chromium, of a demo with something on every page. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../test/browser/chromium.ts";
import { crawl, openerOf, signInAt, signInWith } from "../test/browser/desk-crawl.ts";
import { forget, newState, openFull } from "../test/browser/desk-worlds.ts";
import { ROOT } from "./root.ts";
import { smallPng } from "./small-png.ts";

const FOLDER = join(ROOT, "docs", "desk");

/** A picture may weigh so much, bytes: a page that is longer is cut. */
const MAX_BYTES = 80_000;

/** Heights that are tried, from the whole of it. */
const HEIGHTS = [1100, 900, 760, 640, 520, 420];

/** A picture: which page, how wide, in which colours. */
interface Picture {
  name: string;
  pattern: string;
  width?: number;
  scheme?: "light" | "dark";
}

const PICTURES: readonly Picture[] = [
  { name: "today", pattern: "/admin" },
  { name: "links", pattern: "/admin/links" },
  { name: "wizard", pattern: "/admin/campaigns/:id/setup/preview" },
  { name: "plan", pattern: "/admin/plans/:id" },
  { name: "order", pattern: "/admin/orders/:id" },
  { name: "conversion", pattern: "/admin/definitions/new" },
  { name: "differences", pattern: "/admin/reconciliations/:id" },
  { name: "payout", pattern: "/admin/payouts/:id" },
  { name: "report", pattern: "/admin/reports" },
  { name: "phone", pattern: "/admin", width: 360 },
  { name: "phone-links", pattern: "/admin/links", width: 360 },
  { name: "dark", pattern: "/admin", scheme: "dark" },
];

const state = await newState();
const world = await openFull(state);
const browser = await launchChromium();
try {
  const pages = await crawl(openerOf(world.origin, await signInAt(world.origin, world.key)));
  await mkdir(FOLDER, { recursive: true });
  for (const picture of PICTURES) {
    const there = pages.find(({ pattern, status }) => pattern === picture.pattern && status === 200);
    if (there === undefined) {
      console.error(`${picture.name}: there is no page ${picture.pattern}`);
      process.exitCode = 1;
      continue;
    }
    const png = await take(browser, there.path, picture);
    await writeFile(join(FOLDER, `${picture.name}.png`), png);
    console.log(`docs/desk/${picture.name}.png: ${there.path}, ${(png.length / 1000).toFixed(0)} kB`);
  }
} finally {
  await browser.close();
  await world.stop();
  await forget(state);
}

/** Takes a picture of a page as somebody who is signed in sees it. */
async function take(from: Browser, path: string, { width = 1280, scheme = "light" }: Picture): Promise<Buffer> {
  const context = await from.newContext({ viewport: { width, height: 800 }, colorScheme: scheme });
  try {
    const page = await context.newPage();
    await signInWith(page, world);
    await page.goto(world.origin + path, { waitUntil: "load" });
    return await withinBytes(page, width);
  } finally {
    await context.close();
  }
}

async function withinBytes(page: Page, width: number): Promise<Buffer> {
  const whole = await page.evaluate<number>("document.documentElement.scrollHeight");
  for (const height of HEIGHTS) {
    const clip = { x: 0, y: 0, width, height: Math.min(height, whole) };
    const png = await smallPng(browser, await page.screenshot({ fullPage: true, clip }));
    if (png.length <= MAX_BYTES) return png;
  }
  throw new Error(`${page.url()} is too colourful for ${MAX_BYTES} bytes`);
}
