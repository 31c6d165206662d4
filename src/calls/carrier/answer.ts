/** How a call that comes in is answered. */
export interface VoiceAnswer {
  /** What the caller is told first, or the address of a recording of it; `null`: nothing. */
  announcement: string | null;
  /** Whom it is put through to, E.164; `null`: nobody is known. */
  forwardsTo: string | null;
  /** Where the carrier tells what became of that. */
  actionUrl: string;
}

/** How long whom a caller is put through to may let it ring, s. */
const RING_SECONDS = 30;

/** Nothing more is to be done with a call. */
export const NO_MORE = `<?xml version="1.0" encoding="UTF-8"?><Response/>`;

/**
 * What a carrier is to do with a call that comes in, as TwiML and TeXML have it: say the announcement, then put it
 * through. Where nobody is known to whom, it is refused as busy: that costs nothing, and somebody notices.
 */
export function voiceAnswer({ announcement, forwardsTo, actionUrl }: VoiceAnswer): string {
  if (forwardsTo === null) return `<?xml version="1.0" encoding="UTF-8"?><Response><Reject reason="busy"/></Response>`;
  const url = xmlText(actionUrl);
  const leg = `statusCallback="${url}" statusCallbackMethod="POST" statusCallbackEvent="answered completed"`;
  const dial = `<Dial action="${url}" method="POST" timeout="${RING_SECONDS}"><Number ${leg}>${xmlText(forwardsTo)}</Number></Dial>`;
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${spoken(announcement)}${dial}</Response>`;
}

function spoken(announcement: string | null): string {
  if (announcement === null) return "";
  const verb = /^https:\/\/\S+$/.test(announcement) ? "Play" : "Say";
  return `<${verb}>${xmlText(announcement)}</${verb}>`;
}

/** A text as it may stand in XML 1.0, between quotes too: what has no place in it is left out. */
export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
}
