import { html, raw } from "hono/html";

/** The parts of an OpenAPI 3.1 document that the page shows. */
export interface ApiDocument {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  responses: Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>;
}

interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  default?: unknown;
  example?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: boolean | Schema;
}

type Html = ReturnType<typeof html>;

const METHODS = ["get", "post", "patch", "put", "delete"];

const STYLE = `:root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 18%,transparent);--soft:color-mix(in srgb,currentColor 7%,transparent)}
*{box-sizing:border-box}body{font:1rem/1.55 system-ui,sans-serif;margin:0 auto;max-width:62rem;padding:1.5rem 1rem 6rem}
h1{font-size:1.8rem}h2{margin-top:3rem;border-bottom:1px solid var(--line)}nav ul{columns:3 12rem;padding-left:1.2rem}
details{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0}summary{padding:.6rem .9rem;cursor:pointer;overflow-wrap:anywhere}
details>div{padding:0 .9rem .9rem}code,pre{font:.9rem/1.5 ui-monospace,monospace}.m{display:inline-block;min-width:4.2rem;font-weight:700}
table{border-collapse:collapse;width:100%;display:block;overflow-x:auto}td,th{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}
pre{background:var(--soft);padding:.8rem;border-radius:.5rem;overflow-x:auto}`;

/** The headers of the page: nothing but its own style may load, so it works offline and runs no script. */
export async function docsHeaders(): Promise<Record<string, string>> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(STYLE));
  return {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-cache",
    "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${new Uint8Array(digest).toBase64()}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    "X-Content-Type-Options": "nosniff",
  };
}

/** The API reference as one page without script, made from the OpenAPI document. */
export function renderDocs(document: ApiDocument): Html {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    METHODS.flatMap((method) => (methods[method] === undefined ? [] : [{ path, method, operation: methods[method] }])),
  );
  const groups = Map.groupBy(operations, ({ operation }) => operation.tags?.[0] ?? "Other");
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${document.info.title} ${document.info.version}</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <h1>${document.info.title} <small>${document.info.version}</small></h1>
        <p>${document.info.description ?? ""}</p>
        <p>The same as data: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
        <nav aria-label="Groups">
          <ul>
            ${[...groups.keys()].map((tag) => html`<li><a href="#${anchorOf(tag)}">${tag}</a></li>`)}
          </ul>
        </nav>
        <main>
          ${[...groups].map(
            ([tag, entries]) =>
              html`<h2 id="${anchorOf(tag)}">${tag}</h2>
                ${entries.map(({ path, method, operation }) => renderOperation(document, path, method, operation))}`,
          )}
        </main>
      </body>
    </html>`;
}

/** A group's name as an id, which HTML allows no space in. */
function anchorOf(tag: string): string {
  return tag.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}

function renderOperation(document: ApiDocument, path: string, method: string, operation: Operation): Html {
  const parameters = operation.parameters ?? [];
  const bodies = Object.entries(operation.requestBody?.content ?? {});
  return html`<details>
    <summary><span class="m">${method.toUpperCase()}</span> <code>${path}</code> — ${operation.summary ?? ""}</summary>
    <div>
      ${operation.description === undefined ? "" : html`<p>${operation.description}</p>`}
      ${
        parameters.length === 0
          ? ""
          : html`<table>
              <tr>
                <th>Parameter</th>
                <th>In</th>
                <th>Type</th>
                <th></th>
              </tr>
              ${parameters.map(
                (parameter) =>
                  html`<tr>
                    <td><code>${parameter.name}</code>${parameter.required === true ? " *" : ""}</td>
                    <td>${parameter.in}</td>
                    <td><code>${typeText(parameter.schema ?? {})}</code></td>
                    <td>${parameter.description ?? parameter.schema?.description ?? ""}</td>
                  </tr>`,
              )}
            </table>`
      }
      ${bodies.map(
        ([type, { schema }]) =>
          html`<p>Body <code>${type}</code></p>
            <pre>${outline(document, schema ?? {}, 0)}</pre>`,
      )}
      ${Object.entries(operation.responses).map(([status, response]) => renderResponse(document, status, response))}
    </div>
  </details>`;
}

function renderResponse(document: ApiDocument, status: string, response: Operation["responses"][string]): Html {
  const json = response.content?.["application/json"]?.schema;
  return html`<p>
      <b>${status}</b> ${response.description ?? ""} <code>${Object.keys(response.content ?? {}).join(", ")}</code>
    </p>
    ${json === undefined ? "" : html`<pre>${outline(document, json, 0)}</pre>`}`;
}

/** How deep an outline follows references: enough for a list of rows, short enough to read. */
const MAX_DEPTH = 4;

/** A schema as an indented outline, one field a line. */
function outline(document: ApiDocument, schema: Schema, depth: number): string {
  const target = resolve(document, schema);
  const pad = "  ".repeat(depth + 1);
  if (target.type === "array" && target.items !== undefined) return `[${outline(document, target.items, depth)}]`;
  if (target.properties === undefined || depth >= MAX_DEPTH) return typeText(schema);
  const lines = Object.entries(target.properties).map(([name, field]) => {
    const mark = target.required?.includes(name) === true ? "" : "?";
    const note = field.description === undefined ? "" : `  — ${field.description}`;
    return `${pad}${name}${mark}: ${outline(document, field, depth + 1)}${note}`;
  });
  return `{\n${lines.join("\n")}\n${"  ".repeat(depth)}}`;
}

function resolve(document: ApiDocument, schema: Schema): Schema {
  const name = schema.$ref?.split("/").at(-1);
  return name === undefined ? schema : (document.components.schemas[name] ?? schema);
}

function typeText(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.split("/").at(-1) ?? "";
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return variants.map(typeText).join(" | ");
  if (schema.items !== undefined) return `${typeText(schema.items)}[]`;
  return [schema.type ?? "any"].flat().join(" | ");
}
