import axe from "axe-core";
import type { Browser, BrowserContext, CDPSession, Page, Response } from "playwright-core";
import { press } from "./press.ts";

/** How a page is looked at. */
export interface Way {
  width: number;
  scheme: "light" | "dark";
  /** Whether axe looks too, and not only at width, names and headings. */
  axe: boolean;
}

/** What is looked at, and what is expected of it. */
export interface Looking {
  /** From the root. */
  path: string;
  /** What it is called where it has a fault. */
  pattern: string;
  ways: readonly Way[];
  /** What it has to answer; `null`: it may fail. */
  status: number | null;
  /** What is pressed on it, which leads to the page that is looked at. */
  press?: string;
  /** What the browser asks for, and the page has to speak; without it, nothing is said of that. */
  language?: string;
  /** Whether it may say what failed inside. */
  showsInsides?: boolean;
}

/** A page in a browser, and what is wrong with it. */
export interface Fault {
  /** Such as `full /admin/links 360 px dark`. */
  where: string;
  text: string;
}

/** Where pages are looked at, and what holds for all of them. */
export interface Terms {
  /** Without a slash at its end. */
  origin: string;
  /** What the world is called where one of its pages has a fault. */
  name: string;
  /** Whether scripts run while a page loads. */
  script: boolean;
  /** What a page may weigh, bytes of HTML. */
  maxBytes: number;
  /** Whether a page may ask for an address. */
  within: (url: string) => boolean;
  /** What no page may show, beside the Worker's own faults. */
  never?: RegExp;
  /** From which address it comes, where pages take only so many requests of one a minute. */
  address?: string;
}

/** What of the Worker's own faults a page may never show. */
const INSIDES = /D1_ERROR|SQLITE_|no such table|\bat \S+ \(\S+:\d+|undefined<|NaN|\[object Object\]/;

/** Asks each control for its name, the page for its headings and width. */
const ASK = `(() => {
  const named = (control) => [...(control.labels ?? [])].some((label) => label.textContent.trim() !== "")
    || (control.getAttribute("aria-label") ?? "").trim() !== ""
    || (control.getAttribute("aria-labelledby") ?? "").split(/\\s+/).some((id) => document.getElementById(id)?.textContent.trim())
    || (control.matches("button, summary") && control.textContent.trim() !== "");
  const nameless = [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, summary")]
    .filter((control) => !named(control)).map((control) => control.outerHTML.slice(0, 160));
  const root = document.documentElement;
  const beyond = root.scrollWidth <= root.clientWidth ? [] : [...document.querySelectorAll("main *, header *, nav *")]
    .filter((each) => each.getBoundingClientRect().right > root.clientWidth + 1 && (each.children.length === 0 || each.matches("select")))
    .map((each) => each.outerHTML.slice(0, 120)).slice(0, 2);
  return { nameless, h1: document.querySelectorAll("h1").length, over: root.scrollWidth - root.clientWidth, beyond, text: document.body.innerText, lang: root.lang };
})()`;

/** What {@link ASK} answers. */
interface Asked {
  nameless: string[];
  h1: number;
  over: number;
  beyond: string[];
  text: string;
  lang: string;
}

/** A browser before pages, and the faults that they have. */
export class PageLooker {
  readonly #context: BrowserContext;
  readonly #page: Page;
  readonly #session: CDPSession;
  readonly #terms: Terms;
  /** What the page said while it loaded. */
  #said: string[] = [];
  /** All that was wrong until now. */
  readonly faults: Fault[] = [];

  private constructor(page: Page, session: CDPSession, terms: Terms) {
    this.#context = page.context();
    this.#page = page;
    this.#session = session;
    this.#terms = terms;
    page.on("console", (message) => {
      // Chromium says of a page that failed that it failed, and has advice on forms with secrets.
      const ofPage = message.location().url === page.url() && message.text().startsWith("Failed to load resource");
      const isFault = message.type() === "error" || message.type() === "warning";
      if (isFault && !ofPage && !message.text().startsWith("[DOM]")) this.#said.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.#said.push(`error: ${error.message}`));
    page.on("requestfailed", (request) => {
      // What the page before was still asking for when it was left is no fault of the next.
      if (request.failure()?.errorText !== "net::ERR_ABORTED") this.#said.push(`failed: ${request.url()}`);
    });
    page.on("request", (request) => {
      if (!terms.within(request.url())) this.#said.push(`foreign request: ${request.url()}`);
    });
  }

  /** Opens a browser of its own; `enter` does in it what comes before all pages. */
  static async open(
    browser: Browser,
    terms: Terms,
    enter: (page: Page) => Promise<void> = async () => undefined,
  ): Promise<PageLooker> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      ...(terms.address === undefined ? {} : { extraHTTPHeaders: { "CF-Connecting-IP": terms.address } }),
    });
    const page = await context.newPage();
    await enter(page);
    return new PageLooker(page, await context.newCDPSession(page), terms);
  }

  async close(): Promise<void> {
    await this.#context.close();
  }

  /** Looks at a page in several ways, for which it is loaded once. */
  async look(looking: Looking): Promise<void> {
    const { pattern, ways, status, language, showsInsides = false } = looking;
    const page = this.#page;
    const { name, script, maxBytes, never } = this.#terms;
    const [first] = ways;
    if (first === undefined) return;
    await this.#show(first);
    this.#said = [];
    await this.#letScripts(script);
    const whole = `${name} ${pattern}${language === undefined ? "" : ` ${language}`}${script ? "" : " without script"}`;
    const blame = (where: string, text: string): void => void this.faults.push({ where, text });
    const response = await this.#load(looking).catch((error: unknown) => {
      this.#said.push(`did not load: ${String(error)}`);
      return null;
    });
    if (response === null) {
      for (const text of this.#said) blame(whole, text);
      return;
    }
    const bytes = (await response.body().catch(() => Buffer.alloc(0))).length;
    if (bytes > maxBytes) blame(whole, `weighs ${bytes} bytes`);
    if (status !== null && response.status() !== status) blame(whole, `answered ${response.status()}`);
    const policy = response.headers()["content-security-policy"] ?? "";
    if (!policy.startsWith("default-src 'none'") || policy.includes("unsafe")) blame(whole, `policy: ${policy}`);
    // Of a page that was parsed without them none runs now; axe needs its timers.
    await this.#letScripts(true);
    for (const way of ways) {
      await this.#show(way);
      const where = `${whole} ${way.width} px ${way.scheme}`;
      const { nameless, h1, over, beyond, text, lang } = await page.evaluate<Asked>(ASK);
      for (const control of nameless) blame(where, `no name: ${control}`);
      if (h1 !== 1) blame(where, `${h1} first headings`);
      if (over > 0) blame(where, `scrolls sideways by ${over} px: ${beyond.join(" | ")}`);
      const shown = [INSIDES, never].map((pattern) => pattern?.exec(text)?.[0]).find((found) => found !== undefined);
      if (shown !== undefined && !showsInsides) blame(where, `shows its insides: ${shown}`);
      if (language !== undefined && lang !== language) blame(where, `speaks ${lang}`);
      if (!way.axe) continue;
      const onlyColours = ways.some(
        (other) => other.axe && other.width === way.width && ways.indexOf(other) < ways.indexOf(way),
      );
      for (const violation of await this.#violations(onlyColours)) blame(where, violation);
    }
    for (const text of new Set(this.#said)) blame(whole, text);
  }

  /** Opens a page, or what is pressed on it leads to. */
  async #load({ path, press: pressed, language }: Looking): Promise<Response | null> {
    const page = this.#page;
    if (language !== undefined) await page.setExtraHTTPHeaders({ "Accept-Language": language });
    const response = await page.goto(this.#terms.origin + path);
    return pressed === undefined ? response : press(page, pressed);
  }

  async #letScripts(run: boolean): Promise<void> {
    await this.#session.send("Emulation.setScriptExecutionDisabled", { value: !run });
  }

  async #show({ width, scheme }: Way): Promise<void> {
    await this.#page.setViewportSize({ width, height: 800 });
    // Without motion: a button on its way from one scheme's colours to the other's has those of neither.
    await this.#page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  }

  /** What axe objects to, folded parts opened. In other colours only contrast can differ. */
  async #violations(onlyColours: boolean): Promise<string[]> {
    const page = this.#page;
    await page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true");
    await page.evaluate(axe.source);
    const options = onlyColours
      ? "{ runOnly: ['color-contrast'] }"
      : "{ rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'] }";
    const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(document, ${options})`);
    return violations.flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map(({ html, any }) => `${id}: ${html.slice(0, 160)} (${any[0]?.message.slice(0, 140) ?? ""})`),
    );
  }
}

/** Faults as people read them: each once, with where it is. */
export function readableFaults(faults: readonly Fault[]): string {
  const places = new Map<string, string[]>();
  for (const { where, text } of faults) {
    const alike = text.replaceAll(/[a-z]{3}_[\da-z]{16}/g, "…");
    places.set(alike, [...(places.get(alike) ?? []), where]);
  }
  return [...places]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([text, wheres]) => {
      const shown = wheres.slice(0, 6).map((where) => `\n    ${where}`);
      const rest = wheres.length > 6 ? `\n    and ${wheres.length - 6} more` : "";
      return `${text}${shown.join("")}${rest}`;
    })
    .join("\n");
}
