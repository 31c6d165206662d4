import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { botReason, classifyAgent, preferredLanguage } from "../../../src/clicks/click/classify.ts";
import { MAX_USER_AGENT } from "../../../src/edge/click/message.ts";
import { BROWSERS } from "../browsers.ts";

const chromium = (system: string, tail: string): string =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) ${tail}`;
const webkit = (system: string, tail: string): string =>
  `Mozilla/5.0 (${system}) AppleWebKit/605.1.15 (KHTML, like Gecko) ${tail}`;

const IPHONE = "iPhone; CPU iPhone OS 18_6 like Mac OS X";
const IPAD = "iPad; CPU OS 18_6 like Mac OS X";
const WINDOWS = "Windows NT 10.0; Win64; x64";
const MAC = "Macintosh; Intel Mac OS X 10_15_7";
const CHROME = "Chrome/141.0.0.0";

describe("reading a browser", () => {
  it.each([
    ["mobile", "Mobile Safari", "iOS", webkit(IPHONE, "Version/18.6 Mobile/15E148 Safari/604.1")],
    ["mobile", "Chrome", "iOS", webkit(IPHONE, "CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1")],
    ["mobile", "Firefox", "iOS", webkit(IPHONE, "FxiOS/143.0 Mobile/15E148 Safari/605.1.15")],
    ["mobile", "Instagram", "iOS", webkit(IPHONE, "Mobile/15E148 Instagram 400.0.0.27.80 (iPhone15,3; iOS 18_6)")],
    ["mobile", "Facebook", "iOS", webkit(IPHONE, "Mobile/15E148 [FBAN/FBIOS;FBAV/530.0.0.38.105;FBDV/iPhone15,3]")],
    ["mobile", "WebKit", "iOS", webkit(IPHONE, "Mobile/15E148")],
    ["tablet", "Mobile Safari", "iOS", webkit(IPAD, "Version/18.6 Mobile/15E148 Safari/604.1")],
    ["tablet", "Instagram", "iOS", webkit(IPAD, "Mobile/15E148 Instagram 400.0.0.27.80 (iPad13,4; iPadOS 18_6)")],
    ["mobile", "Chrome", "Android", chromium("Linux; Android 10; K", `${CHROME} Mobile Safari/537.36`)],
    ["tablet", "Chrome", "Android", chromium("Linux; Android 10; K", `${CHROME} Safari/537.36`)],
    ["mobile", "Edge", "Android", chromium("Linux; Android 10; K", `${CHROME} Mobile Safari/537.36 EdgA/141.0.0.0`)],
    [
      "mobile",
      "Samsung Internet",
      "Android",
      chromium("Linux; Android 10; K", `SamsungBrowser/28.0 ${CHROME} Mobile Safari/537.36`),
    ],
    [
      "mobile",
      "Chrome WebView",
      "Android",
      chromium("Linux; Android 15; SM-S928B Build/AP3A.1; wv", `Version/4.0 ${CHROME} Mobile Safari/537.36`),
    ],
    [
      "mobile",
      "TikTok",
      "Android",
      chromium(
        "Linux; Android 15; SM-S928B Build/AP3A.1; wv",
        `Version/4.0 ${CHROME} Mobile Safari/537.36 musical_ly_2024204040 BytedanceWebview/d8a21c6`,
      ),
    ],
    [
      "mobile",
      "Chrome WebView",
      "Android",
      chromium("Linux; Android 14; CUBOT P80 Build/UP1A.1; wv", `Version/4.0 ${CHROME} Mobile Safari/537.36`),
    ],
    [
      "tablet",
      "Chrome WebView",
      "Android",
      chromium("Linux; Android 14; SM-X200 Build/UP1A.1; wv", `Version/4.0 ${CHROME} Safari/537.36`),
    ],
    ["tablet", "Silk", "Android", chromium("Linux; Android 11; KFTUWI", `Silk/138.3.1 like ${CHROME} Safari/537.36`)],
    ["mobile", "Firefox", "Android", "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0"],
    ["tablet", "Firefox", "Android", "Mozilla/5.0 (Android 15; Tablet; rv:143.0) Gecko/143.0 Firefox/143.0"],
    [
      "mobile",
      "Opera Mini",
      "Android",
      "Opera/9.80 (Android; Opera Mini/85.0.2254/191.364; U; en) Presto/2.12.423 Version/12.16",
    ],
    ["desktop", "Chrome", "Windows", chromium(WINDOWS, `${CHROME} Safari/537.36`)],
    ["desktop", "Edge", "Windows", chromium(WINDOWS, `${CHROME} Safari/537.36 Edg/141.0.0.0`)],
    ["desktop", "Opera", "Windows", chromium(WINDOWS, `${CHROME} Safari/537.36 OPR/125.0.0.0`)],
    ["desktop", "Firefox", "Windows", `Mozilla/5.0 (${WINDOWS}; rv:143.0) Gecko/20100101 Firefox/143.0`],
    ["desktop", "Safari", "Mac OS", webkit(MAC, "Version/18.6 Safari/605.1.15")],
    ["desktop", "Chrome", "Mac OS", chromium(MAC, `${CHROME} Safari/537.36`)],
    ["desktop", "Chrome", "Linux", chromium("X11; Linux x86_64", `${CHROME} Safari/537.36`)],
    ["desktop", "Chrome", "Chromium OS", chromium("X11; CrOS x86_64 14541.0.0", `${CHROME} Safari/537.36`)],
    ["tv", "Chrome", "webOS", chromium("Web0S; Linux/SmartTV", `${CHROME} Safari/537.36 WebAppManager`)],
    [
      "tv",
      "Chrome",
      "Android",
      chromium("Linux; Android 14; Google TV Streamer Build/UTTK.1", `${CHROME} Safari/537.36`),
    ],
    ["tv", "Chrome", "Android", chromium("Linux; Android 12; Chromecast HD Build/STTL.1", `${CHROME} Safari/537.36`)],
    ["tv", "Chrome", "Android", chromium("Linux; Android 12; BRAVIA 4K VH22 Build/STT2.1", `${CHROME} Safari/537.36`)],
    ["other", "Edge", "Xbox", chromium(`${WINDOWS}; Xbox; Xbox Series X`, `${CHROME} Safari/537.36 Edg/141.0.0.0`)],
    ["other", "Safari", "PlayStation", webkit("PlayStation; PlayStation 5/11.20", "Version/17.6 Safari/605.1.15")],
  ])("says %s, %s and %s of %s", (device, browser, os, userAgent) => {
    expect(classifyAgent(userAgent)).toEqual({ bot: null, device, browser, os });
  });

  it("names families without versions, whatever the browser", () => {
    const names = BROWSERS.flatMap((userAgent) => {
      const { browser, os } = classifyAgent(userAgent);
      return [browser, os];
    });
    // `360` is a browser's name.
    expect(names.filter((name) => name !== null && name !== "360" && /\d/.test(name))).toEqual([]);
  });

  it("says nothing of a program's", () => {
    expect(classifyAgent("Twitterbot/1.0")).toEqual({ bot: "link_preview", device: "other", browser: null, os: null });
    expect(classifyAgent(null)).toEqual({ bot: "no_user_agent", device: "other", browser: null, os: null });
  });
});

describe("a hostile user agent", () => {
  const pieces = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(...BROWSERS.slice(0, 1_000), "Instagram", "FBAN/", ";", " ", "(", "\\", "\u0000", "1.1.1.1.1.1."),
    // One character over and over: what makes a careless pattern run for ever.
    fc
      .tuple(fc.constantFrom("a", ".", " ", "1", "(", ";", "/"), fc.integer({ min: 1, max: 10_000 }))
      .map(([c, n]) => c.repeat(n)),
  );
  const hostile = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(""));

  it("never throws", () => {
    fc.assert(
      fc.property(hostile, (userAgent) => {
        expect(["desktop", "mobile", "tablet", "tv", "other"]).toContain(classifyAgent(userAgent).device);
      }),
    );
  });

  // What bounds the work: no pattern ever sees more than 512 characters, so it can't grow with the header.
  it("is read no further than a message carries it, so that edge and ingest agree", () => {
    fc.assert(
      fc.property(hostile, (userAgent) => {
        expect(classifyAgent(userAgent)).toEqual(classifyAgent(userAgent.slice(0, MAX_USER_AGENT)));
      }),
    );
    const browser = chromium(WINDOWS, `${CHROME} Safari/537.36`);
    expect(botReason(`${browser.padEnd(MAX_USER_AGENT)}Googlebot/2.1`)).toBeNull();
    expect(botReason(`${browser.padEnd(MAX_USER_AGENT - 13)}Googlebot/2.1`)).toBe("user_agent");
  });
});

describe("the preferred language", () => {
  it.each([
    ["de", "de"],
    ["de-DE,de;q=0.9,en;q=0.8", "de-DE"],
    ["en-us", "en-US"],
    ["EN-gb;q=0.9", "en-GB"],
    ["zh-Hans-CN,zh;q=0.9", "zh-CN"],
    ["zh-Hant", "zh"],
    ["es-419,es;q=0.9", "es-419"],
    ["fil-PH", "fil-PH"],
    ["  pt-BR ", "pt-BR"],
    ["*", null],
    ["", null],
    [null, null],
    ["en_US", null],
    ["x".repeat(10_000), null],
    ["<script>", null],
  ])("of %j is %j", (header, language) => {
    expect(preferredLanguage(header)).toBe(language);
  });

  it("is a short tag or nothing, whatever the header", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (header) => {
        expect(preferredLanguage(header) ?? "en").toMatch(/^[a-z]{2,3}(-[A-Z]{2}|-\d{3})?$/);
      }),
    );
  });
});
