import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import worker from "../../src/index.ts";
import { linkSchema } from "../../src/links/link/schema.ts";
import { api, bodyOf, holding } from "../ground/api.ts";
import { createStore } from "../programme/fixtures.ts";
import { BROWSER_HEADERS, SHORT_ORIGIN } from "../edge/visit.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** What must be in no line. */
const MARKS = {
  portal: "q1W2e3R4t5Y6u7I8o9P0a1S2d3F4g5H6j7K8l9Z0x1C",
  secret: "shop.s3cretOfTheShop-0123456789abcdef0123456789",
  email: "jane.doe@mail.example",
  address: "203.0.113.177",
  query: "mark-of-the-query",
  body: "mark-of-the-body",
};

/** A database each of whose statements fails in this way; drizzle repeats their values. */
function failing(message: string): D1Database {
  const fail = async (): Promise<never> => {
    throw new Error(message);
  };
  const statement: Record<string, unknown> = { all: fail, first: fail, run: fail, raw: fail };
  statement["bind"] = () => statement;
  const database = { prepare: () => statement, batch: fail, exec: fail, withSession: () => database };
  return database as unknown as D1Database;
}

it.each([
  ["for good", 'D1_ERROR: near "x": syntax error at offset 3: SQLITE_ERROR'],
  ["in passing", "D1_ERROR: Network connection lost."],
])("G-7: whatever fails %s, no line says who asked, for what, or with which credentials", async (_how, message) => {
  const { key } = await createStore();
  const link = bodyOf(linkSchema, await api("POST", "/links", { url: "https://shop.example/" }));
  let isDown = false;
  const throwing = (): never => {
    throw new TypeError(`fetch failed: ${SHORT_ORIGIN}/creator/${MARKS.portal}?token=${MARKS.secret}&q=${MARKS.query}`);
  };
  const refuse = async (): Promise<never> => throwing();
  const bindings = {
    ...env,
    // Up at first, so that a link is in memory.
    DB: new Proxy(env.DB, {
      get: (_real, name) => {
        const database = isDown ? failing(message) : env.DB;
        const value: unknown = Reflect.get(database, name);
        return typeof value === "function" ? (value as (...given: unknown[]) => unknown).bind(database) : value;
      },
    }),
    CLICK_QUEUE: { send: refuse },
    GENERATION_QUEUE: { send: refuse },
    LINKS: { get: refuse, put: refuse },
    UNKNOWN_SLUGS: { limit: refuse },
    UNKNOWN_STORES: { limit: refuse },
    PAGE_REPORTS: { limit: refuse },
    REFUSED_KEYS: { limit: refuse },
    CLICK_POINTS: { writeDataPoint: throwing },
  } as unknown as Env;

  const lines: string[] = [];
  for (const level of ["log", "info", "debug", "warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => void lines.push(parts.map(String).join(" ")));
  }
  const query = `token=${MARKS.secret}&email=${MARKS.email}&q=${MARKS.query}&click=${MARKS.portal}`;
  const order = JSON.stringify({
    orderId: "1",
    amount: "1.00",
    currency: "EUR",
    customerId: MARKS.email,
    x: MARKS.body,
  });
  const broken = `{"customer":"${MARKS.email}", ${MARKS.body}`;
  const admin = holding(env.ADMIN_API_KEY);
  const requests: [string, string, RequestInit?][] = [
    ["GET", `/${link.slug}?${query}`],
    ["GET", `/never-seen?${query}`],
    ["GET", `/never-seen+?${query}`],
    ["GET", `/creator/${MARKS.portal}?${query}`],
    ["GET", `/creator/${MARKS.portal}/report.csv?${query}`],
    ["GET", `/t/postback?s=${key}&order=1&amount=1&currency=EUR&${query}`],
    ["GET", `/t/pixel.gif?s=${key}&order=1&amount=1&currency=EUR&customer=${MARKS.email}&${query}`],
    ["GET", `/t/ast.js?s=${key}&${query}`],
    ["POST", `/t/events?s=${key}&${query}`, { body: order }],
    ["POST", `/t/events?s=${key}&${query}`, { body: broken }],
    ["POST", `/t/orders?${query}`, { body: order, headers: holding(MARKS.secret) }],
    ["POST", `/t/orders?${query}`, { body: broken, headers: holding(MARKS.secret) }],
    ["GET", `/api/v1/links?q=${MARKS.query}`, { headers: holding(`wmk_${MARKS.portal}`) }],
    ["GET", `/api/v1/links?q=${MARKS.query}`, { headers: admin }],
    ["GET", `/api/v1/creators/crt_0000000000000001?${query}`, { headers: admin }],
    [
      "POST",
      "/api/v1/creators",
      { headers: admin, body: JSON.stringify({ firstName: MARKS.body, lastName: "D", email: MARKS.email }) },
    ],
    ["POST", "/api/v1/creators", { headers: admin, body: broken }],
    ["GET", "/metrics", { headers: admin }],
    ["GET", `/readyz?${query}`],
  ];
  requests.unshift(["GET", `/${link.slug}`]);
  for (const [method, path, init = {}] of requests) {
    const { headers, ...rest } = init;
    const request = new Request<unknown, IncomingRequestCfProperties>(SHORT_ORIGIN + path, {
      method,
      redirect: "manual",
      ...rest,
      headers: {
        ...BROWSER_HEADERS,
        "CF-Connecting-IP": MARKS.address,
        Cookie: `a=${MARKS.body}; wm_click=${MARKS.portal}`,
        Referer: `https://page.example/${MARKS.portal}?${query}`,
        ...(headers as Record<string, string> | undefined),
      },
    } as RequestInit<IncomingRequestCfProperties>);
    const context = createExecutionContext();
    const response = await worker.fetch(request, bindings, context);
    await response.arrayBuffer();
    await waitOnExecutionContext(context);
    isDown = true;
  }

  const events = new Set(lines.map((line) => (JSON.parse(line) as { event: string }).event));
  expect(events.size).toBeGreaterThan(6);
  expect([...events]).toEqual(
    expect.arrayContaining(["clicks_unlogged", "click_record_failed", "link_unresolved", "report_lost"]),
  );
  for (const line of lines) {
    for (const [what, mark] of Object.entries(MARKS)) {
      expect(line, what).not.toContain(mark);
      expect(line, what).not.toContain(encodeURIComponent(mark));
    }
  }
});
