import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Language, LANGUAGES } from "../../src/ground/language/language.ts";
import { launchChromium } from "./chromium.ts";
import type { Found } from "./crawl.ts";
import { forget, newState, type State } from "./desk-worlds.ts";
import { Keyboard } from "./keyboard.ts";
import { type Fault, type Looking, PageLooker, readableFaults, type Way } from "./page-check.ts";
import { crawlPortal } from "./people-crawl.ts";
import type { Creators, ShopperPage } from "./people-world-data.ts";
import { openPeople, type PeopleWorld } from "./people-worlds.ts";

/** `PEOPLE_PAGES=all`: each page in each way and language; else each in a way that takes turns, and in each language. */
const ALL = process.env.PEOPLE_PAGES === "all";

/** Windows beside each other. */
const WINDOWS = 2;

/** A start under load, ms, and what all pages of somebody may take. */
const START_MS = 300_000;
const LOOK_MS = ALL ? 3_600_000 : 300_000;

/** A page of a creator weighs less: it is read on phones, on the way. */
const MAX_BYTES = 29_999;

const WIDTHS = [360, 1280] as const;
const SCHEMES = ["light", "dark"] as const;
const EVERY_WAY: readonly Way[] = WIDTHS.flatMap((width) => SCHEMES.map((scheme) => ({ width, scheme, axe: true })));

/** Languages of the longest words: each page has to have room for them on the narrowest phone. */
const LONGEST: ReadonlySet<Language> = new Set(["fr", "de"]);

/** What was left of a message: its arguments, tags, and words of the code. */
const UNSAID = /\{\w*\}|<\/?\w+>|\bundefined\b|\bnull\b/;

let browser: Browser;
let state: State;
let world: PeopleWorld;
let context: BrowserContext | undefined;

beforeAll(async () => {
  browser = await launchChromium();
  state = await newState();
  world = await openPeople(state);
}, START_MS);

afterEach(async () => {
  await context?.close();
  context = undefined;
});

afterAll(async () => {
  await browser.close();
  await world?.stop();
  if (state !== undefined) await forget(state);
});

/** What is looked at in one window, in order. */
interface Round {
  script: boolean;
  looks: Looking[];
}

/** Pages in each language, with and without script: all ways of each, or one with axe and the narrowest in the longest. */
function roundsOf(pages: readonly Omit<Looking, "ways" | "language">[]): Round[] {
  return LANGUAGES.flatMap((language, turn) =>
    (ALL ? [true, false] : [turn % 2 === 0]).map((script) => ({
      script,
      looks: pages.map((page, index) => ({ ...page, language, ways: waysOf(page, index, turn) })),
    })),
  );
}

function waysOf({ press }: Pick<Looking, "press">, index: number, turn: number): readonly Way[] {
  if (ALL) return EVERY_WAY;
  const own = EVERY_WAY[(index + Math.floor(index / LANGUAGES.length)) % EVERY_WAY.length] as Way;
  const narrowest: Way = { width: 360, scheme: "light", axe: false };
  return [
    ...(index % LANGUAGES.length === turn ? [own] : []),
    // What is pressed changes what the next page is.
    ...(LONGEST.has(LANGUAGES[turn] as Language) || press !== undefined ? [narrowest] : []),
  ];
}

/** Looks at rounds in several windows. Answers what is wrong with their pages. */
async function lookAt(name: string, rounds: readonly Round[]): Promise<Fault[]> {
  const left = [...rounds];
  const { origin } = world;
  const windows = Array.from({ length: WINDOWS }, async () => {
    const faults: Fault[] = [];
    for (let round = left.shift(); round !== undefined; round = left.shift()) {
      const within = (url: string): boolean => url.startsWith(`${origin}/`);
      const address = `198.51.${rounds.indexOf(round)}.7`;
      const terms = { origin, name, script: round.script, maxBytes: MAX_BYTES, within, never: UNSAID, address };
      const looker = await PageLooker.open(browser, terms);
      for (const look of round.looks) await looker.look(look);
      await looker.close();
      faults.push(...looker.faults);
    }
    return faults;
  });
  return (await Promise.all(windows)).flat();
}

async function pagesOf(name: keyof Creators): Promise<Found[]> {
  return crawlPortal(world.origin, world.creators[name]);
}

describe("DSH-3: a creator's pages", () => {
  it("lead to each other, and to none that isn't there", async () => {
    const pages = await pagesOf("full");
    expect(pages.filter(({ status }) => status !== 200).map(({ status, path }) => `${status} ${path}`)).toEqual([]);
    const patterns = pages.map(({ pattern }) => pattern);
    expect(patterns).toEqual(
      expect.arrayContaining(["", "/orders", "/links", "/money"].map((tab) => `/creator${tab}`)),
    );
  });

  it.each(["full", "newcomer", "none", "hidden"] as const)(
    "have no fault for somebody who is %s",
    async (name) => {
      const pages = (await pagesOf(name)).map(({ path, pattern }) => ({ path, pattern, status: 200 }));
      expect(readableFaults(await lookAt(name, roundsOf(pages)))).toBe("");
    },
    LOOK_MS,
  );
});

describe("DSH-3: pages that shoppers see", () => {
  it(
    "have no fault, in any state of a link",
    async () => {
      const pages = world.shoppers.map(({ name: pattern, ...page }: ShopperPage) => ({ ...page, pattern }));
      expect(readableFaults(await lookAt("shoppers", roundsOf(pages)))).toBe("");
    },
    LOOK_MS,
  );
});

/** Opens a creator's page in a browser of its own, which is closed after the test. */
async function open(name: keyof Creators, below = "", options: BrowserContextOptions = {}): Promise<Page> {
  context = await browser.newContext({ locale: "en", ...options });
  const page = await context.newPage();
  await page.goto(world.origin + world.creators[name] + below);
  return page;
}

describe("DSH-3: somebody at a creator's pages", () => {
  it.each(["", "/links"])("copies a code, and is told so, at %s", async (below) => {
    const page = await open("newcomer", below, { permissions: ["clipboard-read", "clipboard-write"] });
    await page.getByRole("button", { name: "Copy code" }).first().click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.getByRole("status").textContent()).toContain("AMELIE15");
    expect(await page.evaluate<string>("navigator.clipboard.readText()")).toBe("AMELIE15");
  });

  it.each(["", "/links"])(
    "shares a link where the browser can, and else sees no button for it, at %s",
    async (below) => {
      const page = await open("newcomer", below);
      await page.addInitScript("Object.defineProperty(navigator, 'share', { value: undefined, configurable: true })");
      await page.reload();
      const share = page.getByRole("button", { name: "Share" });
      expect(await share.count()).toBe(0);
      await page.addInitScript(
        "Object.defineProperty(navigator, 'share', { value: async (data) => { window.shared = data } })",
      );
      await page.reload();
      await share.first().click();
      const { url } = await page.evaluate<{ url: string }>("window.shared");
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\w+$/);
    },
  );

  it("has the pages speak another language, on whichever device they are opened from then on", async () => {
    const page = await open("hidden", "/orders");
    await page.getByRole("button", { name: "Deutsch" }).click();
    await page.waitForURL(/\/orders$/);
    expect(await page.evaluate<string>("document.documentElement.lang")).toBe("de");
    await context?.close();
    const other = await open("hidden", "/money", { locale: "fr", javaScriptEnabled: false });
    expect(await other.locator("html").getAttribute("lang")).toBe("de");
    await other.getByRole("button", { name: "English" }).click();
    await other.waitForURL(/\/money$/);
    expect(await other.locator("html").getAttribute("lang")).toBe("en");
  });

  it("has each day of a statement in one line on a phone, where months are long words", async () => {
    const page = await open("full", "/money/statement?lang=de", { viewport: { width: 390, height: 844 } });
    const lines = await page.evaluate<number[]>(`[...document.querySelectorAll(".paper tr:not(.sum) td:first-child")]
      .map((cell) => { const range = document.createRange(); range.selectNodeContents(cell); return range.getClientRects().length; })`);
    expect([...new Set(lines)]).toEqual([1]);
  });

  it("changes the language, makes a link and says where to be paid by the keyboard alone", async () => {
    const page = await open("newcomer");
    const keys = new Keyboard(page);
    await keys.tabTo("button", /^Español$/);
    await keys.press("Enter");
    await page.locator("html[lang=es]").waitFor({ state: "attached" });
    await keys.tabTo("button", /^English$/);
    await keys.press("Enter");
    await page.locator("html[lang=en]").waitFor({ state: "attached" });

    await keys.tabTo("nav a", /^Links/);
    await keys.go(/\/links$/);
    await keys.tabTo("summary", /^Make your own link$/);
    await keys.press("Enter");
    await keys.tabTo("[name=page]");
    await keys.type("https://elsewhere.example/tents");
    await keys.press("Enter");
    await page.locator("[name=page][aria-invalid=true]").waitFor();
    expect(await page.inputValue("[name=page]")).toBe("https://elsewhere.example/tents");
    await keys.tabTo("[name=page]");
    await keys.press("Control+A");
    await keys.type("https://norrland.example/tents?colour=green");
    await keys.tabTo("[name=ending]");
    await keys.type("amelie-tents");
    await keys.tabTo("button", /^Make the link$/);
    await keys.go(/made=/);
    await page.getByText("Your link is ready").waitFor();
    const led = await fetch(`${world.origin}/amelie-tents`, { redirect: "manual" });
    expect(led.headers.get("location")).toMatch(/^https:\/\/norrland\.example\/tents\?/);

    await keys.tabTo("nav a", /^Money/);
    await keys.go(/\/money$/);
    await keys.tabTo("summary", /account|paid/i);
    await keys.press("Enter");
    await keys.tabTo("[name=accountHolder]");
    await keys.type("Amélie Nguyễn-Dubois");
    await keys.tabTo("[name=iban]");
    await keys.type("DE72370400440532018640");
    await keys.press("Enter");
    await page.locator("[name=iban][aria-invalid=true]").waitFor();
    await keys.tabTo("[name=iban]");
    await keys.press("Control+A");
    await keys.type("DE72370400440532018641");
    await keys.tabTo("main form button");
    await keys.go(/done=/);
    expect(await page.locator("main").textContent()).toContain("8641");
  }, 120_000);
});
