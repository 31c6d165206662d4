import axe from "axe-core";
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";

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
  /** Whether it has to answer 200. */
  healthy: boolean;
}

/** A page of the desk in a browser, and what is wrong with it. */
export interface Fault {
  /** Such as `full /admin/links 360 px dark`. */
  where: string;
  text: string;
}

/** What a page may weigh, bytes of HTML. */
const MAX_BYTES = 100_000;

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
    .filter((each) => each.getBoundingClientRect().right > root.clientWidth + 1 && each.children.length === 0)
    .map((each) => each.outerHTML.slice(0, 120)).slice(0, 2);
  return { nameless, h1: document.querySelectorAll("h1").length, over: root.scrollWidth - root.clientWidth, beyond, text: document.body.innerText };
})()`;

/** What {@link ASK} answers. */
interface Asked {
  nameless: string[];
  h1: number;
  over: number;
  beyond: string[];
  text: string;
}

/** A browser that is signed in at a world, and the faults that its pages have. */
export class DeskLooker {
  readonly #context: BrowserContext;
  readonly #page: Page;
  readonly #session: CDPSession;
  readonly #origin: string;
  readonly #name: string;
  readonly #script: boolean;
  /** What the page said while it loaded. */
  #said: string[] = [];
  /** All that was wrong until now. */
  readonly faults: Fault[] = [];

  private constructor(page: Page, session: CDPSession, parts: { origin: string; name: string; script: boolean }) {
    this.#context = page.context();
    this.#page = page;
    this.#session = session;
    this.#origin = parts.origin;
    this.#name = parts.name;
    this.#script = parts.script;
    page.on("console", (message) => {
      // Chromium says of a page that failed that it failed, and has advice on forms with secrets.
      const ofPage = message.location().url === page.url() && message.text().startsWith("Failed to load resource");
      const isFault = message.type() === "error" || message.type() === "warning";
      if (isFault && !ofPage && !message.text().startsWith("[DOM]")) this.#said.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.#said.push(`error: ${error.message}`));
    page.on("requestfailed", (request) => this.#said.push(`failed: ${request.url()}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(`${this.#origin}/admin`)) this.#said.push(`foreign request: ${request.url()}`);
    });
  }

  /** Signs in with a browser of its own. */
  static async open(
    browser: Browser,
    { origin, key, name, script }: { origin: string; key: string; name: string; script: boolean },
  ): Promise<DeskLooker> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    await page.goto(`${origin}/admin/login`);
    await page.fill("#key", key);
    await Promise.all([page.waitForURL((url) => url.pathname === "/admin"), page.click("button.main")]);
    return new DeskLooker(page, await context.newCDPSession(page), { origin, name, script });
  }

  async close(): Promise<void> {
    await this.#context.close();
  }

  /** Looks at a page in several ways, for which it is loaded once. */
  async look({ path, pattern, ways, healthy }: Looking): Promise<void> {
    const page = this.#page;
    const [first] = ways;
    if (first === undefined) return;
    await this.#show(first);
    this.#said = [];
    await this.#letScripts(this.#script);
    const response = await page.goto(this.#origin + path).catch((error: unknown) => {
      this.#said.push(`did not load: ${String(error)}`);
      return null;
    });
    const whole = `${this.#name} ${pattern}${this.#script ? "" : " without script"}`;
    const blame = (where: string, text: string): void => void this.faults.push({ where, text });
    if (response === null) {
      for (const text of this.#said) blame(whole, text);
      return;
    }
    const bytes = (await response.body().catch(() => Buffer.alloc(0))).length;
    if (bytes > MAX_BYTES) blame(whole, `weighs ${bytes} bytes`);
    if (healthy && response.status() !== 200) blame(whole, `answered ${response.status()}`);
    const policy = response.headers()["content-security-policy"] ?? "";
    if (!policy.startsWith("default-src 'none'") || policy.includes("unsafe")) blame(whole, `policy: ${policy}`);
    // Of a page that was parsed without them none runs now; axe needs its timers.
    await this.#letScripts(true);
    for (const way of ways) {
      await this.#show(way);
      const where = `${whole} ${way.width} px ${way.scheme}`;
      const { nameless, h1, over, beyond, text } = await page.evaluate<Asked>(ASK);
      for (const control of nameless) blame(where, `no name: ${control}`);
      if (h1 !== 1) blame(where, `${h1} first headings`);
      if (over > 0) blame(where, `scrolls sideways by ${over} px: ${beyond.join(" | ")}`);
      // What /readyz says of the database is for whoever keeps it running.
      if (INSIDES.test(text) && (healthy || pattern !== "/admin/system"))
        blame(where, `shows its insides: ${INSIDES.exec(text)?.[0]}`);
      if (!way.axe) continue;
      const onlyColours = ways.some(
        (other) => other.axe && other.width === way.width && ways.indexOf(other) < ways.indexOf(way),
      );
      for (const violation of await this.#violations(onlyColours)) blame(where, violation);
    }
    for (const text of new Set(this.#said)) blame(whole, text);
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
