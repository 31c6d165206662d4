import { fresh, quietly } from "./browser.ts";

/** The name of the cookie and of the item in local storage. Their patterns hold it again: short when compressed. */
const NAME = "wm_click";

// A click token is 42 bytes as base64url.
const IN_ADDRESS = /^([\w-]{56})$/;
const IN_COOKIE = /(?:^|; ?)wm_click=([\w-]{56})(?:;|$)/;
/** Local storage knows no age, so the time at which the click id is past its use, ms UTC, follows it. */
const IN_STORAGE = /^([\w-]{56})(\d+)$/;

/** What a pattern's group matches; `undefined` if it doesn't, or if the browser forbids to read. */
export function found(pattern: RegExp, read: () => string | null): string | undefined {
  return quietly(() => pattern.exec(read()!)![1]);
}

/** The click id that the page was opened with. */
export function addressed(): string | undefined {
  return found(IN_ADDRESS, () => new URLSearchParams(location.search).get(CONFIG.param));
}

function inCookie(): string | undefined {
  return found(IN_COOKIE, () => document.cookie);
}

/** The click id that an earlier page kept. To be asked only with consent: reading the device needs it too. */
export function kept(): string | undefined {
  return (
    inCookie() ||
    quietly(() => {
      const [, token, end] = IN_STORAGE.exec(localStorage.getItem(NAME)!)!;
      return Number(end) > Date.now() ? token : undefined;
    })
  );
}

/** A token's time as text whose order is that of time: see `src/edge/click/token.ts`. */
function stampOf(token: string): string {
  return atob(token.slice(16, 24).replace(/-/g, "+").replace(/_/g, "/"));
}

/** The later one of two click ids, or the one that there is. */
export function newer(one: string | undefined, other: string | undefined): string | undefined {
  return one && other && stampOf(one) < stampOf(other) ? other : one || other;
}

function setCookie(value: string, seconds: number, visitor?: "wm_visitor"): void {
  quietly(() => {
    const secure = location.protocol === "https:" ? ";Secure" : "";
    document.cookie = `${(GOALS && visitor) || "wm_click"}=${value};Path=/;Max-Age=${seconds};SameSite=Lax${secure}`;
  });
}

/** Keeps a click id in a cookie of the page's own host, or in local storage where cookies are blocked. */
export function keep(token: string): void {
  setCookie(token, CONFIG.keep);
  if (inCookie() !== token) {
    quietly(() => localStorage.setItem(NAME, token + (Date.now() + CONFIG.keep * 1000)));
  }
}

const VISITOR = /(?:^|; ?)wm_visitor=([\w-]{22})(?:;|$)/;

/** 395 days, counted from the first: it is never renewed. */
const VISITOR_SECONDS = 34_128_000;

let visitor: string | undefined;

/** What this browser is known by, in a cookie; where cookies are blocked for this page alone. To be asked only with consent. */
export function knownAs(): string {
  visitor = visitor || found(VISITOR, () => document.cookie);
  if (!visitor) setCookie((visitor = fresh()), VISITOR_SECONDS, "wm_visitor");
  return visitor;
}

/** Removes whatever {@link keep} and {@link knownAs} left. */
export function forget(): void {
  setCookie("", 0);
  quietly(() => localStorage.removeItem(NAME));
  if (GOALS) {
    visitor = undefined;
    setCookie("", 0, "wm_visitor");
  }
}
