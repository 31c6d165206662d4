import crawlers from "crawler-user-agents";
import { describe, expect, it } from "vitest";
import { botReason } from "../../../src/clicks/click/classify.ts";
import { BROWSERS } from "../browsers.ts";
import { IN_APP } from "../in-app.ts";
import { PREVIEW_AGENTS } from "../previews.ts";

/** What docs/bots.md promises. */
const MIN_RECALL = 0.98;
const MAX_FALSE_POSITIVES = 0.001;

const CRAWLERS = [...new Set(crawlers.flatMap((crawler) => crawler.instances))];

const isProgram = (userAgent: string): boolean => botReason(userAgent) !== null;

/** A rate, and below it what was got wrong, for whoever reads a failure. */
const figures = (rate: number, wrong: readonly string[], of: readonly string[]): string =>
  [`${rate.toFixed(4)}: ${wrong.length} of ${of.length} wrong`, ...wrong].join("\n");

describe("programs", () => {
  it("are found in the public list of crawlers", () => {
    expect(CRAWLERS.length).toBeGreaterThan(2_000);
    const missed = CRAWLERS.filter((userAgent) => !isProgram(userAgent));
    const recall = 1 - missed.length / CRAWLERS.length;
    expect(recall, figures(recall, missed, CRAWLERS)).toBeGreaterThanOrEqual(MIN_RECALL);
  });

  it.each(Object.entries(PREVIEW_AGENTS))("that show cards are link previews: %s", (_name, userAgent) => {
    expect(botReason(userAgent)).toBe("link_preview");
  });

  it.each([
    "curl/8.16.0",
    "python-requests/2.32.5",
    "Go-http-client/2.0",
    "okhttp/5.1.0",
    "node",
    "Deno/2.5.1",
    "Shop/2.201.0 CFNetwork/3826.600.41 Darwin/24.6.0",
    "Dalvik/2.1.0 (Linux; U; Android 15; SM-S928B Build/AP3A.240905.015.A2)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 14; CUBOT P80) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
  ])("are programs by their name: %s", (userAgent) => {
    expect(botReason(userAgent)).toBe("user_agent");
  });

  it.each([null, "", "  \t "])("may give no name: %j", (userAgent) => {
    expect(botReason(userAgent)).toBe("no_user_agent");
  });
});

describe("people", () => {
  it("are not taken for programs, in current browsers", () => {
    expect(BROWSERS.length).toBeGreaterThanOrEqual(1_200);
    const mistaken = BROWSERS.filter(isProgram);
    const rate = mistaken.length / BROWSERS.length;
    expect(rate, figures(rate, mistaken, BROWSERS)).toBeLessThanOrEqual(MAX_FALSE_POSITIVES);
  });

  it("are not taken for programs inside any app: one in a thousand would hide a whole app", () => {
    expect(new Set(IN_APP).size).toBeGreaterThanOrEqual(150);
    expect(IN_APP.filter(isProgram)).toEqual([]);
  });
});
