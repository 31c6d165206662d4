import { type Address, hostnameOf } from "../link/address.ts";
import type { CompiledLink } from "../link/compile.ts";
import { OPT_OUT_COOKIE } from "./consent.ts";

/** How long a browser keeps an opt-out, s: the 400 days that browsers grant at most. */
const OPT_OUT_SECONDS = 34_560_000;

/**
 * The attribution cookie (RFC 6265bis). `__Secure-` names are refused over plain http, so a local
 * run on `localhost` gets the bare name.
 */
export function cookieOf(address: Address, link: CompiledLink, token: string): string {
  if (isPlainLoopback(address)) return `wm_click=${token}${link.insecureCookieAttributes}`;
  return `__Secure-wm_click=${token}${link.cookieAttributes}`;
}

/** The cookie that opts a browser out, or forgets that it did; the same for everyone, so it identifies nobody. */
export function optOutCookie(address: Address, optOut: boolean): string {
  const secure = isPlainLoopback(address) ? "" : " Secure;";
  const [name] = OPT_OUT_COOKIE.split("=");
  const value = optOut ? `${OPT_OUT_COOKIE}; Max-Age=${OPT_OUT_SECONDS}` : `${name}=; Max-Age=0`;
  return `${value}; Path=/;${secure} HttpOnly; SameSite=Lax`;
}

/** The cookies that make a browser forget what it was given here; one for each name and domain it may have. */
export function forgetCookies(address: Address, cookieDomain: string | null): string[] {
  if (isPlainLoopback(address)) return ["wm_click=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"];
  const own = "__Secure-wm_click=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax";
  return cookieDomain === null ? [own] : [own, `${own}; Domain=${cookieDomain}`];
}

function isPlainLoopback(address: Address): boolean {
  if (address.secure) return false;
  const hostname = hostnameOf(address.host);
  return (
    hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]" || hostname.endsWith(".localhost")
  );
}
