import { html } from "hono/html";
import { SCOPE_AREAS } from "../../ground/http/auth.ts";
import type { Html } from "../../ground/http/html.ts";
import { PROBLEMS, type ProblemCode } from "../../ground/http/problem.ts";
import { type Area, shortPath } from "./document.ts";
import { renderCode } from "./operation.ts";
import { type LinkTo, renderInline } from "./prose.ts";
import { WAYS_OUT } from "./problem-help.ts";

/** What holds for all operations, said once, and the list of them. */
export function renderGuide(areas: readonly Area[], linkTo: LinkTo, origin: string): Html {
  const code = (text: string): Html => renderInline(text, linkTo);
  const start = `export WAYMARK_KEY=…   # an API key, or the deployment's ADMIN_API_KEY\n\ncurl '${origin}/api/v1/links' \\\n  -H "Authorization: Bearer $WAYMARK_KEY"`;
  return html`${section(
    "start",
    "Begin",
    html`<p>
        ${code(`The API is at \`${origin}/api/v1\`. Every example here is whole: with a key in \`WAYMARK_KEY\` it runs as it stands, once its ids are your own.`)}
      </p>
      ${renderCode("first request", start)}
      <p>The same as data: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1). Press <kbd>/</kbd> to search.</p>`,
  )}
  ${section(
    "scopes",
    "Keys and scopes",
    html`<p>
        ${code("Send `Authorization: Bearer wmk_…` with every request. A key has scopes, and may be limited to some stores; each operation says which scopes it needs. `…:write` includes `…:read`. A key without them gets `403`, and `GET /api-keys/self` says what a key is.")}
      </p>
      <dl class="g">
        ${SCOPE_AREAS.map(
          (area) =>
            html`<dt><code>${area}:read</code> <code>${area}:write</code></dt>
              <dd>${SCOPES[area]}</dd>`,
        )}
        <dt><code>metrics:read</code></dt>
        <dd>Counters for a monitor, and what is wrong where something is. In no other scope.</dd>
        <dt><code>audit:read</code></dt>
        <dd>Who changed what, with all that was there before and after. In no other scope.</dd>
      </dl>`,
  )}
  ${section(
    "values",
    "Values",
    html`<ul>
      <li>
        ${code("Times are read with their offset (`2026-11-21T10:00+01:00`), or as a date, which is a whole day in UTC: its first moment where something begins, and still in where something ends. Answers are in UTC. In reports a date is a day of the store's own time zone.")}
      </li>
      <li>
        ${code('Money in answers is an integer in the minor unit beside its currency: `{"amountMinor": 1299, "currency": "EUR"}` is 12.99 euros. Where a request takes an amount in the major unit (`12.99`), its field says so.')}
      </li>
      <li>
        ${code("Ids tell what they are of by their first letters: `lnk_…` is a link, `crt_…` a creator. They sort by when they were made.")}
      </li>
      <li>
        ${code("A field that isn't known is refused, with the one that may be meant. In a `PATCH` what is left out stays as it is, and `null` takes it away where the field allows that.")}
      </li>
    </ul>`,
  )}
  ${section(
    "lists",
    "Lists and pages",
    html`<p>
        ${code("A list answers `data` and `nextCursor`. Ask again with `cursor` set to that, and the other parameters as they were, until it is `null`. `limit` is 50 unless you say otherwise, 200 at most. Cursors are for this alone: their form may change.")}
      </p>
      ${renderCode("loop over pages", PAGES.replace("ORIGIN", origin))}
      <p>
        ${code("With `expand=names` an answer has `names` beside it: what those are called whose ids stand in it.")}
      </p>`,
  )}
  ${section("idempotency", "Repeats", html`<p>${code("Every `POST` takes an `Idempotency-Key` of 1 to 255 characters. Sent again within 24 hours with the same key and the same body, it does nothing and gets the answer of the first; with another body it gets `409`, `idempotency_key_reused`. So a request whose answer was lost can be sent again. `PUT`, `PATCH` and `DELETE` may be repeated as they are.")}</p>`)}
  ${section(
    "problems",
    "Problems",
    html`<p>
        ${code("An error is `application/problem+json` (RFC 9457). `code` is stable, and what a program goes by; `title` and `detail` are for people. `errors` names each value at fault by its `path`; `requestId` finds the request in the log. Some have more: `existing`, what stands in the way, and `counts`, how much a confirmation is about.")}
      </p>
      ${renderCode("problem", PROBLEM)}
      <dl class="p">
        ${byStatus().map(
          ({ status, codes }) =>
            html`<div>
              <dt><b>${status}</b></dt>
              ${codes.map((name) => html`<dd id="problem-${name}"><code>${name}</code> ${PROBLEMS[name].title}. <span class="t">${code(WAYS_OUT[name])}</span></dd>`)}
            </div>`,
        )}
      </dl>`,
  )}
  ${section("operations", "All operations", html`<div class="areas">${areas.map((area) => renderArea(area))}</div>`)}`;
}

function section(id: string, title: string, content: Html): Html {
  return html`<section class="guide" id="${id}">
    <h2><a href="#${id}">${title}</a></h2>
    ${content}
  </section>`;
}

function renderArea({ anchor, entries, name }: Area): Html {
  return html`<div>
    <h3><a href="/docs/${anchor}">${name}</a></h3>
    <ul class="list">
      ${entries.map(
        ({ anchor: id, method, operation, path }) =>
          html`<li>
            <a href="/docs/${anchor}#${id}"
              >${operation.summary ?? ""}<small
                ><span class="m ${method}">${method}</span><code>${shortPath(path)}</code></small
              ></a
            >
          </li>`,
      )}
    </ul>
  </div>`;
}

/** The guide's sections, for the navigation. */
export const SECTIONS: readonly (readonly [id: string, title: string])[] = [
  ["start", "Begin"],
  ["scopes", "Keys and scopes"],
  ["values", "Values"],
  ["lists", "Lists and pages"],
  ["idempotency", "Repeats"],
  ["problems", "Problems"],
];

const SCOPES: Readonly<Record<(typeof SCOPE_AREAS)[number], string>> = {
  links: "Short links, blocked hosts' effect on them, and QR codes.",
  plans: "Creators, campaigns, tracking plans, codes, conversion definitions, phone numbers.",
  orders: "Orders, conversions, contacts, calls, money.",
  reports: "Reports, clicks, exports, portal links.",
  settings: "Stores, domains, keys, webhook endpoints, alarms, archives.",
};

const PAGES = `const rows: unknown[] = [];
let cursor: string | null = "";
while (cursor !== null) {
  const url = new URL("ORIGIN/api/v1/links?limit=200");
  if (cursor !== "") url.searchParams.set("cursor", cursor);
  const response = await fetch(url, { headers: { Authorization: "Bearer " + process.env.WAYMARK_KEY } });
  if (!response.ok) throw new Error(response.status + ": " + (await response.text()));
  const page = (await response.json()) as { data: unknown[]; nextCursor: string | null };
  rows.push(...page.data);
  cursor = page.nextCursor;
}

export {};`;

const PROBLEM = JSON.stringify(
  {
    type: "urn:waymark:problem:validation_failed",
    title: PROBLEMS.validation_failed.title,
    status: 422,
    detail: "url: is missing",
    code: "validation_failed",
    requestId: "8f2c61d09b7e4a53",
    errors: [{ path: "url", message: "is missing" }],
  },
  null,
  2,
);

function byStatus(): { status: number; codes: ProblemCode[] }[] {
  const codes = Object.keys(PROBLEMS) as ProblemCode[];
  return [...Map.groupBy(codes, (code) => PROBLEMS[code].status)]
    .map(([status, codes]) => ({ status, codes }))
    .toSorted((a, b) => a.status - b.status);
}
