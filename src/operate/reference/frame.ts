import { html, raw } from "hono/html";
import { cspHash } from "../../ground/http/csp.ts";
import type { Html } from "../../ground/http/html.ts";
import { type ApiDocument, type Area, areasOf, shortPath } from "./document.ts";
import { renderFields, renderValue, type Showing } from "./fields.ts";
import { renderGuide, SECTIONS } from "./guide.ts";
import { renderOperation } from "./operation.ts";
import { type LinkTo, renderProse } from "./prose.ts";
import { SCRIPT } from "./script.ts";
import { componentsOf, searchIndexOf } from "./search-index.ts";
import { namesFrom, shapeOf } from "./shape.ts";
import { STYLE } from "./style.ts";

/** The headers of a page: its own style and script run by their hashes, and nothing else is loaded or run. */
export async function docsHeaders(): Promise<Record<string, string>> {
  const [style, script] = await Promise.all([STYLE, SCRIPT].map(cspHash));
  return {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": `default-src 'none'; style-src '${style}'; script-src '${script}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
  };
}

/** The pages of the reference: how it is begun, and one for each area. */
export interface Pages {
  /** The last parts of the paths of areas. */
  anchors: string[];
  /** The page of an area, that of the guide for `null`. There has to be such an area. */
  render: (anchor: string | null) => Promise<string>;
}

/** The pages that a document makes. `origin` stands in the examples. */
export function pagesOf(document: ApiDocument, origin: string): Pages {
  const areas = areasOf(document);
  const links = new Map(
    areas.flatMap((area) =>
      area.entries.map(({ anchor, method, path }) => [keyOf(method, path), `/docs/${area.anchor}#${anchor}`] as const),
    ),
  );
  const linkTo: LinkTo = (code) => {
    // A path alone is that of a list, or of what is read there.
    const [, method = "GET", path = ""] = /^(?:(GET|POST|PATCH|PUT|DELETE) )?(\/\S+)$/.exec(code) ?? [];
    return links.get(keyOf(method, path)) ?? null;
  };
  const frame = { document, areas, index: scriptSafe(JSON.stringify(searchIndexOf(document, areas))) };
  return {
    anchors: areas.map(({ anchor }) => anchor),
    render: async (anchor) => {
      const area = areas.find((area) => area.anchor === anchor) ?? null;
      const body = area === null ? renderGuide(areas, linkTo, origin) : renderArea({ document, linkTo }, area, origin);
      return compact(String(await renderFrame(frame, area, body)));
    },
  };
}

/** What tells operations apart, whatever their parameters are called. */
function keyOf(method: string, path: string): string {
  return `${method} ${shortPath(path)
    .replaceAll(/\{[^}]*\}/g, "{}")
    .replace(/\?.*$/, "")}`;
}

/** JSON that ends no element of a script, wherever in a page it stands. */
function scriptSafe(json: string): string {
  return json.replaceAll("<", String.raw`\u003c`);
}

/** A page without what its lines are indented by, but for those of code. */
function compact(page: string): string {
  return page
    .split(/(<pre.*?<\/pre>)/s)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/\n\s+/g, "\n")))
    .join("");
}

function renderFrame(
  { document, areas, index }: { document: ApiDocument; areas: readonly Area[]; index: string },
  area: Area | null,
  body: Html,
): Html {
  const { title, version } = document.info;
  const nav = renderNav(areas, area);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${area === null ? "" : `${area.name} – `}${title} ${version}</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <a class="skip" href="#rest">To the content</a>
        <header class="bar">
          <div>
            <a class="brand" href="/docs">${title} <small>${version}</small></a>
            <div class="find" id="find" role="search" hidden>
              <label for="q">Search operations, schemas, fields and problems</label>
              <input id="q" type="search" placeholder="Search  /" autocomplete="off" spellcheck="false" />
            </div>
          </div>
        </header>
        <div class="page">
          <nav class="side" aria-label="Reference">${nav}</nav>
          <main>
            <details class="fold">
              <summary>${area === null ? "All areas" : `All areas, and what is in ${area.name}`}</summary>
              <nav aria-label="Areas">${nav}</nav>
            </details>
            <h1 id="asked" hidden>Found</h1>
            <p id="hits" role="status"></p>
            <ul id="found" class="list" hidden></ul>
            <div id="rest" tabindex="-1">
              <h1>${area === null ? title : area.name}</h1>
              ${area === null ? html`<div class="lead">${renderProse(document.info.description ?? "")}</div>` : ""}
              ${body}
            </div>
          </main>
        </div>
        <p class="said" id="said" role="status"></p>
        ${raw(`<script type="application/json" id="index">${index}</script><script>${SCRIPT}</script>`)}
      </body>
    </html>`;
}

function renderNav(areas: readonly Area[], current: Area | null): Html {
  const here = raw('aria-current="page"');
  return html`<ul>
    <li>
      <a href="/docs" ${current === null ? here : ""}>Guide</a>
      ${
        current === null
          ? html`<ul>
              ${SECTIONS.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}
            </ul>`
          : ""
      }
    </li>
    ${areas.map(
      (area) =>
        html`<li>
          <a href="/docs/${area.anchor}" ${area === current ? here : ""}>${area.name}</a>
          ${area === current ? renderEntries(area) : ""}
        </li>`,
    )}
  </ul>`;
}

function renderEntries({ entries }: Area): Html {
  return html`<ul>
    ${entries.map(
      ({ anchor, method, operation }) =>
        html`<li>
          <a href="#${anchor}"><span class="m ${method}">${method}</span>${operation.summary ?? ""}</a>
        </li>`,
    )}
  </ul>`;
}

function renderArea(showing: Omit<Showing, "asked">, area: Area, origin: string): Html {
  const { document } = showing;
  const bodies = area.entries.flatMap(({ operation }) =>
    Object.values(operation.requestBody?.content ?? {}).flatMap(({ schema }) => schema ?? []),
  );
  const asked = new Set(namesFrom(document, bodies));
  const components = componentsOf(document, area);
  return html`${area.entries.map((entry) => renderOperation(showing, entry, origin))}
  ${
    components.length === 0
      ? ""
      : html`<section class="guide" id="schemas">
          <h2><a href="#schemas">Schemas</a></h2>
          ${components.map((name) => renderComponent({ ...showing, asked: asked.has(name) }, name))}
        </section>`
  }`;
}

function renderComponent(showing: Showing, name: string): Html {
  const { shape, schema } = shapeOf(showing.document, { $ref: name });
  return html`<div class="s" id="schema-${name}">
    <h3><a href="#schema-${name}">${name}</a></h3>
    ${schema.description === undefined ? "" : renderProse(schema.description, showing.linkTo)}
    ${shape.kind === "object" ? renderFields(showing, shape.fields) : renderValue(showing, { ...schema })}
  </div>`;
}
