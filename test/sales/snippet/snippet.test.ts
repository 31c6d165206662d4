import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { transform } from "esbuild";
import { describe, expect, it } from "vitest";
import { buildSnippet } from "../../../scripts/snippet-build.ts";
import { ROOT } from "../../../scripts/root.ts";
import { scriptOf } from "../../../src/sales/capture/script.ts";
import { PART_NAMES, type PartName, type SnippetConfig } from "../../../src/sales/snippet/config.ts";
import { PARTS, SNIPPET, SNIPPET_GOALS } from "../../../src/sales/capture/snippet.generated.ts";
import { CLICK, CONFIG, LATER_CLICK, OLD_CLICK, Page, type PageOptions, STUB } from "./snippet-page.ts";

const LANDING = `https://shop.example/landing?utm_source=lea&wm_click=${CLICK}`;
const ORDER = { orderId: "1001", amount: "59.90", currency: "EUR", codes: ["LEA10"], customerId: "cust-7" };

/** Whether a store's pages may need a part. */
const named = ({ plan, numbers }: Partial<SnippetConfig>, name: PartName) =>
  name === "number" ? numbers !== undefined : plan !== undefined;

const ALL_PARTS = PART_NAMES.filter((name) => name !== "preview");

/** Whether a page's storage holds nothing of a click. */
function isClean(page: Page): boolean {
  return !page.cookies.has("wm_click") && page.localStorage.size === 0 && page.sessionStorage.size === 0;
}

/** Lets promises of the page that are settled run on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the script", () => {
  it("is what the sources give", async () => {
    expect(await buildSnippet()).toEqual({ core: SNIPPET, goals: SNIPPET_GOALS, parts: PARTS });
  });

  it.each([
    ["less than 2 kB", false, 2000],
    ["less than 2.6 kB where it tells what visitors do,", true, 2600],
  ])("weighs %s with any configuration", (_weight, goals, most) => {
    const longest = {
      ...CONFIG,
      base: `https://${"go-".repeat(20)}.brand.example/t/`,
      store: "k3-x".repeat(10),
      param: "Pq_-".repeat(10),
      ...(goals && { pages: true as const }),
    };
    expect(gzipSync(scriptOf(longest, { goals })).length).toBeLessThan(most);
  });

  // Reading and writing numbers as pages do is a kilobyte by itself: a store that has none gets none of it.
  it("weighs less than 5 kB with all that a tagging plan may ask for, but for its rules; 6.1 kB with numbers, 3.8 kB with these alone", () => {
    const plan = { n: 12, minutes: 30, engage: true, scroll: true, heat: true } as const;
    const numbers = [["+493012345678", 2]] as const;
    const bytes = (config: Partial<SnippetConfig>): number =>
      gzipSync(
        scriptOf({ ...CONFIG, ...config }, { goals: true, parts: ALL_PARTS.filter((name) => named(config, name)) }),
      ).length;
    expect(bytes({ plan })).toBeLessThan(5000);
    expect(bytes({ plan, numbers })).toBeLessThan(6150);
    expect(bytes({ numbers })).toBeLessThan(3800);
  });

  // In one shared piece they would be paid for by every store: the larger build has no room for them.
  it("tells where a visit came from by the same names, whether its pages or its number asks", () => {
    const namesIn = (part: string): string[] => part.match(/utm_\w+|\/\([\w|]+\)\$\/i/g) ?? [];
    expect(namesIn(PARTS.visit)).toHaveLength(4);
    expect(namesIn(PARTS.number)).toEqual(namesIn(PARTS.visit));
  });

  it("DIX-1: carries the parts that it is told to, in their order, before the core that they hear", () => {
    const script = scriptOf(CONFIG, { goals: false, parts: ["banner", "visit"] });
    expect(script).toContain(PARTS.visit + PARTS.banner + SNIPPET_GOALS);
    for (const name of PART_NAMES) expect(script.includes(PARTS[name])).toBe(name === "banner" || name === "visit");
    expect(Object.values(PARTS).every((part) => part.length > 90)).toBe(true);
  });

  it.each([false, true])("is ES2018 (%s)", async (goals) => {
    const script = scriptOf(CONFIG, { goals, ...(goals && { parts: ALL_PARTS }) });
    const { code } = await transform(script, { target: "es2018", minify: true });
    // What is newer would have been rewritten into something longer.
    expect(code.length).toBeLessThanOrEqual(script.length);
    expect(script).not.toMatch(/\?\.[^\d]|\?\?|catch\{|\|\|=|&&=|\d_\d|\bimport\b|\bclass\b|#\w/);
  });

  it.each([false, true])("has nothing that a content security policy or a browser holds against it (%s)", (goals) => {
    const script = scriptOf(CONFIG, { goals, ...(goals && { parts: ALL_PARTS }) });
    expect(script).not.toMatch(
      /\beval\b|Function\(|document\.write|innerHTML|\.style|XMLHttpRequest|javascript:|import\(/,
    );
    // Of a preview alone.
    expect(script.match(/createElement\(.*?\)/g)).toEqual(['createElement("script")']);
    expect(script).toMatch(/^[\t\n -~]*$/);
  });

  it("holds its configuration so that no value ends or breaks it", () => {
    const param = `</script><!--\u2028\u2029"'\\`;
    const script = scriptOf({ ...CONFIG, param }, { goals: false });
    expect(script.replace(SNIPPET, "")).not.toMatch(/<|\u2028|\u2029/);
    const page = new Page({ url: `https://shop.example/?${new URLSearchParams({ [param]: CLICK }).toString()}` });
    page.run(script);
    page.wm("consent", "granted");
    expect(page.cookies.get("wm_click")).toBe(CLICK);
  });

  it("is the only one of its kind: no global but wm, no listener", () => {
    const page = new Page({ url: LANDING });
    const before = page.globals();
    page.load();
    page.wm("consent", "granted");
    page.wm("order", ORDER);
    expect(page.globals().filter((name) => !before.includes(name))).toEqual(["wm"]);
    // A page that comes back from the back/forward cache runs nothing again, so it reports nothing again.
    expect(page.listeners).toEqual([]);
  });
});

describe("a tagging plan's preview", () => {
  const load = (options: PageOptions) => {
    const asked: Record<string, unknown>[] = [];
    const page = new Page(options);
    page.define("asked", asked);
    page.run(`document.head = { append: (script) => asked.push(script) }; document.createElement = () => ({})`);
    page.run(STUB);
    page.wm("track", "first");
    page.load();
    return { page, asked };
  };

  it.each([
    ["its address", { url: "https://shop.example/?wm_preview=a.B-_9&x=1" }],
    ["the tab", { url: "https://shop.example/?x=1", sessionStorage: { wm_preview: "wm_preview=a.B-_9" } }],
  ])("is asked for by %s, in place of the snippet", (_where, options) => {
    const { page, asked } = load(options);
    expect(asked).toMatchObject([{ src: "https://go.brand.example/t/preview.js?s=demo&t=a.B-_9" }]);
    page.wm("track", "second");
    expect(page.sent).toEqual([]);
    // Where there is none it starts by itself.
    (asked[0] as { onerror: () => void }).onerror();
    expect(page.events().map(({ data }) => data)).toEqual([{ event: "first" }, { event: "second" }]);
  });

  it.each([
    ["no token", { url: "https://shop.example/?wm_preview=" }],
    ["what is none", { url: "https://shop.example/?wm_preview=%3Cscript%3E" }],
    ["blocked storage", { broken: ["sessionStorage"] as const }],
  ])("is not asked for by %s", (_what, options) => {
    const { page, asked } = load(options);
    expect(asked).toEqual([]);
    expect(page.events()).toHaveLength(1);
  });
});

describe("calls", () => {
  it("made before the script arrives are replayed in their order", () => {
    const page = new Page();
    page.run(STUB);
    page.wm("track", "first", { value: 1 });
    page.wm("order", ORDER);
    page.wm("conversion", "signup", { value: "2.50" });
    expect(page.sent).toEqual([]);
    page.load();
    page.wm("track", "last");
    expect(page.events().map(({ type, data }) => [type, data])).toEqual([
      ["track", { value: 1, event: "first" }],
      ["order", { ...ORDER, customerId: undefined }].map((part) => JSON.parse(JSON.stringify(part)) as unknown),
      ["conversion", { value: "2.50", goal: "signup" }],
      ["track", { event: "last" }],
    ]);
  });

  it("on a stub that the page kept are heard too", () => {
    const page = new Page();
    page.run(`${STUB}; const kept = wm;`);
    page.load();
    page.run(`kept("track", "late")`);
    expect(page.events()).toMatchObject([{ data: { event: "late" } }]);
  });

  it("work without the stub, and however late the script comes", () => {
    const page = Page.with();
    page.wm("track", "seen");
    expect(page.events()).toHaveLength(1);
  });

  it("are heard once when the script is loaded twice", () => {
    const page = new Page();
    page.run(STUB);
    page.wm("order", ORDER);
    page.load().load();
    page.wm("track", "seen");
    expect(page.events().map(({ type }) => type)).toEqual(["order", "track"]);
  });

  it("find the first copy's state when the script is loaded twice", () => {
    const page = Page.with();
    page.wm("consent", "granted");
    const timers = page.tick();
    page.load();
    page.wm("order", ORDER);
    expect(page.events()[0]).toMatchObject({ consent: "granted" });
    expect(page.tick()).toBe(timers);
  });

  it.each([
    ["nothing", "wm()"],
    ["no such command", `wm("dance", 1)`],
    ["an order without data", `wm("order")`],
    ["an order that is a text", `wm("order", "1001")`],
    ["null", `wm("track", null, null)`],
    ["a callback that throws", `wm("consent", "denied"); wm("clickId", () => { throw new Error("mine") })`],
    ["no callback", `wm("consent", "denied"); wm("clickId")`],
    ["an object that throws", `wm("order", { get orderId() { throw new Error("mine") } })`],
    ["a circle", `const circle = { orderId: "1" }; circle.self = circle; wm("order", circle)`],
    ["symbols", `wm(Symbol("a"), Symbol("b"))`],
    ["a consent that is neither", `wm("consent", ["granted"]); wm("consent", 1)`],
  ])("never throw into the page: %s", (_name, script) => {
    const page = Page.with({ url: LANDING });
    page.run(script);
    page.wm("track", "after");
    expect(page.events().at(-1)).toMatchObject({ type: "track", data: { event: "after" } });
    expect(isClean(page)).toBe(true);
  });

  it("that are no calls, in the queue, stop none of the others", () => {
    const page = new Page({ before: `window.wm = () => {}; wm.q = [null, undefined, 7, {}, ["track", "seen"]]` });
    page.load();
    expect(page.events()).toMatchObject([{ data: { event: "seen" } }]);
  });

  it("go on where wm was something else", () => {
    const page = new Page({ before: `window.wm = { q: 7 }` }).load();
    page.wm("track", "seen");
    expect(page.events()).toHaveLength(1);
  });
});

describe("an event", () => {
  it("says what the contract has, and of the address only origin and path", () => {
    const page = Page.with({ url: `${LANDING}#part` });
    page.wm("consent", "granted");
    page.wm("order", ORDER);
    const [sent] = page.sent;
    expect(sent?.url.href).toBe("https://go.brand.example/t/events?s=demo");
    expect(sent?.event).toEqual({
      v: 1,
      id: expect.stringMatching(/^[0-9a-z]{8,14}$/),
      type: "order",
      at: expect.any(Number),
      consent: "granted",
      click: CLICK,
      url: "https://shop.example/landing",
      data: ORDER,
    });
  });

  it("of the same order has the same id when the page is loaded again, and another when it says more", () => {
    const ids = [ORDER, ORDER, { ...ORDER, amount: "59.91" }, { ...ORDER, orderId: "1002" }].map((order) => {
      const page = Page.with();
      page.wm("order", order);
      return page.events()[0]?.["id"];
    });
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(3);
  });

  it("that may happen twice has an id of its own each time", () => {
    const page = Page.with();
    for (let count = 0; count < 50; count++) page.wm("track", "seen");
    expect(new Set(page.events().map(({ id }) => id)).size).toBe(50);
  });

  it("changes nothing of the page's own object", () => {
    const page = Page.with();
    page.run(`const order = Object.freeze(${JSON.stringify(ORDER)}); wm("order", order)`);
    expect(page.run("JSON.stringify(order)")).toBe(JSON.stringify(ORDER));
  });

  it("says of an amount that is no number that it is none", () => {
    const page = Page.with();
    page.run(`wm("order", { orderId: "1", amount: NaN }); wm("order", { orderId: "2", amount: 1 / 0 })`);
    expect(page.events().map(({ data }) => data)).toEqual([
      { orderId: "1", amount: "NaN" },
      { orderId: "2", amount: "Infinity" },
    ]);
  });

  it("asks decimals and dates for their own words", () => {
    const page = Page.with();
    page.run(`wm("order", { orderId: "1", amount: { toJSON: () => "12.50" }, placedAt: new Date(0) })`);
    expect(page.events()[0]?.["data"]).toEqual({ orderId: "1", amount: "12.50", placedAt: "1970-01-01T00:00:00.000Z" });
  });

  it.each([
    [
      "toJSON of old libraries",
      `for (const kind of [Array, String, Number, Boolean])
      kind.prototype.toJSON = function () { return "quoted" }`,
    ],
    [
      "enumerable names on Object",
      `Object.prototype.click = "spoilt"; Object.prototype.customerId = "spoilt";
      Object.prototype.each = function () {}`,
    ],
    ["enumerable names on Array", `Array.prototype.each = function () {}; Array.prototype.toJSON = () => "quoted"`],
    ["another Array.from", `Array.from = () => []`],
  ])("is the same with hostile prototypes: %s", (_name, before) => {
    const page = new Page({ url: LANDING, before });
    page.run(STUB);
    page.wm("order", ORDER);
    page.wm("consent", "granted");
    page.load();
    expect(page.events()).toHaveLength(1);
    expect(page.events()[0]).toMatchObject({ consent: "granted", click: CLICK, data: ORDER });
  });
});

/** What a page says, or its browser, and what then may be sent and kept. */
const MATRIX: [string, PageOptions, readonly (readonly unknown[])[], "granted" | "denied" | "unknown"][] = [
  ["deferred, nothing said", {}, [], "unknown"],
  ["deferred, granted", {}, [["consent", "granted"]], "granted"],
  ["deferred, denied", {}, [["consent", "denied"]], "denied"],
  [
    "deferred, granted and withdrawn",
    {},
    [
      ["consent", "granted"],
      ["consent", "denied"],
    ],
    "denied",
  ],
  [
    "deferred, denied for a start, then granted",
    {},
    [
      ["consent", "denied"],
      ["consent", "granted"],
    ],
    "granted",
  ],
  ["deferred, something else said", {}, [["consent", "maybe"], ["consent"], ["consent", true]], "unknown"],
  ["deferred, the shop's note: granted", { cookies: { a: "1", wm_consent: "granted" } }, [], "granted"],
  ["deferred, the shop's note: denied", { cookies: { wm_consent: "denied" } }, [], "denied"],
  ["G-14: deferred, noted twice", { cookies: { wm_consent: "granted; wm_consent=denied" } }, [], "denied"],
  ["deferred, noted, then withdrawn", { cookies: { wm_consent: "granted" } }, [["consent", "denied"]], "denied"],
  ["regional, nothing said", { config: { policy: "regional" } }, [], "unknown"],
  ["regional, granted", { config: { policy: "regional" } }, [["consent", "granted"]], "granted"],
  ["implied, nothing said", { config: { policy: "implied" } }, [], "granted"],
  ["implied, something else said", { config: { policy: "implied" } }, [["consent", "maybe"]], "granted"],
  ["implied, denied", { config: { policy: "implied" } }, [["consent", "denied"]], "denied"],
  [
    "implied, the shop's note: denied",
    { config: { policy: "implied" }, cookies: { wm_consent: "denied" } },
    [],
    "denied",
  ],
  ["implied, GPC", { config: { policy: "implied" }, gpc: true }, [], "denied"],
  ["implied, GPC, granted", { config: { policy: "implied" }, gpc: true }, [["consent", "granted"]], "denied"],
  ["implied, GPC off", { config: { policy: "implied" }, gpc: false }, [], "granted"],
  ["implied, Do Not Track", { config: { policy: "implied" }, dnt: "1" }, [], "denied"],
  ["implied, Do Not Track off", { config: { policy: "implied" }, dnt: "0" }, [], "granted"],
  ["deferred, GPC, granted", { gpc: true }, [["consent", "granted"]], "denied"],
  ["strict, nothing said", { config: { policy: "strict" } }, [], "denied"],
  ["strict, granted", { config: { policy: "strict" } }, [["consent", "granted"]], "denied"],
  ["strict, noted", { config: { policy: "strict" }, cookies: { wm_consent: "granted" } }, [], "denied"],
];

describe("consent", () => {
  describe.each(["before", "after"] as const)("said %s the script arrives", (when) => {
    it.each(MATRIX)("%s", (_name, options, calls, expected) => {
      const page = new Page({ url: LANDING, ...options });
      page.run(STUB);
      if (when === "after") page.load();
      for (const call of calls) page.wm(...call);
      if (when === "before") page.load();
      page.wm("order", ORDER);
      page.wm("track", "seen", { customerId: "cust-7" });
      page.wm("conversion", "signup");
      page.wm("identify", "cust-7");

      const isGranted = expected === "granted";
      const events = page.events();
      expect(events.map(({ type }) => type)).toEqual(
        isGranted ? ["order", "track", "conversion", "identify"] : ["order", "track", "conversion"],
      );
      for (const event of events) {
        expect(event["consent"]).toBe(expected);
        expect(event["click"]).toBe(isGranted ? CLICK : undefined);
      }
      const text = JSON.stringify(page.sent);
      expect(text.includes(CLICK)).toBe(isGranted);
      expect(text.includes("cust-7")).toBe(isGranted);
      expect(page.cookies.get("wm_click")).toBe(isGranted ? CLICK : undefined);
      expect(page.localStorage.size + page.sessionStorage.size).toBe(0);
      if (expected === "unknown") expect(page.cookieWrites).toEqual([]);
    });
  });

  it("granted later on the page adds click and customer to the order, once", () => {
    const page = Page.with({ url: LANDING });
    page.run(`const order = ${JSON.stringify(ORDER)}; wm("order", order); order.amount = "0"`);
    page.wm("identify", "cust-7");
    page.wm("consent", "granted");
    page.wm("consent", "granted");
    const [bare, full, identify, ...rest] = page.events();
    expect(rest).toEqual([]);
    expect(bare).toMatchObject({ type: "order", consent: "unknown", data: { orderId: "1001" } });
    expect(full).toMatchObject({ type: "order", consent: "granted", click: CLICK, data: ORDER });
    expect(full?.["id"]).not.toBe(bare?.["id"]);
    expect(identify).toMatchObject({ type: "identify", click: CLICK, data: { customerId: "cust-7" } });
  });

  it("granted later sends no order again to which there is nothing to add", () => {
    const page = Page.with();
    page.wm("order", { orderId: "1001", amount: 1 });
    page.wm("consent", "granted");
    expect(page.events()).toHaveLength(1);
  });

  it("granted after a refusal for a start adds to the order too", () => {
    const page = Page.with({ url: LANDING });
    page.wm("consent", "denied");
    page.wm("order", ORDER);
    page.wm("consent", "granted");
    expect(page.events().map(({ consent, click }) => [consent, click])).toEqual([
      ["denied", undefined],
      ["granted", CLICK],
    ]);
  });

  it("said in the queue after an order spares the order its second time", () => {
    const page = new Page({ url: LANDING });
    page.run(STUB);
    page.wm("order", ORDER);
    page.wm("consent", "granted");
    page.load();
    expect(page.events()).toHaveLength(1);
    expect(page.events()[0]).toMatchObject({ consent: "granted", click: CLICK });
  });

  it("withdrawn removes what earlier pages kept, wherever it is", () => {
    const page = Page.with({
      cookies: { wm_click: OLD_CLICK, cart: "1" },
      localStorage: { wm_click: `${OLD_CLICK}${Date.now() + 1e9}` },
    });
    page.wm("consent", "denied");
    expect(isClean(page)).toBe(true);
    expect(page.cookies.get("cart")).toBe("1");
    page.wm("order", ORDER);
    expect(JSON.stringify(page.sent)).not.toContain(OLD_CLICK);
  });

  it("of a strict store removes it too", () => {
    expect(isClean(Page.with({ config: { policy: "strict" }, cookies: { wm_click: OLD_CLICK } }))).toBe(true);
  });
});

/** An IAB consent platform as far as the snippet uses it. */
class Banner {
  readonly calls: unknown[][] = [];
  readonly read: string[] = [];
  #callback: ((data: unknown, success: boolean) => void) | null = null;

  readonly api = (...call: unknown[]): void => {
    this.calls.push(call.slice(0, 2));
    this.#callback = call[2] as (data: unknown, success: boolean) => void;
  };

  say(data: Record<string, unknown> | null, success = true): void {
    const watched = data && new Proxy(data, { get: (of, name) => (this.read.push(String(name)), of[String(name)]) });
    this.#callback?.(watched, success);
  }
}

const purpose = (one: boolean | undefined) => ({ purpose: { consents: { 1: one } }, tcString: "CPsecret" });

describe("IAB TCF v2.2", () => {
  it.each([
    ["granted for purpose 1", "deferred", { gdprApplies: true, eventStatus: "tcloaded", ...purpose(true) }, "granted"],
    ["answered now", "deferred", { gdprApplies: true, eventStatus: "useractioncomplete", ...purpose(true) }, "granted"],
    ["denied", "deferred", { gdprApplies: true, eventStatus: "tcloaded", ...purpose(false) }, "denied"],
    ["not named", "deferred", { gdprApplies: true, eventStatus: "tcloaded", ...purpose(undefined) }, "denied"],
    ["denied, implied store", "implied", { gdprApplies: true, eventStatus: "tcloaded", ...purpose(false) }, "denied"],
    ["banner open", "deferred", { gdprApplies: true, eventStatus: "cmpuishown", ...purpose(true) }, "unknown"],
    ["law unknown", "regional", { eventStatus: "tcloaded", ...purpose(true) }, "unknown"],
    [
      "law doesn't apply",
      "regional",
      { gdprApplies: false, eventStatus: "tcloaded", ...purpose(undefined) },
      "granted",
    ],
    ["no law, asks all", "deferred", { gdprApplies: false, eventStatus: "tcloaded", ...purpose(undefined) }, "unknown"],
    ["strict store", "strict", { gdprApplies: true, eventStatus: "tcloaded", ...purpose(true) }, "denied"],
    ["nonsense", "deferred", { gdprApplies: true, eventStatus: "tcloaded" }, "unknown"],
    ["nothing", "deferred", null, "unknown"],
  ] as const)("%s (%s)", (_name, policy, data, expected) => {
    const banner = new Banner();
    const page = new Page({ url: LANDING, config: { policy } });
    page.define("__tcfapi", banner.api);
    page.load();
    banner.say(data);
    page.wm("order", ORDER);
    expect(page.events()[0]).toMatchObject({ consent: expected });
    expect(page.cookies.has("wm_click")).toBe(expected === "granted");
    expect(banner.read).not.toContain("tcString");
  });

  it("fails without a word", () => {
    const banner = new Banner();
    const page = new Page({ url: LANDING });
    page.define("__tcfapi", banner.api);
    page.load();
    banner.say({ gdprApplies: true, eventStatus: "tcloaded", ...purpose(true) }, false);
    expect(isClean(page)).toBe(true);
    const throwing = new Page({ before: `window.__tcfapi = () => { throw new Error("theirs") }` }).load();
    throwing.wm("track", "seen");
    expect(throwing.events()).toHaveLength(1);
  });

  it("is followed when the shopper thinks again", () => {
    const banner = new Banner();
    const page = new Page({ url: LANDING });
    page.define("__tcfapi", banner.api);
    page.load();
    expect(banner.calls).toEqual([["addEventListener", 2]]);
    banner.say({ gdprApplies: true, eventStatus: "tcloaded", ...purpose(true) });
    expect(page.cookies.get("wm_click")).toBe(CLICK);
    banner.say({ gdprApplies: true, eventStatus: "useractioncomplete", ...purpose(false) });
    expect(isClean(page)).toBe(true);
  });

  it("is waited for, a few times", () => {
    const banner = new Banner();
    const page = Page.with({ url: LANDING });
    page.tick();
    page.define("__tcfapi", banner.api);
    page.tick();
    banner.say({ gdprApplies: true, eventStatus: "tcloaded", ...purpose(true) });
    expect(page.cookies.get("wm_click")).toBe(CLICK);
    expect(page.tick()).toBe(0);

    const without = Page.with();
    let tries = 0;
    while (without.tick() > 0) expect(++tries).toBeLessThanOrEqual(10);
  });

  it.each([{ gpc: true }, { config: { policy: "strict" as const } }])(
    "is not even asked where no answer counts: %o",
    (options) => {
      expect(Page.with(options).tick()).toBe(0);
    },
  );
});

describe("the click id", () => {
  it.each([
    ["shorter", CLICK.slice(1)],
    ["longer", `${CLICK}a`],
    ["of other letters", `${CLICK.slice(0, -1)}%2B`],
    ["script", "%3Cscript%3E".padEnd(100, "a")],
    ["empty", ""],
  ])("is no text that is %s", (_name, text) => {
    const page = Page.with({ url: `https://shop.example/?wm_click=${text}` });
    page.wm("consent", "granted");
    expect(isClean(page)).toBe(true);
    expect(page.askClickId()).toEqual([null]);
  });

  it("comes under the name that the store chose", () => {
    const page = Page.with({
      url: `https://shop.example/?wm_click=${OLD_CLICK}&ref=${CLICK}`,
      config: { param: "ref" },
    });
    page.wm("consent", "granted");
    expect(page.cookies.get("wm_click")).toBe(CLICK);
  });

  it.each([
    ["https:", `wm_click=${CLICK};Path=/;Max-Age=604800;SameSite=Lax;Secure`],
    ["http:", `wm_click=${CLICK};Path=/;Max-Age=604800;SameSite=Lax`],
  ])("is kept for the store's window, over %s", (protocol, cookie) => {
    const page = Page.with({ url: LANDING.replace("https:", protocol), config: { keep: 604_800 } });
    page.wm("consent", "granted");
    page.wm("consent", "granted");
    expect(page.cookieWrites).toEqual([cookie]);
    expect(page.localStorage.size).toBe(0);
  });

  it("is found again on later pages, and grows no younger", () => {
    const page = Page.with({ cookies: { xwm_click: "no", wm_click: OLD_CLICK } });
    page.wm("consent", "granted");
    page.wm("order", ORDER);
    expect(page.events()[0]).toMatchObject({ click: OLD_CLICK });
    expect(page.cookieWrites).toEqual([]);
  });

  it("of the address gives way to a later one that was kept since, as where its page is loaded again", () => {
    const page = Page.with({ url: LANDING, cookies: { wm_click: LATER_CLICK } });
    page.wm("consent", "granted");
    expect(page.askClickId()).toEqual([LATER_CLICK]);
    expect(page.cookies.get("wm_click")).toBe(LATER_CLICK);
    expect(page.cookieWrites).toEqual([]);
  });

  it("of the address comes before an earlier one that was kept", () => {
    const page = Page.with({ url: LANDING, cookies: { wm_click: OLD_CLICK } });
    page.wm("consent", "granted");
    expect(page.askClickId()).toEqual([CLICK]);
    expect(page.cookies.get("wm_click")).toBe(CLICK);
  });

  it.each(["cookie", "cookie-off"] as const)("goes to local storage where cookies are blocked (%s)", (how) => {
    const first = Page.with({ url: LANDING, broken: [how] });
    first.wm("consent", "granted");
    const kept = first.localStorage.get("wm_click") ?? "";
    expect(kept.slice(0, 56)).toBe(CLICK);
    expect(Number(kept.slice(56)) - Date.now()).toBeGreaterThan(29.9 * 86_400_000);

    const later = Page.with({ broken: [how], localStorage: { wm_click: kept } });
    later.wm("consent", "granted");
    expect(later.askClickId()).toEqual([CLICK]);
    later.wm("consent", "denied");
    expect(later.localStorage.size).toBe(0);
  });

  it.each([`${OLD_CLICK}${Date.now() - 1}`, OLD_CLICK, "nonsense"])(
    "in local storage past its time is none: %s",
    (text) => {
      const page = Page.with({ localStorage: { wm_click: text } });
      page.wm("consent", "granted");
      expect(page.askClickId()).toEqual([null]);
    },
  );

  it("works from memory where nothing can be kept", () => {
    const page = Page.with({ url: LANDING, broken: ["cookie", "localStorage", "sessionStorage"] });
    page.wm("consent", "granted");
    page.wm("order", ORDER);
    expect(page.events()[0]).toMatchObject({ click: CLICK });
    page.wm("consent", "denied");
    expect(page.askClickId()).toEqual([null]);
  });

  it("is told to the page once consent is settled", () => {
    const page = Page.with({ url: LANDING });
    const answers = page.askClickId();
    expect(answers).toEqual([]);
    page.wm("consent", "granted");
    expect(answers).toEqual([CLICK]);
    expect(page.askClickId()).toEqual([CLICK]);
    page.wm("consent", "denied");
    expect(page.askClickId()).toEqual([null]);
    expect(answers).toEqual([CLICK]);

    const refused = Page.with({ url: LANDING });
    const told = refused.askClickId();
    refused.wm("consent", "denied");
    expect(told).toEqual([null]);
  });
});

describe("sending", () => {
  it.each([
    [{}, "beacon"],
    [{ beacon: "full" }, "fetch"],
    [{ beacon: "throws" }, "fetch"],
    [{ beacon: "missing" }, "fetch"],
    [{ beacon: "full", fetch: "rejects" }, "pixel"],
    [{ beacon: "missing", fetch: "throws" }, "pixel"],
    [{ beacon: "throws", fetch: "missing" }, "pixel"],
  ] as const)("with %o is by %s", async (options, by) => {
    const page = Page.with({ url: LANDING, ...options });
    page.wm("consent", "granted");
    page.wm("order", ORDER);
    page.wm("track", "seen");
    await settled();
    // The pixel is for orders.
    expect(page.sent.map((sent) => sent.by)).toEqual(by === "pixel" ? [by] : [by, by]);
  });

  const broken = { beacon: "missing", fetch: "missing" } as const;

  it("by pixel names what the contract has", () => {
    const page = Page.with({ url: LANDING, ...broken });
    page.wm("consent", "granted");
    page.wm("order", { ...ORDER, orderId: "A&B 1", codes: ["A", "B"], items: [{ sku: "x" }] });
    expect(page.sent[0]?.url.pathname).toBe("/t/pixel.gif");
    expect(Object.fromEntries(page.sent[0]?.url.searchParams ?? [])).toEqual({
      s: "demo",
      order: "A&B 1",
      amount: "59.90",
      currency: "EUR",
      codes: "A,B",
      customer: "cust-7",
      click: CLICK,
      consent: "granted",
    });
  });

  it("by pixel has no identifier without consent", () => {
    const page = Page.with({ url: LANDING, ...broken });
    page.wm("order", { orderId: 1001, amount: 5 });
    expect(page.sent[0]?.url.search).toBe("?s=demo&order=1001&amount=5&consent=unknown");
    page.wm("order", { ...ORDER, currency: null });
    expect(page.sent[1]?.url.search).not.toMatch(/cust|click|currency|null|undefined/);
  });

  it("says by pixel what JSON can't", () => {
    const page = Page.with();
    page.run(`const order = { orderId: "1", amount: 10n }; order.self = order; wm("order", order)`);
    expect(page.sent[0]?.url.search).toBe("?s=demo&order=1&amount=10&consent=unknown");
  });
});

describe("on Shopify", () => {
  const carrying = (click: string) => ({ url: "/de/cart/update.js", body: `{"attributes":{"wm_click":"${click}"}}` });

  it("the cart takes the click id, once", async () => {
    const page = Page.with({ url: LANDING, shopify: true });
    expect(page.cart).toEqual([]);
    page.wm("consent", "granted");
    page.wm("consent", "granted");
    await settled();
    expect(page.cart).toEqual([carrying(CLICK)]);

    const sessionStorage = Object.fromEntries(page.sessionStorage);
    const later = Page.with({ cookies: { wm_click: CLICK }, sessionStorage, shopify: true });
    later.wm("consent", "granted");
    expect(later.cart).toEqual([]);

    const other = Page.with({ url: LANDING.replace(CLICK, OLD_CLICK), sessionStorage, shopify: true });
    other.wm("consent", "granted");
    expect(other.cart).toEqual([carrying(OLD_CLICK)]);
  });

  it("the cart gives it back when consent is withdrawn", async () => {
    const page = Page.with({ sessionStorage: { wm_cart: CLICK }, shopify: true });
    page.wm("consent", "denied");
    page.wm("consent", "denied");
    await settled();
    expect(page.cart).toEqual([carrying("")]);
    expect(isClean(page)).toBe(true);
  });

  it.each([
    ["without consent", { url: LANDING, shopify: true }, []],
    ["denied", { url: LANDING, shopify: true }, [["consent", "denied"]]],
    ["without a click", { shopify: true }, [["consent", "granted"]]],
    ["elsewhere", { url: LANDING }, [["consent", "granted"]]],
    ["in a checkout", { url: LANDING, before: "window.Shopify = {}" }, [["consent", "granted"]]],
    ["under GPC", { url: LANDING, shopify: true, gpc: true }, [["consent", "granted"]]],
  ] as const)("the cart stays as it is %s", (_name, options, calls) => {
    const page = Page.with(options);
    for (const call of calls) page.wm(...call);
    expect(page.cart).toEqual([]);
    expect(page.sessionStorage.size).toBe(0);
  });

  it.each([{ fetch: "rejects" }, { fetch: "throws" }, { fetch: "missing" }, { broken: ["sessionStorage"] }] as const)(
    "nothing is thrown with %o",
    async (options) => {
      const page = Page.with({ url: LANDING, shopify: true, ...options });
      page.wm("consent", "granted");
      page.wm("order", ORDER);
      await settled();
      expect(page.events()).toHaveLength(1);
      expect(page.sessionStorage.size).toBe(0);
    },
  );
});

describe("docs/embedding.md", async () => {
  const text = await readFile(join(ROOT, "docs", "embedding.md"), "utf8");

  it("shows the stub that is tested here, with the hash that lets it run", async () => {
    expect(text).toContain(`\n<script>${STUB}</script>\n`);
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(STUB));
    expect(text).toContain(`'sha256-${Buffer.from(hash).toString("base64")}'`);
  });
});
