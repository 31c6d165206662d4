import { fresh, quietly } from "./browser.ts";

/** What a pattern's group matches; `undefined` if it doesn't, or if the browser forbids to read. */
export function found(pattern: RegExp, read: () => string | null): string | undefined {
  return quietly(() => pattern.exec(read()!)![1]);
}

/** A cookie whose value the pattern is. */
export function cookie(name: string, pattern: string): string | undefined {
  return found(RegExp(`(?:^|; )${name}=(${pattern})(?:;|$)`), () => document.cookie);
}

/** The click id that the page was opened with: 42 bytes as base64url. */
export function addressed(): string | undefined {
  return found(/^([\w-]{56})$/, () => new URLSearchParams(location.search).get(CONFIG.param));
}

function inCookie(): string | undefined {
  return cookie("wm_click", "[\\w-]{56}");
}

/** The click id that an earlier page kept. To be asked only with consent: reading the device needs it too. */
export function kept(): string | undefined {
  return (
    inCookie() ||
    quietly(() => {
      // Local storage knows no age, so the time at which the click id is past its use, ms UTC, follows it.
      const text = localStorage.getItem("wm_click")!;
      return +text.slice(56) > Date.now() ? text.slice(0, 56) : undefined;
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
    // Greater is https alone, of pages that have cookies.
    const secure = location.protocol > "http:" ? ";Secure" : "";
    document.cookie = `${(GOALS && visitor) || "wm_click"}=${value};Path=/;Max-Age=${seconds};SameSite=Lax${secure}`;
  });
}

/** Keeps a click id in a cookie of the page's own host, or in local storage where cookies are blocked. */
export function keep(token: string): void {
  setCookie(token, CONFIG.keep);
  if (inCookie() !== token) {
    quietly(() => localStorage.setItem("wm_click", token + (Date.now() + CONFIG.keep * 1000)));
  }
}

let visitor: string | undefined;

/** What this browser is known by, in a cookie; where cookies are blocked for this page alone. To be asked only with consent. */
export function knownAs(): string {
  visitor = visitor || cookie("wm_visitor", "[\\w-]{22}");
  // 395 days, counted from the first: it is never renewed.
  if (!visitor) setCookie((visitor = fresh()), 34_128_000, "wm_visitor");
  return visitor;
}

/** Removes whatever {@link keep} and {@link knownAs} left. */
export function forget(): void {
  setCookie("", 0);
  quietly(() => localStorage.removeItem("wm_click"));
  if (GOALS) {
    visitor = undefined;
    setCookie("", 0, "wm_visitor");
  }
}
