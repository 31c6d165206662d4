import { html } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import { type ApiDocument, nameOf, type Schema } from "./document.ts";
import { limitsOf } from "./limits.ts";
import { type LinkTo, renderInline, renderProse } from "./prose.ts";
import { type Field, shapeOf, type Shaped, type Variant } from "./shape.ts";

/** What is needed to show a schema. */
export interface Showing {
  document: ApiDocument;
  linkTo: LinkTo;
  /** Whether it is what a request has in it, of which the required fields are marked, or an answer: those that may be missing. */
  asked: boolean;
}

/** The fields of an object, each with its type, what it means, its limits and what is within it. */
export function renderFields(showing: Showing, fields: readonly Field[]): Html {
  return html`<ul class="f">
    ${fields.map((field) => renderField(showing, field))}
  </ul>`;
}

/** A value by itself: what it is, and what is within it. */
export function renderValue(showing: Showing, schema: Schema): Html {
  const shaped = shapeOf(showing.document, schema);
  if (shaped.shape.kind === "object") return renderFields(showing, shaped.shape.fields);
  // Its name would lead to where it stands.
  return html`<p class="t">${typeOf(showing, shaped.schema)}</p>
    ${renderLimits(shaped.schema)}${renderWithin(showing, shaped)}`;
}

function renderField(showing: Showing, { name, schema, required }: Field): Html {
  const { document, asked, linkTo } = showing;
  const shaped = shapeOf(document, schema);
  const mark =
    asked === required ? html` <b class="${asked ? "r" : "o"}">${asked ? "required" : "may be missing"}</b>` : "";
  const within = isNamed(showing, schema) ? "" : renderWithin(showing, shaped);
  const { description } = shaped.schema;
  return html`<li>
    <code class="n">${name}</code>
    <span class="t">${typeOf(showing, schema)}</span
    >${mark}${description === undefined ? "" : renderProse(description, linkTo)}${renderLimits(shaped.schema)}${within === "" ? "" : fold(name, shaped, within)}
  </li>`;
}

/** What is within a field is folded away, but for a list of values. */
function fold(name: string, shaped: Shaped, within: Html | string): Html | string {
  const { kind } = shaped.shape;
  if (kind === "values") return within;
  const title = kind === "variants" ? html`Variants of <code>${name}</code>` : html`In <code>${name}</code>`;
  return html`<details class="w">
    <summary>${title}</summary>
    ${within}
  </details>`;
}

/** Whether a value, or each entry of a list or a record, is a component that has its own place on the page. */
function isNamed({ document }: Showing, schema: Schema): boolean {
  const { name, shape } = shapeOf(document, schema);
  if (name !== null) return true;
  if (shape.kind === "list") return shape.of !== null && nameOf(shape.of) !== null;
  return shape.kind === "record" && nameOf(shape.of) !== null;
}

function renderLimits(schema: Schema): Html | string {
  const limits = limitsOf(schema);
  return limits.length === 0 ? "" : html`<p class="l">${renderInline(limits.join(" · "))}</p>`;
}

function renderWithin(showing: Showing, { shape }: Shaped): Html | string {
  switch (shape.kind) {
    case "object":
      return shape.fields.length === 0 ? "" : renderFields(showing, shape.fields);
    case "list":
      return shape.of === null ? "" : renderEntries(showing, shape.of);
    case "record":
      return renderEntries(showing, shape.of);
    case "values":
      return shape.values.length === 1 ? "" : renderValues(shape.values);
    case "variants":
      return html`<ul class="v">
        ${shape.variants.map((variant) => renderVariant(showing, variant, shape.by))}${shape.common.length === 0 ? "" : html`<li><b>In each of them</b>${renderFields(showing, shape.common)}</li>`}
      </ul>`;
    default:
      return "";
  }
}

/** What each entry of a list or a record is, where its type alone doesn't say it. */
function renderEntries(showing: Showing, schema: Schema): Html | string {
  if (nameOf(schema) !== null) return "";
  const shaped = shapeOf(showing.document, schema);
  const { description } = shaped.schema;
  const within = renderWithin(showing, shaped);
  const limits = renderLimits(shaped.schema);
  if (within === "" && limits === "" && description === undefined) return "";
  return html`${description === undefined ? "" : renderProse(description, showing.linkTo)}${limits}${within}`;
}

function renderValues(values: readonly unknown[]): Html {
  return html`<p class="e">${values.map((value) => html`<code>${textOf(value)}</code> `)}</p>`;
}

function renderVariant(showing: Showing, variant: Variant, by: string | null): Html {
  const { document, linkTo } = showing;
  const { schema, shape } = shapeOf(document, variant.schema);
  const title =
    variant.value === null || by === null
      ? typeOf(showing, variant.name === null ? variant.schema : { $ref: variant.name })
      : html`<code>${by}</code> is
          <code>${textOf(variant.value)}</code>${variant.name === null ? "" : html`: ${linkOf(variant.name)}`}`;
  const { description } = schema;
  const isWhole = variant.name !== null;
  const within =
    shape.kind === "object" ? renderVariantFields(showing, variant) : renderEntries(showing, variant.schema);
  return html`<li>
    <b>${title}</b
    >${isWhole || description === undefined ? "" : renderProse(description, linkTo)}${isWhole ? "" : within}
  </li>`;
}

function renderVariantFields(showing: Showing, { fields }: Variant): Html | string {
  return fields.length === 0 ? "" : renderFields(showing, fields);
}

/** What a value is, in a few words, components linked to their place. */
export function typeOf(showing: Showing, schema: Schema): Html {
  const shaped = shapeOf(showing.document, schema);
  const name = nameOf(schema) ?? shaped.name;
  const type = name === null ? bareType(showing, shaped) : linkOf(name);
  return shaped.nullable ? html`${type} or null` : html`${type}`;
}

function bareType(showing: Showing, { shape, schema }: Shaped): Html | string {
  switch (shape.kind) {
    case "object":
      return "object";
    case "list":
      return shape.of === null ? "list" : html`list of ${typeOf(showing, shape.of)}`;
    case "record":
      return html`map of ${typeOf(showing, shape.of)}`;
    case "variants":
      return shape.by === null
        ? `one of ${shape.variants.length}`
        : html`one of ${shape.variants.length}, by <code>${shape.by}</code>`;
    case "values":
      return shape.values.length === 1 ? html`<code>${textOf(shape.values[0])}</code>` : "one of";
    case "plain":
      return schema.format === "binary" ? "bytes" : shape.types.join(" or ");
    default:
      return "JSON";
  }
}

function linkOf(name: string): Html {
  return html`<a href="#schema-${name}">${name}</a>`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
