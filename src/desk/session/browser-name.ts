/** Browsers by what only they, or those before them in this list don't, say in `User-Agent`. */
const BROWSERS = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
] as const;

const SYSTEMS = [
  [/\b(?:iPhone|iPad)\b/, "iOS"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
] as const;

/** A browser in words by which somebody knows their own again, such as "Firefox on macOS". Nothing else of `User-Agent` is kept. */
export function browserName(userAgent: string | undefined): string {
  const found = (names: readonly (readonly [RegExp, string])[], other: string): string =>
    names.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1] ?? other;
  return `${found(BROWSERS, "Another browser")} on ${found(SYSTEMS, "another system")}`;
}
