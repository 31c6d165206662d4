/**
 * `npm run people:pictures`: takes a picture of every page that people without a key see, on a phone and wide, in light
 * and dark colours, in English and German, for the designer's eye. With a word, only of pages whose name has it. They
 * go to `dist/people/`.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { launchChromium } from "../test/browser/chromium.ts";
import { forget, newState } from "../test/browser/desk-worlds.ts";
import { crawlPortal } from "../test/browser/people-crawl.ts";
import { openPeople, type PeopleWorld } from "../test/browser/people-worlds.ts";
import { press } from "../test/browser/press.ts";
import { ROOT } from "./root.ts";

const FOLDER = join(ROOT, "dist", "people");

/** As a phone and a desk have it, px; what is further down is in the picture too. */
const SIZES = [
  { width: 360, height: 740 },
  { width: 1280, height: 800 },
] as const;

/** A page, and what is pressed on it to come to the one that is meant. */
interface Wanted {
  name: string;
  path: string;
  press?: string;
}

const [word = ""] = process.argv.slice(2);
const state = await newState();
const world = await openPeople(state);
const browser = await launchChromium();
try {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const wanted = (await pagesOf(world)).filter(({ name }) => name.includes(word));
  for (const size of SIZES) {
    for (const scheme of ["light", "dark"] as const) {
      for (const language of ["en", "de"]) await takeAll(browser, wanted, { size, scheme, language });
    }
  }
  console.log(`${wanted.length * SIZES.length * 4} pictures in dist/people/.`);
} finally {
  await browser.close();
  await world.stop();
  await forget(state);
}

/** Every page of each creator, and of shoppers. */
async function pagesOf({ origin, creators, shoppers }: PeopleWorld): Promise<Wanted[]> {
  const pages: Wanted[] = [];
  for (const [name, path] of Object.entries(creators)) {
    for (const found of await crawlPortal(origin, path)) {
      const below = found.pattern.slice("/creator".length).replaceAll(/[/:?]+/g, "-");
      pages.push({ name: `${name}${below}`, path: found.path });
    }
  }
  return [
    ...pages,
    ...shoppers.map(({ name, ...page }) => ({ name: `shopper-${name.replaceAll(" ", "-")}`, ...page })),
  ];
}

/** Takes a picture of each page in one way, in the order in which somebody would come by them. */
async function takeAll(
  from: Browser,
  wanted: readonly Wanted[],
  way: { size: (typeof SIZES)[number]; scheme: "light" | "dark"; language: string },
): Promise<void> {
  const { size, scheme, language } = way;
  const context = await from.newContext({ viewport: size, colorScheme: scheme, locale: language });
  try {
    const page = await context.newPage();
    for (const { name, path, press: pressed } of wanted) {
      await page.goto(world.origin + path);
      if (pressed !== undefined) await press(page, pressed);
      const file = `${name}-${size.width}-${scheme}-${language}.png`;
      await page.screenshot({ path: join(FOLDER, file), fullPage: true });
    }
  } finally {
    await context.close();
  }
}
