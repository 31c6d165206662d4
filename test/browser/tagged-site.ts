import { createHash } from "node:crypto";
import type { Browser, BrowserContext, BrowserContextOptions, CDPSession, Page } from "playwright-core";
import { partsFor } from "../../src/sales/capture/parts.ts";
import { scriptOf } from "../../src/sales/capture/script.ts";
import type { PartName, SnippetPlan } from "../../src/sales/snippet/config.ts";
import { listening } from "./listening.ts";

/** An event as a page told it. */
export interface Told {
  type: string;
  consent: string;
  id: string;
  view: string;
  url: string;
  plan?: number;
  age: number;
  visitor?: string;
  visit?: { id: string; page: number; landing: string; before: string | null; origin: Record<string, unknown> };
  entry?: true;
  origin?: Record<string, unknown>;
  data: Record<string, unknown>;
}

/** The plan of the site: everything on. */
export const PLAN: SnippetPlan = {
  n: 7,
  minutes: 30,
  engage: true,
  scroll: true,
  heat: true,
  rules: [
    ["buy", "click", ".buy", null, null, "Buy"],
    ["broken", "click", ":::", null, null, null],
    ["elsewhere", "click", ".buy", null, String.raw`^\/elsewhere\/?$`, null],
    ["inner", "click", "x-card .inner", null, null, null],
    ["deep", "click", ".deep", null, null, null],
    ["box", "click", "#box", null, null, null],
    ["files", "download", null, ["pdf", "zip"], null, null],
    ["all-files", "download", null, ["pdf"], null, null],
    ["newsletter", "form", "#newsletter", null, null, null],
    ["search", "form", "#search", null, null, null],
    ["checked", "form", "#checked", null, null, null],
    ["shadow-form", "form", ".shadow-form", null, null, null],
    ["reviews", "visible", "#reviews", null, null, null],
    ["late", "visible", ".late", null, null, null],
    ["secret", "visible", "#secret", null, null, null],
  ],
  steps: [
    ["Cart", String.raw`^\/cart\/?$`],
    ["Payment", null],
  ],
};

/** One page at many addresses. */
const SCRIPT = `
const root = document.querySelector("x-card").attachShadow({ mode: "open" });
root.innerHTML = '<button type="button" class="deep">Deep</button><form class="shadow-form" action="/sent"><input name="q"><button class="go">Go</button></form>';
document.querySelector(".stop").addEventListener("click", (event) => event.stopImmediatePropagation());
for (const id of ["search", "checked"]) document.getElementById(id).addEventListener("submit", (event) => event.preventDefault());
document.querySelector(".keep").addEventListener("click", (event) => event.preventDefault());
`;

const BODY = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">
<script src="WAYMARK/stub.js"></script><script async src="WAYMARK/t/ast.js?s=demo"></script></head>
<body><header><button type="button" class="buy" id="top">Top</button></header><main>
<button type="button" class="buy" id="buy"><span>Buy</span></button>
<button type="button" class="buy stop" id="stop">Stopped</button>
<a class="buy" id="link" href="/product">Product</a>
<a id="file" class="keep" href="/files/Guide.PDF?token=secret#page=2"><b>Guide</b></a>
<svg width="20" height="20"><a href="/files/x.zip"><rect width="20" height="20"/></a></svg>
<img src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7" width="40" height="40" usemap="#map" alt="">
<map name="map"><area id="area" shape="rect" coords="0,0,40,40" href="https://other.example/a.zip" target="_blank" alt="Zip"></map>
<label id="box"><input type="checkbox" id="check"> Box</label>
<form id="newsletter" action="/sent" target="sink"><input id="email" name="email" type="email" required><button>Subscribe</button></form>
<iframe name="sink" title="sink"></iframe>
<form id="search"><input name="q" id="q"><button>Search</button></form>
<form id="checked" novalidate><input name="q" required><button>Check</button></form>
<x-card></x-card>
<section data-wm-ignore><button type="button" class="buy" id="private">Private</button><p id="secret">Secret</p></section>
<div class="tall"></div><section id="reviews">Reviews</section><div class="tall"></div>
</main><script>${SCRIPT}</script></body></html>`;

const STYLE = `* { box-sizing: border-box; } body { margin: 0; } header { position: sticky; top: 0; height: 40px; background: #fff; }
.tall { height: 2000px; } iframe { display: none; } #reviews { height: 100px; }`;

const STUB = "window.wm=window.wm||function(){(wm.q=wm.q||[]).push(arguments)}";

/** A site under a strict policy, and what stands in for Waymark. */
export interface Site {
  origin: string;
  /** All that pages told, in the order in which it came. */
  told: Told[];
  /** Opens a browser of a person of their own. */
  visit(browser: Browser, options?: BrowserContextOptions): Promise<Visitor>;
  close(): void;
}

/** A browser of a person of their own. */
export interface Visitor {
  context: BrowserContext;
  page: Page;
  cdp: CDPSession;
  /** Errors of scripts, and what the console calls an error: a policy's violations are among them. */
  problems: string[];
}

/** Opens both. */
export async function openSite(): Promise<Site> {
  const told: Told[] = [];
  const scriptFor = (parts: readonly PartName[]): string =>
    scriptOf(
      {
        base: `${waymark.origin}/t/`,
        store: "demo",
        param: "wm_click",
        keep: 86_400,
        policy: "deferred",
        plan: PLAN,
      },
      { goals: true, parts },
    );
  const waymark = await listening(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://waymark.example");
    const headers = { "Content-Type": "text/javascript", "Access-Control-Allow-Origin": "*" };
    if (pathname === "/stub.js") return response.writeHead(200, headers).end(STUB);
    if (pathname === "/t/ast.js") {
      return response.writeHead(200, headers).end(scriptFor(partsFor({ plan: PLAN })));
    }
    if (pathname === "/t/preview.js") {
      const isValid = searchParams.get("t") === "good.token";
      return response
        .writeHead(isValid ? 200 : 404, headers)
        .end(isValid ? scriptFor(["preview", ...partsFor({ plan: PLAN })]) : "/* none */");
    }
    let body = "";
    for await (const part of request) body += String(part);
    if (pathname === "/t/events") {
      const events = JSON.parse(body) as Told | Told[];
      told.push(...(Array.isArray(events) ? events : [events]));
    }
    return response.writeHead(202, headers).end("{}");
  });
  const policy = [
    "default-src 'none'",
    `script-src ${waymark.origin} 'sha256-${createHash("sha256").update(SCRIPT).digest("base64")}'`,
    `connect-src ${waymark.origin}`,
    "style-src 'self'",
    "img-src data:",
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
  ].join("; ");
  const site = await listening((request, response) => {
    if (request.url === "/style.css") return response.writeHead(200, { "Content-Type": "text/css" }).end(STYLE);
    if (request.url?.startsWith("/sent")) return response.writeHead(200, { "Content-Type": "text/html" }).end("Sent.");
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy });
    return response.end(BODY.replaceAll("WAYMARK", waymark.origin));
  });
  return {
    origin: site.origin,
    told,
    visit: async (browser: Browser, options: BrowserContextOptions = {}) => {
      const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, ...options });
      const problems: string[] = [];
      context.on("weberror", (error) => problems.push(error.error().message));
      context.on("console", (message) => {
        if (message.type() === "error") problems.push(message.text());
      });
      const page = await context.newPage();
      return { context, page, cdp: await context.newCDPSession(page), problems };
    },
    close: () => {
      site.close();
      waymark.close();
    },
  };
}
