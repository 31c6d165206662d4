import type { SourceClass } from "../../edge/click/message.ts";

/** What tells where a visit came from. */
export interface SourceEvidence {
  referrerHost: string | null;
  /** Names of advertising click ids in the visitor's query. */
  adIds: readonly string[];
  utmSource: string | null;
  utmMedium: string | null;
  /** In-app browsers name their app here and often send no referrer. */
  userAgent: string | null;
}

/** Click ids that networks put on organic posts too, and so prove no advertisement. */
const ORGANIC_IDS: ReadonlySet<string> = new Set(["fbclid", "igshid", "igsh"]);

const AD_MEDIUM = /^(cpc|ppc|cpm|cpv|cpa|paid.*|display|banner|retargeting|ads?)$/i;
const EMAIL_MEDIUM = /^(e-?mail|newsletter)$/i;
const SOCIAL_MEDIUM = /^(social.*|sm|influencer|creator)$/i;
const SEARCH_MEDIUM = /^organic$/i;

const EMAIL_HOSTS =
  /(^|\.)(mail\.google\.com|mail\.yahoo\.com|outlook\.(live|office)\.com|mail\.proton\.me|com\.google\.android\.gm)$/;
const SEARCH_HOSTS =
  /(^|\.)(google\.[a-z.]{2,6}|bing\.com|duckduckgo\.com|search\.yahoo\.com|ecosia\.org|qwant\.com|startpage\.com|search\.brave\.com|yandex\.[a-z.]{2,6}|baidu\.com|naver\.com|com\.google\.android\.googlequicksearchbox)$/;
const SOCIAL_HOSTS =
  /(^|\.)(instagram\.com|facebook\.com|fb\.com|fb\.me|messenger\.com|threads\.(net|com)|tiktok\.com|youtube\.com|youtu\.be|twitter\.com|x\.com|t\.co|pinterest\.[a-z.]{2,6}|pin\.it|snapchat\.com|linkedin\.com|lnkd\.in|reddit\.com|twitch\.tv|discord\.com|whatsapp\.com|wa\.me|t\.me|telegram\.org|vk\.com|weibo\.com|bsky\.app|linktr\.ee|com\.instagram\.android|com\.facebook\.katana|com\.zhiliaoapp\.musically|com\.google\.android\.youtube)$/;
const SOCIAL_APPS =
  /Instagram|FBAN|FBAV|FB_IAB|musical_ly|TikTok|BytedanceWebview|Snapchat|Pinterest|Twitter for|LinkedInApp|Barcelona/i;

/**
 * The class of a visit: what the link's owner declared (medium), then what the network declared (ad
 * id), then where the browser says it came from, then the app it runs in.
 */
export function sourceClass(evidence: SourceEvidence): SourceClass {
  const { utmMedium, referrerHost, adIds, userAgent } = evidence;
  if (utmMedium !== null) {
    if (AD_MEDIUM.test(utmMedium)) return "ad";
    if (EMAIL_MEDIUM.test(utmMedium)) return "email";
    if (SOCIAL_MEDIUM.test(utmMedium)) return "social";
    if (SEARCH_MEDIUM.test(utmMedium)) return "search";
  }
  if (adIds.some((name) => !ORGANIC_IDS.has(name))) return "ad";
  if (referrerHost !== null) {
    if (EMAIL_HOSTS.test(referrerHost)) return "email";
    if (SOCIAL_HOSTS.test(referrerHost)) return "social";
    if (SEARCH_HOSTS.test(referrerHost)) return "search";
    return "referral";
  }
  if (adIds.length > 0 || (userAgent !== null && SOCIAL_APPS.test(userAgent))) return "social";
  return "direct";
}
