/** What a browser says a load is for: Fetch Metadata's request headers (W3C), and `Accept`. `null`: not sent. */
export interface LoadSignals {
  /** `Sec-Fetch-Dest` */
  dest: string | null;
  /** `Sec-Fetch-Mode` */
  mode: string | null;
  /** `Sec-Fetch-Site` */
  site: string | null;
  accept: string | null;
}

/** The destinations of the Fetch Standard (section 2.2.5) but for `document`: what becomes a part of another page. */
const PARTS: ReadonlySet<string> = new Set([
  "audio",
  "audioworklet",
  "embed",
  "empty",
  "fencedframe",
  "font",
  "frame",
  "iframe",
  "image",
  "json",
  "manifest",
  "object",
  "paintworklet",
  "report",
  "script",
  "serviceworker",
  "sharedworker",
  "style",
  "text",
  "track",
  "video",
  "webidentity",
  "worker",
  "xslt",
]);

/** How a destination is written (RFC 9651, section 3.3.4). */
const NAME = /^[a-z][a-z0-9-]*$/;

/** What asks for one of these before anything else shows no page. */
const PART_WANTED = /^\s*(?:(?:image|audio|video|font)\/|text\/css\b)/i;

/**
 * Why a load is a part of some page that somebody is looking at (an image, a frame, a script's request) and no
 * visit, or `null`. Only a browser writes `Sec-Fetch-Dest`, and no page can have it say `document` but by
 * opening the link itself. Whose page it is doesn't matter: a picture in a review on the shop's own page opens
 * no link either.
 */
export function embeddedReason({ dest, mode, site, accept }: LoadSignals): string | null {
  if (dest === "document") return null;
  // Browsers from before 2023, many apps and plain http send none: these are people, unless they want a picture.
  // A value that is no name says nothing, as the standard has it.
  if (dest === null || !NAME.test(dest)) return PART_WANTED.test(accept ?? "") ? "accept" : null;
  // A service worker of this very site that passes a visit on; no script can make a request with this mode.
  if (dest === "empty" && mode === "navigate" && site === "same-origin") return null;
  return PARTS.has(dest) ? `dest_${dest}` : "dest_other";
}
