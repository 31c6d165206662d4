import { html } from "hono/html";
import { Problem } from "../../ground/http/problem.ts";
import type { EdgeEvent, EdgeState } from "../click/edge.ts";
import { page } from "./page.ts";
import { answerMethod, answerProblem, renderWays } from "./problem-page.ts";
import { readerOf } from "./reader.ts";
import { GPC } from "./sites.ts";
import { ROOT_SECONDS, waysOf } from "./ways.ts";

/**
 * `/` of a short domain: leads to where its settings say, or is a page that says what it is. Takes nothing of the request
 * along, so that nobody can have it lead elsewhere. It is no link: nothing is counted.
 */
export async function answerRoot(state: EdgeState, event: EdgeEvent): Promise<Response> {
  const { address, request } = event;
  if (request.method !== "GET" && request.method !== "HEAD") return answerMethod(event, "GET, HEAD");
  const { rootUrl, shop, way } = await waysOf(state, event, null);
  if (rootUrl !== null) {
    return new Response(null, {
      status: 302,
      headers: {
        // As a header takes it: ASCII alone.
        Location: new URL(rootUrl).href,
        "Cache-Control": `private, max-age=${ROOT_SECONDS}`,
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
      },
    });
  }
  if (!(request.headers.get("accept") ?? "").includes("text/html")) {
    // To a program it is an address without anything, as any other.
    return answerProblem(event, new Problem("not_found", "Nothing is at /."), {
      told: { title: "unknown", text: "unknownText" },
    });
  }
  const reader = await readerOf(event);
  const { language, query, say } = reader;
  const example = (name: string) => html`<b class="to">${address.host}/${name}</b>`;
  const body = html`<p>${say.html("rootText", { example: example("abc") })}</p>
    ${renderWays(reader, way, null)}
    <h2>${say("look")}</h2>
    <p>${say.html("lookText", { example: example("abc+") })}</p>
    <h2>${say("privacy")}</h2>
    <p>${say.html("privacyText", { gpc: (name) => html`<a href="${GPC}" rel="noopener">${name}</a>` })}</p>`;
  const title = shop === null ? say("root") : say("rootOf", { shop });
  return page(200, title, body, { language, query });
}
