/**
 * What tells programs from people's browsers beyond the library's own list. Each word is here because
 * a measurement showed it missing or wrong: see docs/bots.md, and measure again after a change.
 */

const anyOf = (...words: readonly RegExp[]): RegExp => new RegExp(words.map((word) => word.source).join("|"), "i");

/** Programs that fetch a link to show a card of it in a chat, a feed, a document or an e-mail. */
export const PREVIEWS = anyOf(
  // Meta. iMessage names itself as both of Facebook's and Twitter's; LINE and KakaoTalk as the first.
  /facebookexternalhit|facebookcatalog|Facebot|meta-external/,
  // Only in front: pages opened inside WhatsApp or Viber end in the same word. Signal says `WhatsApp/2`.
  /^WhatsApp(?:\/|$)|^Viber/,
  // WhatsApp's old desktop app, which opened links in the system's browser and fetched only cards.
  /WhatsApp\/\S+ (?:Chrome|Electron)\//,
  /Twitterbot|TelegramBot|Slackbot|Slack-ImgProxy|Discordbot|LinkedInBot|redditbot|GroupMeBot|KeybaseBot/,
  // The app's own pages end in `[Pinterest/iOS]` or `[Pinterest/Android]`.
  /Pinterestbot|Pinterest\/0\.\d/,
  /Snap ?URL ?Preview|SkypeUriPreview|BingPreview|MicrosoftPreview|Google Web Preview|Google-PageRenderer/,
  // Google's snippets for Chat, Messages and the late Google+, which name no product.
  /developers\.google\.com\/\+\/web\/snippet/,
  /line-poker|kakaotalk-scrap|vkShare|OdklBot|SteamChatURLLookup|DingTalkBot-LinkService|FlipboardProxy/,
  /Mastodon\/|Bluesky Cardyb|^Bluesky\/|BlueskyPreviewBot|Lemmy\/|SummalyBot|Friendica|^Synapse \(|Mattermost-Bot|Discourse Forum Onebox/,
  /Iframely|Embedly|BitlyBot|opengraph\.io|Link ?Preview|Link ?Unfurl|UnfurlBot|RichLinkBot/,
  // Notion and Tumblr name only themselves; a page opened in their apps starts with `Mozilla`.
  /^(?:Notion|Tumblr)\//,
);

/** Programs that the library takes for browsers. */
export const PROGRAMS = anyOf(
  // Page-speed testers and screenshot services that say so at the end of a Chrome.
  /GTmetrix|YLT Chrome|Miniature\.io\/|TSM-turingos/,
  // A scanner for weak spots, and Amazon's assistant, which reads for its user.
  /Assetnote|Amzn-User/,
  // The browser inside a code editor: its agent drives it, or a developer who tests a shop.
  /\b(?:Code|Trae)\/\S+ Chrome\/\S+ Electron\//,
  // HTTP clients of iOS and Android: an app fetched, and nobody looked.
  /\bCFNetwork\/|^Dalvik\//,
);

/**
 * Words in people's browsers that the library takes for a program's, mostly what apps quote about the
 * phone. They are cut out before it looks, so that a real program's word beside them still counts.
 */
const PEOPLES_WORDS = new RegExp(
  anyOf(
    // The model of an Android phone, where the browser says it: `Discovery Pro`, `Google TV Streamer`.
    /(?<=Android [\d.]+; (?:[a-z]{2}-[a-z]{2}; )?)(?!compatible)[^;()]+/,
    // Phones of Cubot and FOSSiBOT, which apps name once more in places of their own.
    /(?:cu|fossi)bot/,
    // Facebook's carrier, maker, brand and model: `FBCR/Google Fi`, `FBMF/Google`.
    /\bFB(?:CR|MF|BD|DV)\/[^;\]]*/,
    // WeChat's name for the process that shows pages.
    /Process\/tools(?:mp)?\b/,
    // Sogou's browser and search app, whose spider has the same name.
    /Sogou(?:MSE|MobileBrowser|Search )/,
    // Televisions of Hisense and the makers it sells to, and of TCL and others.
    /\.Catcher\d|HTML\/1\.0;/,
    // News readers: the library knows crawlers of news by the word.
    /NewsBreak|NewsArticle|news_article/,
    // The channel of Taobao's app, which looks like the e-mail address that crawlers leave.
    /@taobao_android/,
  ),
  "gi",
);

/** The user agent without what would make a person look like a program: a space each, as it had words. */
export function withoutPeoplesWords(userAgent: string): string {
  return userAgent.replace(PEOPLES_WORDS, " ");
}
