import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { scriptOf } from "../src/sales/capture/script.ts";
import { PART_NAMES } from "../src/sales/snippet/config.ts";
import { launchChromium } from "../test/browser/chromium.ts";
import { limitResult, median, progress, readable, type Report, type RunOptions } from "./result.ts";

/** What the snippet may take of a page's main thread, ms in each second. */
const MOST_MS = 1;

/** Pairs of pages, one with the snippet and one without, and how long each is looked at, s. */
const QUICK = { pairs: 2, seconds: 6 };
const FULL = { pairs: 6, seconds: 20 };

/** What a page takes to begin isn't counted, ms: the snippet's share of that is once a page. */
const BEGINNING_MS = 2_000;

/** Elements of the page: more than most shops' have. */
const ROWS = 1_500;

const RULES = [
  ["buy", "click", ".buy", null, null, null],
  ["files", "download", null, ["pdf", "zip"], null, null],
  ["mail", "form", "form.newsletter", null, null, null],
  ["end", "visible", "#never .shown", null, null, null],
  ["top", "visible", "#top", null, null, null],
] as const;

/**
 * Measures what the snippet with all its parts takes of the main thread of a page on which somebody scrolls twice a
 * second and clicks every other, with consent: the browser's own sum of what its tasks took, beside the same page without it.
 * Rejects where there is no Chromium.
 */
export async function benchSnippetCost({ quick }: RunOptions): Promise<Report> {
  const { pairs, seconds } = quick ? QUICK : FULL;
  const site = await openSite();
  const browser = await launchChromium();
  try {
    const taken = { with: [] as number[], without: [] as number[] };
    for (let pair = 0; pair < pairs; pair++) {
      progress(`snippet cost ${pair + 1} of ${pairs}`);
      taken.without.push(await tasksOf(browser, `${site.origin}/plain`, seconds));
      taken.with.push(await tasksOf(browser, `${site.origin}/tagged`, seconds));
    }
    const differences = taken.with.map((ms, pair) => ms - (taken.without[pair] ?? 0));
    return {
      results: [limitResult("snippet, main thread of a busy page", "ms/s", Math.max(0, median(differences)), MOST_MS)],
      notes: [
        `Tasks of the page took ${readable(median(taken.with))} ms a second with the snippet and all its parts, ${readable(median(taken.without))} without; ${pairs} pairs of ${seconds} s, ${ROWS} rows, differences ${differences.map(readable).join(", ")}.`,
      ],
      faults: site.told() > 0 ? [] : ["The page told of nothing."],
    };
  } finally {
    await browser.close();
    site.close();
  }
}

/** What the tasks of a page took while somebody was busy on it, ms in each second. */
async function tasksOf(browser: Browser, url: string, seconds: number): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "networkidle" });
  const cdp = await context.newCDPSession(page);
  // Of the processor, not of the clock: a machine has other things to do.
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const tasks = async (): Promise<number> => {
    const { metrics } = await cdp.send("Performance.getMetrics");
    return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0) * 1000;
  };
  await new Promise((resolve) => setTimeout(resolve, BEGINNING_MS));
  const before = await tasks();
  const end = Date.now() + seconds * 1000;
  for (let step = 0; Date.now() < end; step++) {
    await page.mouse.wheel(0, step % 20 < 10 ? 240 : -240);
    if (step % 4 === 0) await page.mouse.click(500, 300);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const ms = ((await tasks()) - before) / seconds;
  await context.close();
  return ms;
}

/** A page of many rows, with the snippet and without, and what stands in for Waymark. */
async function openSite() {
  let told = 0;
  const rows = Array.from(
    { length: ROWS },
    (_, row) => `<div class="row"><h2>Row ${row}</h2><p>Text</p><button type="button" class="buy">Buy</button></div>`,
  );
  const body = `<link rel="icon" href="data:,"><form class="newsletter"><input></form><p id="top">Top</p>${rows.join("")}`;
  const server = createServer((request, response) => {
    const origin = `http://${request.headers.host}`;
    if (request.url === "/t/ast.js") {
      const plan = { n: 1, minutes: 30, engage: true, scroll: true, heat: true, rules: RULES } as const;
      const parts = PART_NAMES.filter((name) => name !== "preview");
      const config = {
        base: `${origin}/t/`,
        store: "demo",
        param: "wm_click",
        keep: 1,
        policy: "implied",
        plan,
        numbers: [["+493012345678", 2]],
      } as const;
      return response
        .writeHead(200, { "Content-Type": "text/javascript" })
        .end(scriptOf(config, { goals: true, parts }));
    }
    if (request.method === "POST") {
      told += 1;
      return response.writeHead(202).end();
    }
    const script = request.url === "/tagged" ? `<script async src="/t/ast.js"></script>` : "";
    response.writeHead(200, { "Content-Type": "text/html" });
    return response.end(
      `<!doctype html><html lang="en"><head><title>Shop</title>${script}</head><body>${body}</body></html>`,
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    told: () => told,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
