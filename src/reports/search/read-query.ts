import { ID_LENGTH } from "../../ground/id-text.ts";
import { phoneOf } from "../../ground/phone.ts";

/** What somebody looks for, in the forms that things are kept in. */
export interface Wanted {
  /** As it was typed, without blanks around it. */
  text: string;
  /** An id of Waymark's; `null`: it is none. */
  id: string | null;
  /** Where a short link may answer: of an address that was pasted whole, or of a slug. */
  address: { host: string | null; slug: string };
  /** Part of a destination, without its scheme; `null`: it can be none, or is too short for one. */
  url: string | null;
  /** A handle or an order's number without the mark before it. */
  bare: string;
  /** E.164, or some digits of a number; `null`: it is none. */
  phone: string | null;
}

/** Characters that something is looked for by at least within a longer text. */
export const LEAST_PART = 3;

const ID = new RegExp(`^[a-z]{3}_[0-9a-hjkmnp-tv-z]{${ID_LENGTH}}$`);

/** Reads what somebody looks for. */
export function wantedOf(given: string): Wanted {
  const text = given.trim();
  return {
    text,
    id: ID.test(text) ? text : null,
    address: addressOf(text),
    url: urlPartOf(text),
    bare: text.replace(/^[@#]+/, ""),
    phone: phonePartOf(text),
  };
}

/** The host and slug of a short link's address; the scheme and what follows the slug may be there or not. */
function addressOf(text: string): Wanted["address"] {
  const url = /^https?:\/\//i.test(text) || /^[^/\s]+\.[^/\s]+\//.test(text) ? parsed(text) : null;
  if (url === null) return { host: null, slug: text };
  const [, first = ""] = url.pathname.split("/");
  return { host: url.hostname, slug: decoded(first).replace(/\+$/, "") };
}

function parsed(text: string): URL | null {
  return URL.parse(/^https?:\/\//i.test(text) ? text : `https://${text}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function urlPartOf(text: string): string | null {
  const part = text.replace(/^https?:\/\//i, "").replace(/\/$/, "");
  return part.length > LEAST_PART && !/[\s@#]/.test(part) ? part : null;
}

function phonePartOf(text: string): string | null {
  const whole = phoneOf(text);
  if (whole !== null) return whole;
  const digits = text.replaceAll(/[\s().\-/]/g, "");
  return /^\+?\d{4,15}$/.test(digits) ? digits.replace(/^0/, "") : null;
}
