import type { SnippetConfig } from "./config.ts";
import type { Hooks } from "./hooks.ts";

/** What the shopper said about identifiers, as far as this page knows. */
export type Consent = "granted" | "denied" | "unknown";

declare global {
  /** A parameter of the function that `/t/ast.js` wraps the built snippet in: no global of the page. */
  const CONFIG: SnippetConfig;

  /** What core and parts give one another, likewise. Empty at first. */
  const H: Hooks;

  /** Whether it is built for stores whose definitions ask for what visitors do: what others don't need is left out of theirs. */
  const GOALS: boolean;

  interface Window {
    wm?: { (...call: unknown[]): void; q?: unknown; ready?: boolean };
  }

  /** Of a storefront of Shopify's. */
  const Shopify: { routes: { root: string } };

  /** IAB TCF v2.2, CMP API, where a page has one. */
  const __tcfapi: (
    command: "addEventListener",
    version: 2,
    callback: (data: TcData | null, success: boolean) => void,
  ) => void;

  interface Document {
    /** Of a page that a browser loads in advance. */
    prerendering?: boolean;
  }

  interface Navigator {
    /** Global Privacy Control, section 4. */
    globalPrivacyControl?: boolean;
  }
}

/** The parts of TCF's `TCData` that are looked at. */
export interface TcData {
  gdprApplies?: boolean;
  eventStatus: string;
  /** By number of the purpose. 1: store and/or access information on a device. */
  purpose: { consents: Record<number, boolean | undefined> };
}

/** What tells an event from others, and where it happened: the same when it is told once more. */
export interface Seen {
  id: string;
  /** This opening of the page. */
  view: string | undefined;
  url: string;
}

/** 16 random bytes, base64url. Throws where there is no chance to draw them. */
export function fresh(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return (
    btoa(String.fromCharCode(...bytes))
      .slice(0, 22)
      // Two of the 64 characters become one: it stays as good as 16 bytes are.
      .replace(/\W/g, "-")
  );
}

/**
 * The result of `work`, or `undefined` if it throws: a shop's page never sees an error of the
 * snippet's. Storage, cookies and network calls all throw in some browser or frame.
 */
export function quietly<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    // See above.
  }
  return undefined;
}

/** Lets the parts hear of something: see `Hears`. */
export function tell(what: unknown, first?: unknown, second?: unknown): void {
  for (const hear of H) quietly(() => hear(what, first, second));
}
