import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readShown, readWish } from "../../src/calls/lease/read-wish.ts";
import { launchChromium } from "./chromium.ts";
import { BERLIN, BOSTON, type NumbersSite, openNumbersSite } from "./numbers-site.ts";

const GRANTED = `wm("consent", "granted")`;

/** Of pools: as long as the page's own, and not so. */
const LEASED = "+493099887766";
const LONG = "+493099887766554";
const SHORT = "+4930998877";

let browser: Browser;
let site: NumbersSite;
let context: BrowserContext;
let page: Page;
let problems: string[];

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
});

beforeEach(async () => {
  site = await openNumbersSite();
  context = await browser.newContext();
  problems = [];
  context.on("weberror", (error) => problems.push(error.error().message));
  context.on("console", (message) => {
    // The browser itself tells of an answer that is a failure.
    if (message.type() === "error" && !message.text().includes("503")) problems.push(message.text());
  });
  page = await context.newPage();
});

afterEach(async () => {
  await context.close();
  site.close();
  // Neither an error of a script nor anything against the page's policy.
  expect(problems).toEqual([]);
  // And Waymark reads all of it.
  for (const asked of site.asked) readWish(asked);
  for (const event of site.events) readShown(event);
});

const run = (script: string) => page.evaluate(script);
const textOf = (id: string) => run(`document.getElementById("${id}").textContent`);
const hrefOf = (id: string) => run(`document.getElementById("${id}").getAttribute("href")`);
const shows = (id: string, text: string) => expect.poll(() => textOf(id), { timeout: 10_000 }).toBe(text);
/** Whoever consents gets this number of the pool; others get none. */
const lease = (number: string | null, how = "leased") => {
  site.answer = ({ consent }, target) =>
    consent === "granted" && target === BERLIN ? { number, case: how } : { number: null, case: "own" };
};
const openGranted = async (path = "/") => {
  await context.addInitScript({
    content: `window.wm = window.wm || function () { (wm.q = wm.q || []).push(arguments) }; ${GRANTED}`,
  });
  await page.goto(site.origin + path);
};
/** What a script can see of a page that is put away or taken out again. */
const setHidden = (isHidden: boolean) =>
  run(`delete document.hidden;
    if (${isHidden}) Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))`);

describe("BXX-4: a number on a page", () => {
  it("is swapped as the page writes it, in texts and tel: links, and nothing else is", async () => {
    site.answer = (_asked, target) => ({ number: target === BERLIN ? LEASED : "+16175559876", case: "leased" });
    await openGranted();
    await shows("national", "Call (030) 998 877-66 now");
    expect(await textOf("international")).toBe("Call +49 (0)30\u00a0/ 99887766, or write");
    expect(await textOf("zeros")).toBe("0049 30 99887766");
    expect(await hrefOf("link")).toBe("tel:+49-30-99887766");
    expect(await textOf("link")).toBe("Call us");
    expect(await textOf("boston")).toBe("(617) 555-9876 or 1-617-555-9876");
    expect(await textOf("twice")).toBe("030 99887766 and 030/99887766");
    expect(await textOf("other")).toBe("+43 30 12345678, 030 123456789, 9030 12345678, 030 12345679");
    expect(await textOf("ignored")).toBe("030 12345678");
    expect(await hrefOf("ignored-link")).toBe("tel:03012345678");
    expect(await run(`document.getElementById("field").value + document.getElementById("input").value`)).toBe(
      "030 12345678".repeat(2),
    );
    expect(await textOf("typed")).toBe("030 12345678");
    // One question for all that stands there.
    expect(site.asked.map(({ targets }) => targets)).toEqual([[BERLIN, BOSTON]]);
  });

  it("is swapped for one of another length, or of another country", async () => {
    lease(LONG);
    await openGranted();
    await shows("national", "Call (030) 998 877-66554 now");
    expect(await hrefOf("link")).toBe("tel:+49-30-99887766554");
    lease(SHORT);
    await run(`history.pushState(null, "", "/next")`);
    await shows("national", "Call (030) 998 877 now");
    lease("+43720123456");
    await run(`history.pushState(null, "", "/third")`);
    await shows("national", "Call +43720123456 now");
    expect(await hrefOf("link")).toBe("tel:+43720123456");
    expect(await textOf("zeros")).toBe("+43720123456");
  });

  it("stays where the pool is exhausted, and isn't asked for by the minute", async () => {
    await page.clock.install();
    lease(null, "own_full");
    await openGranted();
    await expect.poll(() => site.asked.length).toBe(1);
    await page.clock.fastForward(300_000);
    expect(await textOf("national")).toBe("Call (030) 123 456-78 now");
    expect(site.asked).toHaveLength(1);
  });

  it("is asked for where one stands, or comes to stand: not on a page without", async () => {
    lease(LEASED);
    await openGranted("/bare");
    await run(`new Promise((resolve) => setTimeout(resolve, 300))`);
    expect(site.asked).toEqual([]);
    await run(`document.getElementById("late").append("Tel. 030-123456-78")`);
    await shows("late", "Tel. 030-998877-66");
    // A shop of one page writes it anew, and its own script may change an address.
    await run(`{ const late = document.getElementById("late");
      late.innerHTML = '<b>030 12345678</b><a id="new">Call</a>'; document.getElementById("new").href = "tel:03012345678" }`);
    await shows("late", "030 99887766Call");
    expect(await hrefOf("new")).toBe("tel:03099887766");
    // Its own text in the same place is its own text.
    await run(`document.querySelector("#late b").firstChild.data = "030 12345678, from nine"`);
    await shows("late", "030 99887766, from nineCall");
    expect(site.asked.map(({ targets }) => targets)).toEqual([[BERLIN]]);
  });

  it("is left to a page that writes its own again and again", async () => {
    lease(LEASED);
    await openGranted();
    await run(`{ const text = document.getElementById("national").firstChild;
      new MutationObserver(() => { if (!text.data.includes("456-78")) text.data = "(030) 123 456-78"; })
        .observe(text, { characterData: true }) }`);
    await shows("zeros", "0049 30 99887766");
    await shows("national", "(030) 123 456-78");
  });
});

describe("BXX-3: consent", () => {
  it("without it a page asks as nobody, and shows the source's number", async () => {
    site.answer = (_asked, target) => ({ number: target === BERLIN ? LEASED : null, case: "static" });
    await page.goto(`${site.origin}/?utm_source=lea&utm_medium=creator&gclid=secret`);
    await shows("national", "Call (030) 998 877-66 now");
    expect(site.asked).toHaveLength(1);
    expect(site.asked[0]).toMatchObject({ consent: "unknown", origin: { utmSource: "lea", adIds: ["gclid"] } });
    expect(JSON.stringify(site.asked)).not.toMatch(/visitor|secret/);
    expect(await context.cookies()).toEqual([]);
    expect(await run("localStorage.length + sessionStorage.length")).toBe(0);
    await page.goto("about:blank");
    expect(site.events).toEqual([]);
  });

  it("given later it brings a number of the visitor's own; withdrawn, that goes at once, and is given back", async () => {
    lease(LEASED);
    await page.goto(`${site.origin}/planned`);
    await expect.poll(() => site.asked.length).toBe(1);
    await run(GRANTED);
    await shows("national", "Call (030) 998 877-66 now");
    const [, granted] = site.asked;
    expect(granted).toMatchObject({ consent: "granted", visit: { id: expect.stringMatching(/^[\w-]{11}$/) } });
    await run(`wm("consent", "denied")`);
    expect(await textOf("national")).toBe("Call (030) 123 456-78 now");
    await expect.poll(() => site.asked.length).toBe(3);
    expect(site.asked[2]).toMatchObject({ consent: "denied", visitor: granted?.visitor });
    await run(`history.pushState(null, "", "/next")`);
    await expect.poll(() => site.asked.length).toBe(4);
    expect(site.asked[3]).not.toHaveProperty("visitor");
  });
});

describe("BXX-2: a number that a visitor has", () => {
  it("is asked for again by the minute, as what is shown; one that is lost is swapped away", async () => {
    await page.clock.install();
    lease(LEASED);
    await openGranted();
    await page.clock.runFor(100);
    await shows("national", "Call (030) 998 877-66 now");
    lease(LEASED, "kept");
    await page.clock.fastForward(60_000);
    await expect.poll(() => site.asked.length).toBe(2);
    expect(site.asked[1]).toMatchObject({ shown: { [BERLIN]: LEASED }, visitor: site.asked[0]?.visitor });
    site.isDown = true;
    await page.clock.fastForward(60_000);
    expect(await textOf("national")).toBe("Call (030) 998 877-66 now");
    site.isDown = false;
    lease(null, "own_full");
    await page.clock.fastForward(60_000);
    await shows("national", "Call (030) 123 456-78 now");
    expect(await hrefOf("link")).toBe("tel:+49-30-12345678");
  });

  it("is told of as its page is put away, not asked for meanwhile, and asked for as it is taken out again", async () => {
    lease(LEASED);
    await openGranted();
    await shows("national", "Call (030) 998 877-66 now");
    await setHidden(true);
    await expect.poll(() => site.events.length).toBe(1);
    const { visitor } = site.asked[0] ?? {};
    expect(site.events[0]).toMatchObject({
      consent: "granted",
      visitor,
      data: { target: BERLIN, number: LEASED },
    });
    await run(`history.pushState(null, "", "/next")`);
    await run(`new Promise((resolve) => setTimeout(resolve, 200))`);
    expect(site.asked).toHaveLength(1);
    await setHidden(false);
    await expect.poll(() => site.asked.length).toBe(2);
    await run("window.isSame = true");
    await page.goto(`${site.origin}/bare`);
    await expect.poll(() => site.events.length).toBe(2);
    // The browser brings it back as it was left: what it shows may be somebody else's by now.
    await page.goBack({ waitUntil: "commit" });
    await expect.poll(() => site.asked.length).toBe(3);
    expect(await run("isSame")).toBe(true);
    expect(site.asked[2]).toMatchObject({ visitor, shown: { [BERLIN]: LEASED } });
  });
});

describe("BXX-4: wm('number')", () => {
  it("tells a page what to show, now and whenever that changes", async () => {
    lease(LEASED);
    await context.addInitScript({ content: "window.heard = []; window.others = [];" });
    await page.goto(`${site.origin}/bare`);
    await run(`wm("number", "+49 (30) 12345678", (number) => heard.push(number));
      wm("number", "+1 000", (number) => others.push(number));
      wm("number", "${BERLIN}", () => { throw new Error("the page's own") })`);
    await expect.poll(() => site.asked.length).toBe(1);
    await run(GRANTED);
    await expect.poll(() => run("heard")).toEqual([null, LEASED]);
    await run(`wm("consent", "denied")`);
    await expect.poll(() => run("heard")).toEqual([null, LEASED, null]);
    expect(await run("others")).toEqual([null]);
    expect(site.asked.every(({ targets }) => targets.join() === BERLIN)).toBe(true);
  });
});
