import { isbot } from "isbot";
import UAParser from "ua-parser-js";

/** A device class as reports group by it. */
export type DeviceClass = "desktop" | "mobile" | "tablet" | "tv" | "other";

/** What a user agent says, by family only: versions would make visitors recognisable. */
export interface Agent {
  /** Why it is a program and not a person, or `null`. */
  bot: BotReason | null;
  device: DeviceClass;
  browser: string | null;
  os: string | null;
}

/** Why a request counts as a program's. */
export type BotReason = "no_user_agent" | "link_preview" | "user_agent";

/** Programs that fetch a link to show a card of it in a chat or a feed. */
const PREVIEWS =
  /facebookexternalhit|facebookcatalog|meta-external|WhatsApp\/|Twitterbot|TelegramBot|Slackbot|Slack-ImgProxy|Discordbot|LinkedInBot|Pinterestbot|SkypeUriPreview|redditbot|vkShare|Snap URL Preview|Viber|Iframely|Embedly|BitlyBot|Google-PageRenderer|Mastodon\/|Bluesky Cardyb|Line-Preview|KakaoTalk-Scrap/i;

const DEVICE_TYPES: Readonly<Record<string, DeviceClass>> = {
  mobile: "mobile",
  tablet: "tablet",
  smarttv: "tv",
  console: "other",
  wearable: "other",
  embedded: "other",
};

/** Why a user agent is a program's, or `null` for a person's browser. */
export function botReason(userAgent: string | null): BotReason | null {
  if (userAgent === null || userAgent.trim() === "") return "no_user_agent";
  if (PREVIEWS.test(userAgent)) return "link_preview";
  return isbot(userAgent) ? "user_agent" : null;
}

/** Reads a user agent. */
export function classifyAgent(userAgent: string | null): Agent {
  const bot = botReason(userAgent);
  if (userAgent === null || bot !== null) return { bot, device: "other", browser: null, os: null };
  const { device, browser, os } = UAParser(userAgent);
  return {
    bot,
    // The library leaves the type open for what it doesn't know, which is nearly always a computer.
    device:
      device.type === undefined
        ? os.name === undefined
          ? "other"
          : "desktop"
        : (DEVICE_TYPES[device.type] ?? "other"),
    browser: browser.name ?? null,
    os: os.name ?? null,
  };
}

/** The language a visitor prefers (RFC 9110, section 12.5.4): the first tag, such as `de` or `pt-BR`. */
export function preferredLanguage(header: string | null): string | null {
  const [, language, region] =
    /^\s*([A-Za-z]{2,3})(?:-[A-Za-z]{4})?(?:-([A-Za-z]{2}|\d{3}))?\s*(?:[,;]|$)/.exec(header ?? "") ?? [];
  if (language === undefined) return null;
  return region === undefined ? language.toLowerCase() : `${language.toLowerCase()}-${region.toUpperCase()}`;
}
