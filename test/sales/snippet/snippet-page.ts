import { createContext, runInContext } from "node:vm";
import { scriptOf } from "../../../src/sales/capture/script.ts";
import type { SnippetConfig } from "../../../src/sales/snippet/config.ts";

/** Click tokens as far as a page can tell: 56 characters of base64url. */
export const CLICK = `AQE${"a-_9".repeat(13)}Z`;
export const OLD_CLICK = `${"b".repeat(16)}AZr7${"b".repeat(36)}`;
/** Its time is later than that of any other. `_` and `-` are the last two characters of base64url. */
export const LATER_CLICK = `${"b".repeat(16)}__--${"b".repeat(36)}`;

/** The configuration that tests start from. */
export const CONFIG: SnippetConfig = {
  base: "https://go.brand.example/t/",
  store: "demo",
  param: "wm_click",
  keep: 30 * 86_400,
  policy: "deferred",
};

/** What the queue stub of docs/embedding.md does. */
export const STUB = "window.wm=window.wm||function(){(wm.q=wm.q||[]).push(arguments)}";

/** One report that left the page. */
export interface Sent {
  by: "beacon" | "fetch" | "pixel";
  url: URL;
  /** The event; `null` of a pixel. */
  event: Record<string, unknown> | null;
}

/** The options of `fetch` that the snippet uses. */
interface FetchOptions {
  method: string;
  body: string;
  keepalive?: boolean;
  mode?: string;
}

/** What of the browser is otherwise than usual. */
export interface PageOptions {
  url?: string;
  config?: Partial<SnippetConfig>;
  /** Whether it is the build for stores whose definitions ask for what visitors do. */
  goals?: boolean;
  cookies?: Record<string, string>;
  localStorage?: Record<string, string>;
  sessionStorage?: Record<string, string>;
  /** What throws on every access, as in a sandboxed frame; `cookie-off` drops what is set without a word. */
  broken?: readonly ("cookie" | "cookie-off" | "localStorage" | "sessionStorage")[];
  beacon?: "ok" | "full" | "throws" | "missing";
  fetch?: "ok" | "rejects" | "throws" | "missing";
  /** A page that a browser loads in advance. */
  prerendering?: boolean;
  gpc?: unknown;
  dnt?: string;
  shopify?: boolean;
  /** A script that runs before anything else, such as one that spoils prototypes. */
  before?: string;
}

/** A page that was made by hand: what the snippet touches of a browser, and nothing else. */
export class Page {
  readonly sent: Sent[] = [];
  /** Requests to the shop itself. */
  readonly cart: { url: string; body: string }[] = [];
  /** Everything that was ever assigned to `document.cookie`. */
  readonly cookieWrites: string[] = [];
  readonly cookies: Map<string, string>;
  readonly localStorage: Map<string, string>;
  readonly sessionStorage: Map<string, string>;
  readonly config: SnippetConfig;
  readonly #context: Record<string, unknown>;
  #timers: { run: () => void; ms: number }[] = [];
  /** Names of events that the snippet listens to. */
  readonly listeners: string[] = [];
  readonly #listening: (() => void)[] = [];
  readonly #goals: boolean;

  constructor(options: PageOptions = {}) {
    this.config = { ...CONFIG, ...options.config };
    this.#goals = options.goals === true;
    this.cookies = new Map(Object.entries(options.cookies ?? {}));
    this.localStorage = new Map(Object.entries(options.localStorage ?? {}));
    this.sessionStorage = new Map(Object.entries(options.sessionStorage ?? {}));
    const url = new URL(options.url ?? "https://shop.example/landing?x=1");
    const broken = new Set(options.broken);
    const fail = (): never => {
      throw new Error("SecurityError");
    };
    const document = Object.defineProperty({}, "cookie", {
      get: () => {
        if (broken.has("cookie")) fail();
        return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      },
      set: (text: string) => {
        if (broken.has("cookie")) fail();
        this.cookieWrites.push(text);
        if (!broken.has("cookie-off")) this.#takeCookie(text);
      },
    });
    const listen = (name: string, heard: () => void): void => {
      this.listeners.push(name);
      this.#listening.push(heard);
    };
    Object.assign(document, { prerendering: options.prerendering === true, addEventListener: listen });
    const take = this.#take.bind(this);
    const storage = (name: "localStorage" | "sessionStorage"): PropertyDescriptor => ({
      get: () => {
        if (broken.has(name)) fail();
        const items = this[name];
        return {
          getItem: (key: string) => items.get(key) ?? null,
          setItem: (key: string, value: string) => void items.set(key, value),
          removeItem: (key: string) => void items.delete(key),
        };
      },
    });
    const navigator: Record<string, unknown> = { globalPrivacyControl: options.gpc, doNotTrack: options.dnt ?? null };
    if (options.beacon !== "missing") {
      navigator["sendBeacon"] = (to: string, body: unknown) => {
        if (options.beacon === "throws") fail();
        if (options.beacon === "full") return false;
        this.#take("beacon", to, body);
        return true;
      };
    }
    const { href, search, origin, pathname, protocol } = url;
    const location = { href, search, origin, pathname, protocol };
    const go = (_state: unknown, _title: string, to: string): void => {
      if (new URL(to, location.href).origin !== origin) fail();
      const { href, pathname } = new URL(to, location.href);
      Object.assign(location, { href, pathname });
    };
    this.go = (to) => go(null, "", to);
    const context: Record<string, unknown> = {
      document,
      navigator,
      location,
      history: { pushState: go, replaceState: go },
      URLSearchParams,
      atob,
      btoa,
      crypto,
      addEventListener: listen,
      setTimeout: (run: () => void, ms: number) => this.#timers.push({ run, ms }),
      Image: class {
        set src(to: string) {
          take("pixel", to, null);
        }
      },
    };
    if (options.fetch !== "missing") {
      context["fetch"] = (to: string, init: FetchOptions) => {
        if (options.fetch === "throws") fail();
        if (options.fetch === "rejects") return Promise.reject(new TypeError("Failed to fetch"));
        if (to.startsWith("/")) this.cart.push({ url: to, body: init.body });
        else this.#take("fetch", to, init.body, init);
        return Promise.resolve({ ok: true });
      };
    }
    if (options.shopify === true) context["Shopify"] = { routes: { root: "/de/" } };
    context["window"] = context;
    Object.defineProperty(context, "localStorage", storage("localStorage"));
    Object.defineProperty(context, "sessionStorage", storage("sessionStorage"));
    this.#context = createContext(context);
    if (options.before !== undefined) this.run(options.before);
  }

  /** The page's address becomes another on the same page, as by its back button. */
  readonly go: (to: string) => void;

  /** Tells all who listen to anything. */
  happen(): void {
    for (const heard of this.#listening) heard();
  }

  /** Runs a script of the page's. Throws what it throws. */
  run(script: string): unknown {
    return runInContext(script, this.#context);
  }

  /** Loads the snippet, as served. */
  load(): this {
    this.run(scriptOf(this.config, { goals: this.#goals }));
    return this;
  }

  /** A page with the snippet loaded. */
  static with(options: PageOptions = {}): Page {
    return new Page(options).load();
  }

  /** Calls `wm` as a page does, with JSON values. */
  wm(...args: unknown[]): void {
    this.run(`wm(...${JSON.stringify(args)})`);
  }

  /** Defines a global of the page. */
  define(name: string, value: unknown): void {
    this.#context[name] = value;
  }

  /** Names that the page's global object has. */
  globals(): string[] {
    return Object.getOwnPropertyNames(this.#context);
  }

  /** Runs the timers that are set now, and says how many there were. */
  tick(): number {
    const due = this.#timers;
    this.#timers = [];
    for (const { run } of due) run();
    return due.length;
  }

  /** The events that were sent, by beacon or fetch. */
  events(): Record<string, unknown>[] {
    return this.sent.flatMap(({ event }) => (event === null ? [] : [event]));
  }

  /** What `wm("clickId", cb)` answered so far, call by call. */
  askClickId(): unknown[] {
    const answers: unknown[] = [];
    this.define("answer", (click: unknown) => answers.push(click));
    this.run(`wm("clickId", answer)`);
    return answers;
  }

  #take(by: Sent["by"], to: string, body: unknown, init?: FetchOptions): void {
    if (by === "fetch" && (init?.method !== "POST" || !init.keepalive || init.mode !== "no-cors")) {
      throw new Error("not the fetch that outlives a page");
    }
    this.sent.push({ by, url: new URL(to), event: typeof body === "string" ? JSON.parse(body) : null });
  }

  #takeCookie(text: string): void {
    const [pair = "", ...attributes] = text.split(";");
    const [name = "", value = ""] = pair.split("=");
    if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
