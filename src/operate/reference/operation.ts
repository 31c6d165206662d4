import { html } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import { answerOf } from "./answer.ts";
import { curlText } from "./curl.ts";
import { type Entry, nameOf, type Parameter, problemsOf, type Schema, scopesOf, successOf } from "./document.ts";
import { renderFields, renderValue, type Showing, typeOf } from "./fields.ts";
import { renderInline, renderProse } from "./prose.ts";
import { requestOf } from "./request.ts";
import { shapeOf } from "./shape.ts";
import { typescriptText } from "./typescript.ts";

/** An operation: what it does, takes and answers, and beside that how it is called. */
export function renderOperation(showing: Omit<Showing, "asked">, entry: Entry, origin: string): Html {
  const { anchor, method, operation, path } = entry;
  const asking = { ...showing, asked: true };
  const { description, parameters = [], summary = "" } = operation;
  return html`<section class="op" id="${anchor}">
    <h2><a href="#${anchor}">${summary}</a></h2>
    <p class="path"><span class="m ${method}">${method}</span><code>${path}</code></p>
    <div class="say">
      ${description === undefined ? "" : renderProse(description, showing.linkTo)} ${renderScopes(scopesOf(operation))}
      ${["path", "query", "header"].map((place) =>
        renderParameters(
          asking,
          place,
          parameters.filter((parameter) => parameter.in === place),
        ),
      )}
      ${renderBody(asking, entry)} ${renderAnswer({ ...showing, asked: false }, entry)}
      <h3>Problems</h3>
      <p class="t">
        ${problemsOf(operation).map(
          ({ status, codes }) =>
            html`${status} ${codes.map((code) => html`<a href="/docs#problem-${code}"><code>${code}</code></a> `)}`,
        )}
      </p>
    </div>
    ${renderExamples(showing, entry, origin)}
  </section>`;
}

function renderScopes(scopes: string[] | null): Html {
  if (scopes === null) return html`<p class="t">For anybody: no key is needed.</p>`;
  if (scopes.length === 0) return html`<p class="t">For any key.</p>`;
  return html`<p class="t">
    ${scopes.length === 1 ? "Scope" : "Scopes"}
    ${scopes.map((scope, index) => html`${index === 0 ? "" : " and "}<a href="/docs#scopes"><code>${scope}</code></a>`)}
  </p>`;
}

const PLACES: Readonly<Record<string, string>> = { path: "Path", query: "Query", header: "Headers" };

function renderParameters(showing: Showing, place: string, parameters: readonly Parameter[]): Html | string {
  if (parameters.length === 0) return "";
  const fields = parameters.map(({ name, required = false, schema = {}, description }) => ({
    name,
    required,
    schema: description === undefined ? schema : { ...schema, description },
  }));
  return html`<h3>${PLACES[place]}</h3>
    ${renderFields(showing, fields)}`;
}

function renderBody(showing: Showing, { operation }: Entry): Html | string {
  const { content = {}, required = false } = operation.requestBody ?? {};
  const types = Object.keys(content);
  if (types.length === 0) return "";
  const [type = "", ...others] = types;
  const schema = content["application/json"]?.schema;
  const isTold = schema !== undefined && Object.keys(schema).length > 0;
  const description = isTold ? shapeOf(showing.document, schema).schema.description : undefined;
  return html`<h3>Body</h3>
    <p class="t">
      <code>${type}</code
      >${others.map((other) => html` or <code>${other}</code>`)}${required ? "" : ", which may be left out"}
    </p>
    ${description === undefined ? "" : renderProse(description, showing.linkTo)}
    ${isTold ? renderValue(showing, schema) : ""}`;
}

function renderAnswer(showing: Showing, { operation }: Entry): Html {
  const { status, answer } = successOf(operation);
  const { content = {}, description = "" } = answer;
  const others = Object.keys(content).filter((type) => type !== "application/json");
  const schema = content["application/json"]?.schema;
  return html`<h3>Answer</h3>
    <p><code>${status}</code> ${renderInline(description, showing.linkTo)}</p>
    ${schema === undefined ? "" : renderAnswerSchema(showing, schema)}
    ${
      others.length === 0
        ? ""
        : html`<p class="t">
            ${schema === undefined ? "As" : "Or as"}
            ${others.map((type, index) => html`${index === 0 ? "" : " or "}<code>${type}</code>`)}
          </p>`
    }`;
}

function renderAnswerSchema(showing: Showing, schema: Schema): Html {
  const row = rowOf(showing, schema);
  if (row !== null) {
    return html`<p class="t">
      <a href="/docs#lists">A page</a>: <code class="n">data</code>, a list of ${typeOf(showing, row)}, and
      <code class="n">nextCursor</code>
    </p>`;
  }
  return nameOf(schema) === null ? renderValue(showing, schema) : html`<p class="t">${typeOf(showing, schema)}</p>`;
}

/** What a page of a list has in its rows, `null` if the answer is another, or its rows have no name. */
function rowOf({ document }: Showing, schema: Schema): Schema | null {
  const { shape } = shapeOf(document, schema);
  if (shape.kind !== "object") return null;
  const names = shape.fields.map(({ name }) => name);
  const isPage = names.includes("nextCursor") && names.every((name) => ["data", "nextCursor", "names"].includes(name));
  const row = shape.fields.find(({ name }) => name === "data")?.schema.items;
  return isPage && row !== undefined && nameOf(row) !== null ? row : null;
}

function renderExamples({ document }: Omit<Showing, "asked">, entry: Entry, origin: string): Html {
  const { anchor, operation } = entry;
  const request = requestOf(document, entry);
  const { status } = successOf(operation);
  const answer = answerOf(document, entry);
  return html`<div class="eg">
    <fieldset>
      <legend>Example</legend>
      <input type="radio" name="in-${anchor}" id="sh-${anchor}" value="sh" checked />
      <label for="sh-${anchor}">curl</label>
      <input type="radio" name="in-${anchor}" id="ts-${anchor}" value="ts" />
      <label for="ts-${anchor}">TypeScript</label>
      ${renderCode("curl", curlText(request, origin), "sh")}
      ${renderCode("TypeScript", typescriptText(document, entry, request, origin), "ts")}
    </fieldset>
    ${
      answer === undefined
        ? ""
        : html`<h3>Answer <span class="m">${status}</span></h3>
            ${renderCode("answer", JSON.stringify(answer, null, 2))}`
    }
  </div>`;
}

/** Code in a box that scrolls by itself. Its lines are kept from what is taken out between elements. */
export function renderCode(what: string, text: string, name = ""): Html {
  return html`<div class="code ${name}" data-what="${what}">
    <pre tabindex="0"><code>${text}</code></pre>
  </div>`;
}
