import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crawl, openerOf, signInAt, signInWith } from "./desk-crawl.ts";
import type { Found } from "./crawl.ts";
import { Keyboard } from "./keyboard.ts";
import { type Fault, type Looking, PageLooker, readableFaults, type Way } from "./page-check.ts";
import { type DeskWorld, forget, newState, openEmpty, openFailing, openFull, type State } from "./desk-worlds.ts";
import { launchChromium } from "./chromium.ts";

/** `DESK_PAGES=all`: each page in each way, which takes a quarter of an hour; else each page in ways that take turns. */
const ALL = process.env.DESK_PAGES === "all";

/** Windows beside each other. */
const WINDOWS = 2;

/** What a page may weigh, bytes of HTML. */
const MAX_BYTES = 100_000;

/** A start under load, ms, and what all pages of a world may take. */
const START_MS = 300_000;
const LOOK_MS = ALL ? 3_600_000 : 600_000;

const WIDTHS = [1280, 360] as const;
const SCHEMES = ["light", "dark"] as const;
const EVERY_WAY: readonly Way[] = WIDTHS.flatMap((width) => SCHEMES.map((scheme) => ({ width, scheme, axe: true })));

let browser: Browser;
let state: State;
let full: DeskWorld;
let pages: Found[];

beforeAll(async () => {
  browser = await launchChromium();
  state = await newState();
  full = await openFull(state);
  pages = await crawl(openerOf(full.origin, await signInAt(full.origin, full.key)));
}, START_MS);

afterAll(async () => {
  await browser.close();
  await full?.stop();
  if (state !== undefined) await forget(state);
});

/** The ways in which the page at a place of the list is looked at: all, or one by axe and its width on a phone. */
function waysOf(index: number): readonly Way[] {
  if (ALL) return EVERY_WAY;
  const way = EVERY_WAY[index % EVERY_WAY.length] as Way;
  return way.width === 360 ? [way] : [way, { ...way, width: 360, axe: false }];
}

/** Looks at pages of a world in several windows. Answers what is wrong with them. */
async function lookAt(
  name: string,
  { origin, key }: DeskWorld,
  wanted: readonly Omit<Looking, "ways">[],
  script: boolean,
): Promise<Fault[]> {
  const left = wanted.map((looking, index) => ({ ...looking, ways: waysOf(index) }));
  const windows = Array.from({ length: WINDOWS }, async () => {
    const within = (url: string): boolean => ["/admin", "/t/logo/"].some((path) => url.startsWith(origin + path));
    const terms = { origin, name, script, maxBytes: MAX_BYTES, within };
    const looker = await PageLooker.open(browser, terms, (page) => signInWith(page, { origin, key }));
    for (let next = left.shift(); next !== undefined; next = left.shift()) await looker.look(next);
    await looker.close();
    return looker.faults;
  });
  return (await Promise.all(windows)).flat();
}

/** Pages that are there whatever there is. */
const withoutIds = (): Found[] => pages.filter(({ pattern }) => !pattern.includes(":id"));

describe("DSH-4: pages of the desk", () => {
  it("leads to no page that isn't there, from any page", () => {
    const broken = pages.filter(({ status }) => status !== 200);
    expect(broken.map(({ status, path, from }) => `${status} ${path}, from ${from}`)).toEqual([]);
    expect(pages.length).toBeGreaterThan(100);
  });

  it(
    "have no fault where there is something of everything",
    async () => {
      const there = pages.filter(({ status }) => status === 200).map((page) => ({ ...page, status: 200 }));
      const faults = await lookAt("full", full, there, true);
      const without = ALL ? there : there.filter((_page, index) => index % 3 === 0);
      faults.push(...(await lookAt("full", full, without, false)));
      expect(readableFaults(faults)).toBe("");
    },
    LOOK_MS,
  );

  it(
    "have no fault where there is nothing yet",
    async () => {
      const place = await newState();
      const empty = await openEmpty(place);
      try {
        const own = await crawl(openerOf(empty.origin, await signInAt(empty.origin, empty.key)));
        expect(own.filter(({ status }) => status !== 200).map(({ status, path }) => `${status} ${path}`)).toEqual([]);
        const there = own.map((page) => ({ ...page, status: 200 }));
        const faults = await lookAt("empty", empty, there, true);
        if (ALL) faults.push(...(await lookAt("empty", empty, there, false)));
        expect(readableFaults(faults)).toBe("");
      } finally {
        await empty.stop();
        await forget(place);
      }
    },
    LOOK_MS,
  );

  it("lets somebody with a keyboard alone sign in, set up a campaign and launch it", async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    try {
      const page = await context.newPage();
      const keys = new Keyboard(page);
      await page.goto(`${full.origin}/admin/login`);
      await keys.tabTo("#key");
      await keys.type(full.key);
      await keys.go(/\/admin$/);
      await keys.tabTo("a", /^Campaigns$/);
      await keys.go(/\/admin\/campaigns/);
      await keys.tabTo("a", /^New campaign$/);
      await keys.go(/\/campaigns\/new/);
      await keys.tabTo("input", /^Name/);
      await keys.type("By keyboard");
      await keys.tabTo("[name=planId]");
      await keys.press("ArrowDown");
      await keys.tabTo("button", /^Save draft/);
      await keys.go(/\/setup\/creators/);
      await keys.tabTo("input[type=checkbox]");
      await keys.press("Space");
      await keys.tabTo("button", /ticked/);
      await keys.go(/added=1/);
      await keys.tabTo("a", /Preview$/);
      await keys.go(/\/setup\/preview/);
      await keys.tabTo("a", /Launch$/);
      await keys.go(/\/launch/);
      await keys.tabTo("button", /^Launch$/);
      await keys.go(/done=launch/);
      expect(await page.locator("h1").textContent()).toContain("By keyboard");
    } finally {
      await context.close();
    }
  }, 120_000);

  it(
    "say what is the matter where the database fails",
    async () => {
      await full.stop();
      const failing = await openFailing(state);
      try {
        const wanted = (ALL ? pages : withoutIds()).map((page) => ({
          ...page,
          status: null,
          // What /readyz says of the database is for whoever keeps it running.
          showsInsides: page.pattern === "/admin/system",
        }));
        const faults = await lookAt("failing", failing, wanted, true);
        if (ALL) faults.push(...(await lookAt("failing", failing, wanted, false)));
        expect(readableFaults(faults)).toBe("");
      } finally {
        await failing.stop();
      }
    },
    LOOK_MS,
  );
});
