import { env, exports } from "cloudflare:workers";
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { FLUSH_AFTER_MS } from "../../src/edge/click/buffer.ts";
import worker from "../../src/index.ts";
import { BROWSER } from "../clicks/click-message.ts";
import { withoutCompany } from "../ground/waits.ts";

/** The host that shoppers visit in tests. */
export const SHORT_ORIGIN = "https://go.brand.example";

/** What a shopper's browser sends by default. */
export const BROWSER_HEADERS: Readonly<Record<string, string>> = {
  "User-Agent": BROWSER,
  Accept: "text/html,application/xhtml+xml",
  "Accept-Language": "de-DE,de;q=0.9",
  "CF-Connecting-IP": "203.0.113.7",
};

/** Where Cloudflare would say that a request comes from. */
export const GERMANY = { country: "DE", region: "Berlin", city: "Berlin", colo: "TXL" };

/** Opens a path through the Worker's own entry, as a browser that does not follow redirects. */
export async function visit(
  path: string,
  headers: Record<string, string> = {},
  init: RequestInit = {},
): Promise<Response> {
  return exports.default.fetch(`${SHORT_ORIGIN}${path}`, {
    redirect: "manual",
    headers: { ...BROWSER_HEADERS, ...headers },
    cf: GERMANY,
    ...init,
  });
}

/** Opens a path and waits until everything behind the response is done, such as sending the click off. */
export async function visitToTheEnd(
  path: string,
  headers: Record<string, string> = {},
  bindings: Env = env,
  init: RequestInit = {},
): Promise<Response> {
  const request = new Request<unknown, IncomingRequestCfProperties>(`${SHORT_ORIGIN}${path}`, {
    redirect: "manual",
    headers: { ...BROWSER_HEADERS, ...headers },
    cf: GERMANY,
    ...init,
  } as RequestInit<IncomingRequestCfProperties>);
  const context = createExecutionContext();
  const response = await withoutCompany(FLUSH_AFTER_MS, async () => worker.fetch(request, bindings, context));
  await waitOnExecutionContext(context);
  return response;
}

/** The destination of a redirect. */
export function destination(response: Response): URL {
  return new URL(response.headers.get("location") ?? "missing:");
}
