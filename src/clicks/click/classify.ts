import { isbot } from "isbot";
import UAParser from "ua-parser-js";
import { PREVIEWS, PROGRAMS, withoutPeoplesWords } from "./bot-words.ts";
import { type Agent, type BotReason, type DeviceClass, MAX_USER_AGENT } from "../../edge/click/message.ts";

const DEVICE_TYPES: Readonly<Record<string, DeviceClass>> = {
  mobile: "mobile",
  tablet: "tablet",
  smarttv: "tv",
  console: "other",
  wearable: "other",
  embedded: "other",
};

/** Android televisions that the library takes for tablets. */
const TELEVISIONS = /; (?:Google TV|Chromecast)\b/;

/** Why a user agent is a program's, or `null` for a person's browser. */
export function botReason(userAgent: string | null): BotReason | null {
  // The edge passes headers of any length. Cut as messages are, they get the same verdict at ingest.
  const text = userAgent?.slice(0, MAX_USER_AGENT).trim() ?? "";
  if (text === "") return "no_user_agent";
  if (PREVIEWS.test(text)) return "link_preview";
  return PROGRAMS.test(text) || isbot(withoutPeoplesWords(text)) ? "user_agent" : null;
}

/** Reads a user agent. */
export function classifyAgent(userAgent: string | null): Agent {
  const bot = botReason(userAgent);
  if (userAgent === null || bot !== null) return { bot, device: "other", browser: null, os: null };
  const text = userAgent.slice(0, MAX_USER_AGENT);
  const { device, browser, os } = UAParser(text);
  return { bot, device: deviceClass(text, device.type, os.name), browser: browser.name ?? null, os: os.name ?? null };
}

/** The library leaves the type open for what it doesn't know, which is nearly always a computer. */
function deviceClass(userAgent: string, type: string | undefined, os: string | undefined): DeviceClass {
  if (TELEVISIONS.test(userAgent)) return "tv";
  if (type !== undefined) return DEVICE_TYPES[type] ?? "other";
  if (os === undefined) return "other";
  // Opera Mini gives no model.
  return os === "Android" || os === "iOS" ? "mobile" : "desktop";
}

/** The language a visitor prefers (RFC 9110, section 12.5.4): the first tag, such as `de` or `pt-BR`. */
export function preferredLanguage(header: string | null): string | null {
  const [, language, region] =
    /^\s*([A-Za-z]{2,3})(?:-[A-Za-z]{4})?(?:-([A-Za-z]{2}|\d{3}))?\s*(?:[,;]|$)/.exec(header ?? "") ?? [];
  if (language === undefined) return null;
  return region === undefined ? language.toLowerCase() : `${language.toLowerCase()}-${region.toUpperCase()}`;
}
