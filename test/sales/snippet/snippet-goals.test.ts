import { describe, expect, it } from "vitest";
import { CLICK, Page, type PageOptions, STUB } from "./snippet-page.ts";

const LANDING = `https://shop.example/landing?utm_source=lea&wm_click=${CLICK}`;
const VISITOR = "AbCdEfGhIjKlMnOpQrStUv";
const RANDOM = /^[\w-]{22}$/;

/** A page of a store whose definitions ask for what visitors do. */
function goals(options: PageOptions = {}, config: PageOptions["config"] = {}): Page {
  return new Page({ url: LANDING, ...options, goals: true, config: { pages: true, ...config } });
}

/** What was told by its kind and event. */
const told = (page: Page) => page.events().map(({ type, data }) => [type, (data as { event?: string }).event ?? null]);

describe("what a visitor does", () => {
  it("is told with a visitor of its own, kept for 395 days, once consent is granted", () => {
    const page = goals().load();
    page.wm("consent", "granted");
    page.wm("track", "seen");
    const [, again, seen] = page.events();
    expect(seen).toMatchObject({ type: "track", visitor: expect.stringMatching(RANDOM), click: CLICK });
    const visitor = seen?.["visitor"] as string;
    expect(again).toMatchObject({ type: "page", visitor });
    expect(page.cookieWrites).toContain(`wm_visitor=${visitor};Path=/;Max-Age=34128000;SameSite=Lax;Secure`);
    expect(Math.floor(34_128_000 / 86_400)).toBe(395);

    const next = goals({ cookies: { wm_visitor: visitor, xwm_visitor: "x" } }).load();
    next.wm("consent", "granted");
    expect(next.events().at(-1)).toMatchObject({ visitor });
    // It grows no younger.
    expect(next.cookieWrites.some((text) => text.startsWith("wm_visitor"))).toBe(false);
  });

  it.each([
    ["nobody asked", {}, []],
    ["it is denied", {}, [["consent", "denied"]]],
    ["GPC says no", { gpc: true }, [["consent", "granted"]]],
    ["DNT says no", { dnt: "1" }, [["consent", "granted"]]],
    ["the store is strict", { config: { policy: "strict" as const } }, [["consent", "granted"]]],
  ] as const)("has no visitor where %s, and what there was of it is not read", (name, options, calls) => {
    const cookies = { wm_visitor: VISITOR };
    const page = goals({ ...options, cookies }, "config" in options ? options.config : {}).load();
    for (const call of calls) page.wm(...call);
    page.wm("track", "seen");
    page.wm("identify", "7");
    expect(told(page)).toEqual([
      ["page", null],
      ["track", "seen"],
    ]);
    expect(JSON.stringify(page.sent)).not.toContain(VISITOR);
    expect(page.events().every((event) => !("visitor" in event))).toBe(true);
    expect(page.events().every(({ view, id }) => RANDOM.test(String(view)) && RANDOM.test(String(id)))).toBe(true);
    expect(page.cookies.has("wm_visitor")).toBe(name === "nobody asked");
  });

  it("DIO-11: is forgotten when consent is withdrawn, and another afterwards", () => {
    const page = goals().load();
    page.wm("consent", "granted");
    const first = page.cookies.get("wm_visitor");
    page.wm("consent", "denied");
    expect(page.cookies.size).toBe(0);
    page.wm("track", "seen");
    expect(page.events().at(-1)).not.toHaveProperty("visitor");
    page.wm("consent", "granted");
    expect(page.cookies.get("wm_visitor")).toMatch(RANDOM);
    expect(page.cookies.get("wm_visitor")).not.toBe(first);
  });

  it.each(["cookie", "cookie-off"] as const)(
    "has a visitor for this page alone where cookies are blocked (%s)",
    (how) => {
      const page = goals({ broken: [how] }).load();
      page.wm("consent", "granted");
      page.wm("track", "seen");
      expect(new Set(page.events().map(({ visitor }) => visitor)).size).toBe(2);
      expect(page.events().at(-1)?.["visitor"]).toBe(page.events().at(-2)?.["visitor"]);
    },
  );

  it("that was told without consent is told again once it is granted, as the same (AC-4, AC-6)", () => {
    const page = goals().load();
    page.run(`window.data = { value: 5 }; wm("track", "seen", data); data.value = 6`);
    page.wm("conversion", "signup", { value: "2.50" });
    page.wm("order", { orderId: "1", amount: 1, customerId: "7" });
    page.run(`history.pushState(null, "", "/other")`);
    page.wm("consent", "denied");
    const before = page.events();
    page.wm("consent", "granted");
    const after = page.events().slice(before.length);
    const same = ({ id, view, url, data, type }: Record<string, unknown>) => ({ id, view, url, data, type });
    expect(after.filter(({ type }) => type !== "order").map(same)).toEqual(
      before.filter(({ type }) => type !== "order").map(same),
    );
    expect(after).toHaveLength(before.length);
    expect(after[1]).toMatchObject({ url: "https://shop.example/landing", click: CLICK, data: { value: 5 } });
    expect(after.filter(({ visitor }) => visitor !== undefined)).toHaveLength(4);
    // An order is nobody's visitor's.
    expect(after.find(({ type }) => type === "order")).toMatchObject({ data: { customerId: "7" } });
    expect(after.find(({ type }) => type === "order")).not.toHaveProperty("view");
    page.wm("consent", "granted");
    expect(page.events()).toHaveLength(before.length * 2);
  });

  it("is an event each time, though the page gives the same array each time", () => {
    const page = goals({}, { pages: undefined }).load();
    page.run(
      `const call = ["track", "seen"]; wm.q.push(call); wm.q.push(call); wm("consent", "granted"); wm.q.push(call)`,
    );
    expect(new Set(page.events().map(({ id }) => id)).size).toBe(3);
  });

  it("DIO-12: is shown to who asks, by an id that is known with consent alone", () => {
    const shown = (page: Page) => {
      page.wm("me");
      return new URL(String(page.run("location.href")));
    };
    const without = shown(goals({ cookies: { wm_visitor: VISITOR } }).load());
    expect(without.origin + without.pathname).toBe("https://go.brand.example/t/me");
    expect(Object.fromEntries(without.searchParams)).toEqual({ s: "demo", visitor: expect.stringMatching(RANDOM) });
    expect(without.href).not.toContain(VISITOR);
    const page = goals({ cookies: { wm_visitor: VISITOR } }).load();
    page.wm("consent", "granted");
    expect(Object.fromEntries(shown(page).searchParams)).toEqual({ s: "demo", visitor: VISITOR, click: CLICK });
  });

  it("identifies with consent alone, later too (AC-7)", () => {
    const page = goals({}, { pages: undefined }).load();
    page.wm("identify", "7");
    expect(page.events()).toEqual([]);
    page.wm("consent", "granted");
    expect(page.events()).toMatchObject([
      { type: "identify", visitor: expect.stringMatching(RANDOM), data: { customerId: "7" } },
    ]);
  });
});

describe("pages (AC-3)", () => {
  it("are told as they are looked at, before what happens there, by address without query", () => {
    const page = goals();
    page.run(STUB);
    page.wm("track", "first");
    page.load();
    expect(told(page)).toEqual([
      ["page", null],
      ["track", "first"],
    ]);
    expect(page.events()[0]).toMatchObject({ url: "https://shop.example/landing", data: {} });
  });

  it("are not told where nothing asks for them", () => {
    const page = goals({}, { pages: undefined }).load();
    page.run(`history.pushState(null, "", "/b")`);
    page.wm("track", "seen");
    expect(told(page)).toEqual([["track", "seen"]]);
    expect(page.events()[0]).toMatchObject({ url: "https://shop.example/b", view: expect.stringMatching(RANDOM) });
  });

  it("of a shop of one page are told as the path changes, each with a view of its own", () => {
    const page = goals().load();
    page.run(`history.pushState({ a: 1 }, "", "/b?x=1")`);
    page.run(`history.replaceState(null, "", "/b?x=2#c")`);
    page.run(`history.pushState(null, "", "/c")`);
    page.go("/b?x=1");
    page.happen();
    page.go("/b?x=1#part");
    page.happen();
    page.wm("track", "seen");
    const events = page.events();
    expect(events.map(({ url }) => new URL(String(url)).pathname)).toEqual(["/landing", "/b", "/c", "/b", "/b"]);
    const views = events.map(({ view }) => view);
    expect([new Set(views).size, views.at(-1)]).toEqual([4, views.at(-2)]);
  });

  it("change as the shop's script says, with its own errors and nobody else's", () => {
    const page = goals({ beacon: "throws", fetch: "throws" }).load();
    expect(() => page.run(`history.pushState(null, "", "https://other.example/")`)).toThrow("SecurityError");
    page.run(`history.pushState(null, "", "/b")`);
    expect(page.run("location.pathname")).toBe("/b");
    for (const before of [
      "history.pushState = 1",
      "delete window.history",
      "delete window.crypto",
      "window.addEventListener = 0",
    ]) {
      const odd = goals({ before }).load();
      odd.wm("track", "seen");
      odd.run(`wm("consent", "granted"); window.history && history.replaceState(null, "", "/b")`);
      expect(odd.run("typeof wm")).toBe("function");
    }
  });

  it("that a browser loads in advance are told when somebody looks", () => {
    const page = goals({ prerendering: true }).load();
    expect(page.sent).toEqual([]);
    page.happen();
    expect(told(page)).toEqual([["page", null]]);
  });

  it("are told once where the script is loaded twice", () => {
    const page = goals().load().load();
    page.run(`history.pushState(null, "", "/b")`);
    expect(page.events()).toHaveLength(2);
    expect(page.globals()).toContain("wm");
  });
});
