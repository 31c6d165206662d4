import { partsFor } from "../../src/sales/capture/parts.ts";
import { scriptOf } from "../../src/sales/capture/script.ts";
import type { SnippetConfig } from "../../src/sales/snippet/config.ts";
import { listening } from "./listening.ts";

/** What a page asked, as it said it. */
export interface Asked {
  consent: string;
  visitor?: string;
  visit?: { id: string; origin: Record<string, unknown> };
  origin: Record<string, unknown>;
  url: string;
  targets: string[];
  shown: Record<string, string>;
}

/** What is answered for a number: a number of a pool or of a source, or why there is none. */
export type Told = { number: string | null; case: string };

/** A site under a strict policy, and what stands in for Waymark. */
export interface NumbersSite {
  origin: string;
  asked: Asked[];
  /** Events that pages told, `number` alone. */
  events: Record<string, unknown>[];
  /** What is answered from now on. */
  answer: (asked: Asked, target: string) => Told;
  /** Whether nothing is answered but a failure. */
  isDown: boolean;
  close: () => void;
}

/** The numbers on the site: of Berlin, and of a country where numbers have no 0 before them. */
export const BERLIN = "+493012345678";
export const BOSTON = "+16175550123";

const STUB = "window.wm=window.wm||function(){(wm.q=wm.q||[]).push(arguments)}";

const BODY = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">
<script src="WAYMARK/stub.js"></script><script async src="WAYMARK/t/ast.js?s=STORE"></script></head><body>
<p id="national">Call (030) 123 456-78 now</p>
<p id="international">Call +49 (0)30&nbsp;/ 12345678, or write</p>
<p id="zeros">0049 30 12345678</p>
<a id="link" href="tel:+49-30-12345678">Call us</a>
<p id="boston">(617) 555-0123 or 1-617-555-0123</p>
<p id="twice">030 12345678 and 030/12345678</p>
<p id="other">+43 30 12345678, 030 123456789, 9030 12345678, 030 12345679</p>
<div data-wm-ignore><p id="ignored">030 12345678</p><a id="ignored-link" href="tel:03012345678">x</a></div>
<textarea id="field">030 12345678</textarea><input id="input" value="030 12345678">
<p id="typed" contenteditable>030 12345678</p>
<main id="late"></main></body></html>`;

/** A page on which no number stands. */
const BARE = BODY.replace(/<p id="national">[^]*<main/, "<main");

/** Opens both. Pages below `/planned` are of a store with a tagging plan, those below `/bare` have no number. */
export async function openNumbersSite(): Promise<NumbersSite> {
  const waymark = await listening(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://waymark.example");
    const headers = {
      "Access-Control-Allow-Origin": request.headers.origin ?? "*",
      "Access-Control-Allow-Credentials": "true",
    };
    const script = { ...headers, "Content-Type": "text/javascript" };
    if (pathname === "/stub.js") return response.writeHead(200, script).end(STUB);
    if (pathname === "/t/ast.js") {
      const config: SnippetConfig = {
        base: `${waymark.origin}/t/`,
        store: "demo",
        param: "wm_click",
        keep: 86_400,
        policy: "deferred",
        numbers: [
          [BERLIN, 2],
          [BOSTON, 1],
        ],
        ...(searchParams.get("s") === "planned" && { plan: { n: 7, minutes: 30 } }),
      };
      return response.writeHead(200, script).end(scriptOf(config, { goals: true, parts: partsFor(config) }));
    }
    let body = "";
    for await (const part of request) body += String(part);
    if (pathname === "/t/numbers") {
      if (site.isDown) return response.writeHead(503, headers).end("{}");
      const asked = JSON.parse(body) as Asked;
      site.asked.push(asked);
      const numbers = asked.targets.map((target) => ({ target, ...site.answer(asked, target) }));
      return response.writeHead(200, headers).end(JSON.stringify({ numbers, heartbeatSeconds: 60 }));
    }
    const events = [JSON.parse(body) as unknown].flat() as Record<string, unknown>[];
    site.events.push(...events.filter(({ type }) => type === "number"));
    return response.writeHead(202, headers).end("{}");
  });
  const policy = [
    "default-src 'none'",
    `script-src ${waymark.origin}`,
    `connect-src ${waymark.origin}`,
    "img-src data:",
    "base-uri 'none'",
  ].join("; ");
  const shop = await listening((request, response) => {
    const { url = "/" } = request;
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy });
    const body = url.startsWith("/bare") ? BARE : BODY;
    return response.end(
      body.replaceAll("WAYMARK", waymark.origin).replace("STORE", url.startsWith("/planned") ? "planned" : "demo"),
    );
  });
  const site: NumbersSite = {
    origin: shop.origin,
    asked: [],
    events: [],
    answer: () => ({ number: null, case: "own" }),
    isDown: false,
    close: () => {
      shop.close();
      waymark.close();
    },
  };
  return site;
}
