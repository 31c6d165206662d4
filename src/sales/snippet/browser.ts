import type { SnippetConfig } from "./config.ts";

/** What the shopper said about identifiers, as far as this page knows. */
export type Consent = "granted" | "denied" | "unknown";

declare global {
  /** A parameter of the function that `/t/ast.js` wraps the built snippet in: no global of the page. */
  const CONFIG: SnippetConfig;

  interface Window {
    wm?: { (...call: unknown[]): void; q?: unknown; ready?: boolean };
    Shopify?: { routes: { root: string } };
    /** IAB TCF v2.2, CMP API. */
    __tcfapi?: (
      command: "addEventListener",
      version: 2,
      callback: (data: TcData | null, success: boolean) => void,
    ) => void;
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

/**
 * The result of `work`, or `undefined` if it throws: a shop's page never sees an error of the
 * snippet's. Storage, cookies and network calls all throw in some browser or frame.
 */
export function quietly<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
