import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { FLUSH_AFTER_MS } from "../../../src/edge/click/buffer.ts";
import worker from "../../../src/index.ts";
import { syncStandby } from "../../../src/links/link/standby-store.ts";
import { withoutCompany } from "../../ground/waits.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { BROWSER_HEADERS, destination, GERMANY, SHORT_ORIGIN } from "../../edge/visit.ts";
import { between, pick, type Random, shuffled } from "./random.ts";
import { START, type TestIsolate, type World } from "./world.ts";

const LINKS = 20;

/** Few enough that many come again. */
const VISITORS = 15;

/** ms between two waves: an entry in memory is fresh in one, stale in the next and expired in the third. */
const WAVE_MS = 20_000;

/** What sends a request, and what that adds to it. */
const SENDERS = {
  person: {},
  private: { headers: { "Sec-GPC": "1" } },
  bot: { headers: { "User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)" } },
  prefetch: { headers: { "Sec-Purpose": "prefetch" } },
  head: { method: "HEAD" },
  /** Takes little room in the buffer, so that its limit is a number of clicks. */
  terse: { headers: { "User-Agent": "Mozilla/5.0" } },
} as const satisfies Record<string, { headers?: Record<string, string>; method?: string }>;

/** Mostly people. */
const CROWD: readonly (keyof typeof SENDERS)[] = [
  ...Array.from({ length: 12 }, () => "person" as const),
  "private",
  "bot",
  "prefetch",
  "head",
];

/** A link of a scenario. */
export interface TestLink {
  slug: string;
  /** Where it leads. */
  path: string;
  disabled: boolean;
}

/** One request, and what became of it. */
export interface TestRequest {
  link: TestLink;
  sender: keyof typeof SENDERS;
  visitor: number;
  isolate: TestIsolate;
  /** `null`: not sent yet. */
  response: Response | null;
}

/**
 * Links that were never asked for, with their standby copies in KV: one disabled with a fallback, one
 * with a click cap (which asks D1 before each response) unless `capped` says no, the rest plain.
 */
export async function createLinks({ capped = true } = {}): Promise<TestLink[]> {
  const mark = crypto.randomUUID().slice(0, 8);
  const links = Array.from({ length: LINKS }, (_none, index) => {
    const disabled = index === 0;
    return { slug: `${mark}-${index}`, path: disabled ? "/over" : `/${index}`, disabled };
  });
  for (const [index, { slug, path, disabled }] of links.entries()) {
    await insertLink({
      slug,
      slugKey: slug,
      url: `https://shop.example${path}`,
      disabled,
      fallbackUrl: "https://shop.example/over",
      maxClicks: capped && index === 1 ? 1_000_000 : null,
      updatedAt: START,
    });
  }
  await syncStandby(env, START);
  return links;
}

/** So many requests of anybody to any link, each to any of the isolates. */
export function crowd(
  count: number,
  links: readonly TestLink[],
  isolates: readonly TestIsolate[],
  random: Random,
): TestRequest[] {
  return Array.from({ length: count }, () => ({
    link: pick(links, random),
    sender: pick(CROWD, random),
    visitor: between(1, VISITORS, random),
    isolate: pick(isolates, random),
    response: null,
  }));
}

/** One request to each link in each isolate, so that it remembers them. */
export function warmUp(links: readonly TestLink[], isolates: readonly TestIsolate[]): TestRequest[] {
  return isolates.flatMap((isolate) =>
    links.map((link): TestRequest => ({ link, sender: "person", visitor: 1, isolate, response: null })),
  );
}

/** Sends one request. The second promise is the end of all that is done behind the response. */
export async function send(request: TestRequest): Promise<() => Promise<void>> {
  const { isolate, link, sender, visitor } = request;
  const { headers, ...init }: RequestInit = SENDERS[sender];
  const context = createExecutionContext();
  request.response = await worker.fetch(
    new Request<unknown, IncomingRequestCfProperties>(`${SHORT_ORIGIN}/${link.slug}`, {
      redirect: "manual",
      headers: {
        ...BROWSER_HEADERS,
        "CF-Connecting-IP": `203.0.113.${visitor}`,
        ...(headers as Record<string, string> | undefined),
      },
      cf: GERMANY,
      ...init,
    } as RequestInit<IncomingRequestCfProperties>),
    isolate.bindings,
    context,
  );
  return () => waitOnExecutionContext(context);
}

/** Sends requests all at once in a random order, and waits for what is done behind the responses. */
export async function sendWave(world: World, requests: readonly TestRequest[]): Promise<void> {
  const ends = await withoutCompany(FLUSH_AFTER_MS, () => Promise.all(shuffled(requests, world.random).map(send)));
  // Whoever still waits for a call that hangs has its answer already.
  world.release();
  await Promise.all(ends.map((end) => end()));
}

/** Sends requests in waves, `count` of them, far enough apart that memory grows old. */
export async function sendInWaves(world: World, requests: readonly TestRequest[], count: number): Promise<void> {
  const size = Math.ceil(requests.length / count);
  for (let wave = 0; wave < count; wave++) {
    vi.setSystemTime(Date.now() + WAVE_MS);
    await sendWave(world, requests.slice(wave * size, (wave + 1) * size));
  }
}

/** Whether the shopper was sent where the link leads. */
export function isRedirected({ link, response }: TestRequest): boolean {
  return response?.status === 302 && destination(response).pathname === link.path;
}

/** The id under which a request's click must be in the log, where its redirect carries one. */
export function clickIdOf({ response }: TestRequest): string | null {
  const token = response === null ? null : destination(response).searchParams.get("wm_click");
  return token == null ? null : `clk_${token.slice(16, 36)}`;
}

/** How many requests belong into each bucket, worked out from what was sent alone. All are of one hour. */
export function bucketsOf(requests: readonly TestRequest[]): Record<string, number> {
  const buckets: Record<string, number> = {};
  const seen = new Set<string>();
  for (const { link, sender, visitor } of requests) {
    const visit = `${visitor} ${link.slug}`;
    let bucket: string = sender;
    if (sender === "person" || sender === "private") {
      bucket = link.disabled ? "inactive" : sender === "person" && seen.has(visit) ? "duplicate" : "counted";
      if (sender === "person") seen.add(visit);
    }
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  return buckets;
}
