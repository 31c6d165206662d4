import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchChromium } from "./chromium.ts";
import type { ConsentState } from "../../src/ground/model/visit.ts";
import { readTold } from "../../src/visits/take/read-told.ts";
import { openSite, PLAN, type Site, type Told, type Visitor } from "./tagged-site.ts";

/** How far a time may be off, ms. */
const NEAR_MS = 250;

const GRANTED = `wm("consent", "granted")`;

let browser: Browser;
let site: Site;
let visitor: Visitor;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
});

beforeEach(async () => {
  site = await openSite();
  visitor = await site.visit(browser);
});

afterEach(async () => {
  await visitor.context.close();
  site.close();
  // Neither an error of a script nor anything against the page's policy.
  expect(visitor.problems).toEqual([]);
  // And Waymark reads all of it.
  for (const event of site.told.filter(({ plan }) => plan === PLAN.n)) {
    readTold({ ...event }, { consent: event.consent as ConsentState, currency: "EUR" });
  }
});

const open = (path = "/") => visitor.page.goto(site.origin + path);
const run = (script: string) => visitor.page.evaluate(script);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Leaves the site: whatever is left is told as a page goes. */
const leave = async () => {
  await visitor.page.goto("about:blank");
  await sleep(100);
};
const of = (...types: string[]) => site.told.filter(({ type }) => types.includes(type));
const rulesOf = (...types: string[]) => of(...types).map(({ data }) => data["rule"] as string);
const engagedMs = (page?: number) =>
  of("engage")
    .filter(({ visit }) => page === undefined || visit?.page === page)
    .reduce((sum, { data }) => sum + (data["ms"] as number), 0);
const pathOf = ({ url }: Told) => new URL(url).pathname;
/** What a script can see of a page that is put away or taken out again. */
const show = (isHidden: boolean) =>
  run(`Object.defineProperty(document, "hidden", { configurable: true, get: () => ${isHidden} });
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "${isHidden ? "hidden" : "visible"}" });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))`);

/** Opens the page with consent given, and says when its time began to count. */
async function openGranted(path = "/"): Promise<number> {
  await visitor.context.addInitScript({
    content: `window.wm = (...call) => { (wm.q = wm.q || []).push(call) }; ${GRANTED}`,
  });
  await open(path);
  return (await run("performance.now() - (window.began ??= performance.now())")) as number;
}

describe("time on a page", () => {
  it("counts while it is visible and focused, by increments with a number (DIX-2)", async () => {
    // What the page itself sees of it: from when on it counts, or doesn't.
    await visitor.context.addInitScript({
      content: `window.marks = [];
        for (const name of ["focus", "blur", "visibilitychange"]) {
          addEventListener(name, () => marks.push([performance.now(), !document.hidden && document.hasFocus()]), true);
        }`,
    });
    await open();
    await run(`marks = [[performance.now(), true]]; wm("consent", "granted")`);
    await sleep(900);
    await show(true);
    await sleep(600);
    await show(false);
    await sleep(700);
    await visitor.cdp.send("Emulation.setFocusEmulationEnabled", { enabled: false });
    const other = await visitor.context.newPage();
    await other.bringToFront();
    await expect.poll(() => run("document.hasFocus()")).toBe(false);
    await sleep(600);
    await visitor.page.bringToFront();
    await expect.poll(() => run("document.hasFocus()")).toBe(true);
    await sleep(400);
    // A machine that sleeps: both clocks are far ahead when it wakes.
    await run(`{ const now = performance.now.bind(performance), date = Date.now;
      performance.now = () => now() + 3_600_000; Date.now = () => date() + 3_600_000; }`);
    await sleep(900);
    const counted = (await run(`[...marks, [performance.now() - 3_600_000, false]].reduce(
      ([sum, since, counts], [time, next]) => [sum + (counts ? time - since : 0), time, next], [0, 0, false])[0]`)) as number;
    await leave();
    expect(Math.abs(engagedMs() - counted)).toBeLessThan(NEAR_MS);
    expect(of("engage").map(({ data }) => data["n"])).toEqual(of("engage").map((_, index) => index + 1));
    expect(of("engage").every(({ consent, visitor: who }) => consent === "granted" && who !== undefined)).toBe(true);
  });

  it("is told of a page before a shop of one page shows another (DIX-2)", async () => {
    await openGranted("/one");
    const first = (await run("performance.now()")) as number;
    await sleep(700);
    const second = (await run(`history.pushState(null, "", "/two?x=1"); performance.now()`)) as number;
    await sleep(500);
    const end = (await run("performance.now()")) as number;
    await leave();
    const [one, two] = of("page");
    expect(of("page").map(pathOf)).toEqual(["/one", "/two"]);
    expect(one?.visit).toMatchObject({ page: 1, landing: "/one", before: null });
    expect(two?.visit).toMatchObject({ id: one?.visit?.id, page: 2, landing: "/one", before: "/one" });
    expect(engagedMs(one?.visit?.page)).toBeGreaterThanOrEqual(second - first);
    expect(Math.abs(engagedMs(two?.visit?.page) - (end - second))).toBeLessThan(NEAR_MS);
    expect(of("engage").map(({ data, url }) => [new URL(url).pathname, data["n"]])).toEqual([
      ["/one", 1],
      ["/two", 1],
    ]);
  });

  it("begins anew where the browser brings a page back as it was left (DIX-2)", async () => {
    await openGranted("/one");
    await sleep(300);
    await visitor.page.goto(`${site.origin}/two`);
    await sleep(300);
    await visitor.page.goBack({ waitUntil: "commit" });
    await expect.poll(() => of("page").length).toBe(3);
    const back = (await run("performance.now()")) as number;
    await sleep(600);
    const gone = (await run("performance.now()")) as number;
    await leave();
    const [one, two, again] = of("page");
    expect([one, two, again].map((event) => event && pathOf(event))).toEqual(["/one", "/two", "/one"]);
    expect(again?.visit).toMatchObject({ id: one?.visit?.id, page: 3, before: "/two" });
    expect(engagedMs(again?.visit?.page)).toBeGreaterThan(gone - back - NEAR_MS);
    // Not the time that it lay there.
    expect(engagedMs(again?.visit?.page)).toBeLessThan(gone - back + 1_500);
  });

  it("goes with how far down was seen, once for each part (DIO-3)", async () => {
    await openGranted();
    await run("scrollTo(0, 1500)");
    await sleep(700);
    await show(true);
    await show(false);
    await run("scrollTo(0, 0)");
    await sleep(100);
    await run("scrollTo(0, 1e6)");
    await sleep(100);
    await leave();
    const parts = of("engage").map(({ data }) => data["scroll"] as number);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(100);
  });
});

describe("what is done on a page", () => {
  it("is told by rule, each click once, whatever the page does with it (DIX-3, DIX-4)", async () => {
    await open();
    await visitor.page.click("#buy span");
    await visitor.page.click("#stop");
    await visitor.page.click("#link", { button: "middle" });
    await visitor.page.click("#buy", { button: "right" });
    // The browser clicks the box for its label once more.
    await visitor.page.click("#box", { position: { x: 30, y: 8 } });
    expect(await visitor.page.isChecked("#check")).toBe(true);
    await visitor.page.click("x-card .deep");
    await visitor.page.focus("#top");
    await visitor.page.keyboard.press("Enter");
    await visitor.page.click("#private");
    await leave();
    expect(rulesOf("click")).toEqual(["buy", "buy", "buy", "box", "deep", "buy"]);
    expect(of("click").every(({ url, plan }) => new URL(url).search === "" && plan === 7)).toBe(true);
    expect(JSON.stringify(site.told)).not.toContain("Private");
  });

  it("downloads: by extension, of `a` and `area`, any host, without query; one a click (DIX-4)", async () => {
    await open();
    await visitor.page.click("#file b");
    await visitor.page
      .click("#area", { force: true, button: "middle" })
      .catch(() => run("document.getElementById('area').click()"));
    await visitor.page.click("#link", { modifiers: ["Shift"] });
    await leave();
    expect(of("download").map(({ data }) => data)).toEqual([
      { rule: "files", file: "Guide.PDF" },
      { rule: "files", file: "a.zip" },
    ]);
    expect(JSON.stringify(site.told)).not.toContain("secret");
  });

  it("forms: valid submits, not clicks; what is written into them is never told (DIX-4, DIX-5)", async () => {
    await open();
    await run(GRANTED);
    await visitor.page.click("#newsletter button");
    await visitor.page.fill("#email", "kim@shopper.example");
    expect(rulesOf("form")).toEqual([]);
    await visitor.page.press("#email", "Enter");
    // Sent by script.
    await visitor.page.fill("#q", "4111111111111111");
    await visitor.page.click("#search button");
    // Checked by script, which refuses it.
    await visitor.page.click("#checked button");
    await visitor.page.fill("#checked input", "x");
    await visitor.page.click("#checked button");
    await visitor.page.fill("x-card input", "typed");
    await visitor.page.click("x-card .go");
    await visitor.page.waitForURL("**/sent?*");
    await sleep(200);
    expect(rulesOf("form")).toEqual(["newsletter", "search", "shadow-form"]);
    expect(JSON.stringify(site.told)).not.toMatch(/kim|4111|typed/);
  });

  it("is seen: once a view, also what comes late, and nothing in a part that is left out (DIX-5)", async () => {
    await open();
    await sleep(700);
    expect(rulesOf("visible")).toEqual([]);
    await run(`document.getElementById("reviews").scrollIntoView()`);
    await expect.poll(() => rulesOf("visible"), { timeout: 5_000 }).toEqual(["reviews"]);
    await run(
      `scrollTo(0, 0); document.querySelector("main").insertAdjacentHTML("afterbegin", '<p class="late">Late</p><p class="late">Too</p>')`,
    );
    await expect.poll(() => rulesOf("visible"), { timeout: 5_000 }).toEqual(["reviews", "late"]);
    await run(`document.getElementById("reviews").scrollIntoView()`);
    await run(`history.pushState(null, "", "/other")`);
    await expect.poll(() => rulesOf("visible"), { timeout: 5_000 }).toEqual(["reviews", "late", "reviews"]);
  });
});

describe("a heat map", () => {
  it("has zones, planned elements, rage and depth, and leaves out keys and parts that are (DIX-6, DIO-16)", async () => {
    await openGranted();
    const { page } = visitor;
    await page.mouse.click(505, 300);
    await run("scrollTo(0, 1000)");
    await sleep(700);
    await page.mouse.click(505, 300);
    await page.mouse.click(500, 10);
    for (let times = 0; times < 4; times++) await page.mouse.click(700 + times, 400);
    await page.click("#buy");
    await page.focus("#buy");
    await page.keyboard.press("Enter");
    await page.click("#private");
    await run(`document.body.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 1 }))`);
    await leave();
    expect(of("zones")).toHaveLength(1);
    const data: Told["data"] = of("zones")[0]?.data ?? {};
    const cells = data["cells"] as Record<string, number>;
    expect(cells["25:15"]).toBe(1);
    expect(cells[`25:${1300 / 20}`]).toBe(1);
    // The header stays in the window.
    expect(cells["f25:0"]).toBe(1);
    expect(cells[`35:${1400 / 20}`]).toBe(4);
    expect(data["rage"]).toEqual({ [`35:${1400 / 20}`]: 1 });
    expect(Object.values(cells).reduce((sum, count) => sum + count, 0)).toBe(8);
    expect(Object.keys(data["elements"] as object)).toEqual([expect.stringMatching(/^buy:[45]:[45]$/)]);
    expect(data).toMatchObject({ width: 1000, band: "medium", scroll: 17 });
    expect(data).not.toHaveProperty("scrolled");
    expect((data["outline"] as Record<string, unknown>)["reviews"]).toMatchObject([0, expect.any(Number), 1000, 100]);
    expect(pathOf(of("zones")[0] as Told)).toBe("/");
  });

  it("takes touches, and moves a view that tells again (DIX-6)", async () => {
    await visitor.context.close();
    visitor = await site.visit(browser, { hasTouch: true, viewport: { width: 400, height: 700 } });
    await openGranted();
    await visitor.page.touchscreen.tap(205, 650);
    await sleep(600);
    await show(true);
    await show(false);
    await run("scrollTo(0, 1000)");
    await sleep(100);
    await leave();
    expect(of("zones").map(({ data }) => [data["band"], data["cells"], data["scroll"], data["scrolled"]])).toEqual([
      ["narrow", { "25:32": 1 }, 7, undefined],
      ["narrow", undefined, 17, 7],
    ]);
  });
});

describe("consent", () => {
  const telling = () => site.told.filter((event) => "visitor" in event || "visit" in event);

  async function act(): Promise<void> {
    await visitor.page.click("#buy");
    await run(
      `wm("cart", { items: [{ sku: "a", quantity: 2, name: "Secret" }], value: "9.90", currency: "EUR", cartId: "c1" })`,
    );
    await run(`wm("step", "Payment"); wm("step", "Nothing")`);
    await run(`wm("order", { orderId: "1001", amount: "9.90", currency: "EUR" })`);
  }

  it.each(["none", "denied", "GPC"])("that is %s leaves counts, and nothing on the device (DIO-10)", async (how) => {
    if (how === "GPC") {
      await visitor.context.addInitScript({
        content: `Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true });`,
      });
    }
    await open("/cart?utm_source=lea&utm_medium=social&gclid=secret1&productid=5");
    if (how !== "none") await run(how === "GPC" ? GRANTED : `wm("consent", "denied")`);
    await act();
    await sleep(700);
    await leave();
    const plain = site.told.filter(({ plan }) => plan === 7);
    expect(plain.map(({ type }) => type)).toEqual(["page", "step", "click", "step"]);
    expect(plain.map(({ data }) => data["step"] as string).filter(Boolean)).toEqual(["Cart", "Payment"]);
    expect(plain[0]).toMatchObject({
      entry: true,
      consent: how === "none" ? "unknown" : "denied",
      origin: { utmSource: "lea", utmMedium: "social", utmCampaign: null, adIds: expect.arrayContaining(["gclid"]) },
    });
    expect(telling()).toEqual([]);
    expect(JSON.stringify(site.told)).not.toMatch(/secret1|"c1"|Secret/);
    await open("/");
    expect(await run("[localStorage.length, sessionStorage.length, document.cookie].join()")).toBe("0,0,");
  });

  it("that comes late begins what needs it, and tells the view alone again, as the same (DIO-11)", async () => {
    await open("/cart?utm_source=lea");
    await act();
    await expect.poll(() => of("click").length, { timeout: 5_000 }).toBe(1);
    const before = site.told.filter(({ plan }) => plan === 7).length;
    await run(GRANTED);
    await run(GRANTED);
    await sleep(300);
    await visitor.page.click("#buy");
    await leave();
    const later = site.told.filter(({ plan }) => plan === 7).slice(before);
    expect(later.map(({ type }) => type).toSorted()).toEqual(["cart", "cart", "click", "engage", "page", "zones"]);
    const [first, again] = of("page") as unknown as Record<string, unknown>[];
    expect(again).toMatchObject({ id: first?.["id"], was: "unknown", entry: true, origin: { utmSource: "lea" } });
    expect(of("page")).toHaveLength(2);
    expect(of("cart").map(({ data }) => data)).toEqual([
      { cartId: "c1", items: [{ sku: "a", quantity: 2 }], value: "9.90", currency: "EUR" },
      { cartId: "c1", orderId: "1001" },
    ]);
    for (const event of later) {
      expect(event).toMatchObject({
        consent: "granted",
        visitor: expect.stringMatching(/^[\w-]{22}$/),
        visit: { page: 1, landing: "/cart", before: null, origin: { utmSource: "lea" } },
      });
    }
    expect(new Set(site.told.map(({ id }) => id)).size).toBe(site.told.length - 1);
    expect(engagedMs()).toBeLessThan(300 + 1_000);
  });

  it("that is withdrawn ends it, and clears the device (DIO-11)", async () => {
    await openGranted();
    expect(await run("localStorage.wm_visit")).toContain("landing");
    await sleep(300);
    await run(`wm("consent", "denied")`);
    const before = site.told.length;
    expect(await run("[localStorage.length, document.cookie].join()")).toBe("0,");
    await visitor.page.click("#buy");
    await sleep(300);
    await leave();
    expect(site.told.slice(before).filter((event) => "visit" in event || "visitor" in event)).toEqual([]);
    expect(of("click").map(({ consent }) => consent)).toEqual(["denied"]);
    expect(of("engage", "zones")).toEqual([]);
  });

  it("is asked by a banner: shown, and the first answer, once a page (DIO-15, DIX-10)", async () => {
    await open();
    await run(`wm("banner", "shown"); wm("banner", "shown"); wm("banner", "x")`);
    await run(GRANTED);
    await run(`wm("consent", "denied")`);
    await leave();
    expect(of("banner").map(({ data }) => data["state"] as string)).toEqual(["shown", "granted"]);
    // What an earlier page was told is no answer.
    await open();
    await run(GRANTED);
    await leave();
    expect(of("banner")).toHaveLength(2);
  });

  it("is asked by a consent platform (DIO-11, DIX-10)", async () => {
    await visitor.context.addInitScript({
      content: `window.__tcfapi = (command, version, callback) => {
        const say = (eventStatus, one) => callback({ gdprApplies: true, eventStatus, purpose: { consents: { 1: one } } }, true);
        say("cmpuishown", false);
        window.answer = () => say("useractioncomplete", true);
      };`,
    });
    await open();
    await run("answer()");
    await leave();
    expect(of("banner").map(({ data }) => data["state"] as string)).toEqual(["shown", "granted"]);
  });
});

describe("a visit", () => {
  it("goes on by page and tab, and begins anew after silence or by another campaign (DIO-2)", async () => {
    await openGranted("/?utm_source=lea");
    await visitor.page.click("#link");
    await visitor.page.waitForURL("**/product");
    await visitor.page.reload({ waitUntil: "networkidle" });
    await open("/?utm_source=lea");
    await open("/?utm_source=max&fbclid=1");
    await run(
      `{ const [facts, path, time] = JSON.parse(localStorage.wm_visit); localStorage.wm_visit = JSON.stringify([facts, path, time - 31 * 60_000]); }`,
    );
    await run(`history.pushState(null, "", "/later")`);
    await leave();
    const visits = of("page").map(({ visit }) => visit);
    const ids = [...new Set(visits.map((visit) => visit?.id))];
    expect(visits.map((visit) => [ids.indexOf(visit?.id), visit?.page, visit?.before])).toEqual([
      [0, 1, null],
      [0, 2, "/"],
      [0, 3, "/product"],
      // A landing page that was opened by hand once more is no other campaign.
      [0, 4, "/product"],
      [1, 1, null],
      [2, 1, null],
    ]);
    expect(visits[4]?.origin).toMatchObject({ utmSource: "max", adIds: ["fbclid"] });
    expect(of("page").map(({ entry }) => entry === true)).toEqual([true, false, false, true, true, false]);
  });

  it("works from memory where nothing can be kept (DIO-1)", async () => {
    await visitor.context.addInitScript({
      content: `Object.defineProperty(window, "localStorage", { get() { throw new Error("blocked") } });`,
    });
    await openGranted("/one");
    await run(`history.pushState(null, "", "/two")`);
    await leave();
    expect(of("page").map(({ visit }) => visit?.page)).toEqual([1, 2]);
    expect(new Set(of("page").map(({ visit }) => visit?.id)).size).toBe(1);
  });

  it("tells what didn't arrive once more, by the same ids (DIX-2)", async () => {
    await visitor.context.addInitScript({
      content: `delete Navigator.prototype.sendBeacon; const real = window.fetch; window.bodies = [];
        window.fetch = (to, init) => { bodies.push(init.body); return bodies.length < 3 ? Promise.reject(new TypeError()) : real(to, init) };
        const timer = window.setTimeout; window.setTimeout = (run, ms) => timer(run, ms === 5000 ? 50 : ms);`,
    });
    await open();
    await expect.poll(() => of("page").length, { timeout: 5_000 }).toBe(1);
    const bodies = (await run("bodies")) as string[];
    expect(bodies).toHaveLength(3);
    expect(new Set(bodies).size).toBe(1);
  });
});

describe("a preview", () => {
  const rows = async () => {
    // Closed to the page's scripts; a debugger sees it.
    const { root } = await visitor.cdp.send("DOM.getDocument", { depth: -1, pierce: true });
    return JSON.stringify(root);
  };

  it("shows what would be sent and sends nothing, no order either, until it is ended (DIX-1)", async () => {
    await open("/?wm_preview=good.token");
    await run(
      `${GRANTED}; wm("order", { orderId: "1001", amount: "5" }); wm("conversion", "signup"); wm("cart", { items: [] })`,
    );
    await run(`const circle = { orderId: "1" }; circle.self = circle; wm("order", circle)`);
    await visitor.page.click("#buy");
    await expect.poll(rows, { timeout: 5_000 }).toContain("click · Buy · buy");
    const shown = await rows();
    for (const text of ["Nothing is sent", "order", "signup", "cart", "page"]) expect(shown).toContain(text);
    // The tab's next page too.
    await open("/product");
    await expect.poll(rows, { timeout: 5_000 }).toContain("/product, consent unknown");
    expect(site.told).toEqual([]);
    const sheet = await run(`getComputedStyle([...document.querySelectorAll("[data-wm-ignore]")].at(-1)).display`);
    expect(sheet).toBe("inline");
    const { model } = await visitor.cdp.send("DOM.getBoxModel", {
      nodeId: Number(/"parentId":(\d+)[^{}]*"nodeValue":"End preview"/.exec(await rows())![1]),
    });
    const [x = 0, y = 0] = model.content;
    await visitor.page.mouse.click(x + 5, y + 5);
    expect(await run("sessionStorage.length")).toBe(0);
    await leave();
    expect(site.told).toEqual([]);
    await open("/");
    await leave();
    expect(of("page")).toHaveLength(1);
  });

  it("that has ended, or was never allowed, is the ordinary script", async () => {
    await open("/?wm_preview=bad.token");
    await leave();
    expect(of("page")).toHaveLength(1);
    expect(visitor.problems.splice(0)).toEqual([expect.stringContaining("404")]);
  });
});
