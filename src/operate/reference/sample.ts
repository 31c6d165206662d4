import { tell, type ToldBy } from "./answers/tell.ts";
import { BEGAN } from "./answers/world.ts";
import { type ApiDocument, nameOf, type Schema } from "./document.ts";
import { patternWords } from "./pattern.ts";
import { type Field, shapeOf } from "./shape.ts";

/** What is told of a value: what has to be sent, or all that may come back. */
export type Extent = "sent" | "whole";

/** How deep a sample goes: enough for a list of rows with parts of their own. */
const MAX_DEPTH = 6;

/** Optional fields that a body shows, beside those that it needs. */
const MAX_OPTIONAL = 3;

/**
 * A value that a schema takes, as its own examples have it. `told`: what is told beyond that, by the components' names:
 * what fits together in one place only.
 */
export function sampleOf(
  document: ApiDocument,
  schema: Schema,
  extent: Extent,
  name = "",
  depth = 0,
  told: ToldBy = {},
): unknown {
  const made = madeOf(document, schema, extent, name, depth, told);
  return componentsIn(document, schema).reduce(
    (sample, component) => (component in told ? tell(sample, told[component]) : sample),
    made,
  );
}

/** The components that a value is one of by its schema, what they extend first. */
function componentsIn(document: ApiDocument, schema: Schema): string[] {
  const name = nameOf(schema);
  const within = name === null ? schema : (document.components.schemas[name] ?? {});
  const present = (within.anyOf ?? []).filter(({ type }) => type !== "null");
  const parts = [...(within.allOf ?? []), ...(present.length === 1 ? present : [])];
  return [...parts.flatMap((part) => componentsIn(document, part)), ...(name === null ? [] : [name])];
}

function madeOf(
  document: ApiDocument,
  schema: Schema,
  extent: Extent,
  name: string,
  depth: number,
  told: ToldBy,
): unknown {
  const shaped = shapeOf(document, schema);
  const { shape, schema: whole } = shaped;
  // What has not happened is the rule.
  if (extent === "whole" && shaped.nullable && isMoment(whole.example)) return null;
  if (extent === "whole" && name === "createdAt" && isMoment(whole.example)) return BEGAN;
  if (whole.example !== undefined) return whole.example;
  switch (shape.kind) {
    case "values":
      return shape.values[0];
    case "variants":
      return sampleOf(document, shape.variants[0]?.schema ?? {}, extent, name, depth, told);
    case "list": {
      if (shape.of === null) return [];
      const isOwn = nameOf(shape.of) !== null && depth >= MAX_DEPTH;
      return isOwn ? [] : [sampleOf(document, shape.of, extent, name, depth + 1, told)];
    }
    case "record":
      // Of what is answered nobody knows the keys.
      return extent === "whole" ? {} : { [keyOf(name)]: sampleOf(document, shape.of, extent, name, depth + 1, told) };
    case "object":
      if (depth >= MAX_DEPTH) return {};
      return Object.fromEntries(
        shown(document, shape.fields, extent, depth).map((field) => [
          field.name,
          sampleOf(document, field.schema, extent, field.name, depth + 1, told),
        ]),
      );
    case "plain":
      // What may be null and has no example is mostly what went wrong, or a choice that few make.
      return extent === "whole" && shaped.nullable && !(name in NAMED)
        ? null
        : plainSample(whole, shape.types, name, extent);
    default:
      return {};
  }
}

function isMoment(example: unknown): boolean {
  return typeof example === "string" && /^\d{4}-\d\d-\d\dT/.test(example);
}

function shown(document: ApiDocument, fields: readonly Field[], extent: Extent, depth: number): Field[] {
  // What may be missing of an answer is missing in its sample: much of it comes only if it is asked for.
  if (extent === "whole") return fields.filter(({ required }) => required);
  const needed = fields.filter(({ required }) => required);
  const told = fields.filter(
    ({ required, schema }) => !required && depth === 0 && shapeOf(document, schema).schema.example !== undefined,
  );
  const chosen = [...needed, ...told.slice(0, Math.max(0, MAX_OPTIONAL - needed.length))];
  const isEmpty = chosen.length === 0 && fields.length > 0;
  return isEmpty ? fields.slice(0, 1) : fields.filter((field) => chosen.includes(field));
}

function keyOf(name: string): string {
  return RECORD_KEYS[name] ?? "key";
}

/** What records are keyed by, by the name of their field. */
const RECORD_KEYS: Readonly<Record<string, string>> = {
  handles: "instagram",
  utm: "source",
  names: "crt_06c4v8e5m1k2n3p4",
};

/** Texts of fields that no example speaks for, by their names. */
const NAMED: Readonly<Record<string, string>> = {
  accountHolder: "Nora Lind",
  actor: "key_06c4v8e5m1k2n3p4",
  channel: "outdoor",
  city: "Lyon",
  code: "NORA10",
  codePattern: "{{firstName|upper}}10",
  codes: "NORA10",
  country: "FR",
  createdBy: "key_06c4v8e5m1k2n3p4",
  currency: "EUR",
  date: "2026-11-20",
  domain: "go.brand.com",
  email: "nora@creator.example",
  event: "newsletter_signup",
  externalId: "1001",
  extensions: "pdf",
  fileHash: "5f0d0c6c9e8e4a4f",
  firstName: "Nora",
  homeUrl: "https://linen.example/",
  host: "spam.example",
  hostname: "go.brand.com",
  id: "06c4v8e5m1k2n3p4",
  key: "newsletter",
  label: "Spring",
  landingUrl: "https://linen.example/spring",
  lastName: "Lind",
  name: "Spring looks",
  nextCursor: "djE6bG5rXzA2YzR2OGU1bTFrMm4zcDQ",
  note: "Agreed by mail",
  number: "+49301234567",
  orderId: "1001",
  origins: "https://linen.example",
  page: "/tea",
  path: "/tea",
  provider: "shopify",
  q: "nora",
  reason: "Agreed by mail",
  reference: "SEPA 2026-11",
  requestId: "8f2c61d09b7e4a53",
  scopes: "links:read",
  shortUrl: "https://go.brand.com/nora",
  sku: "LINEN-01",
  slug: "nora",
  source: "instagram",
  status: "ok",
  storeIds: "str_06c4v8e5m1k2n3p4",
  storeKey: "linen",
  tags: "summer",
  target: "+49307654321",
  timezone: "Europe/Paris",
  title: "Spring looks",
  url: "https://linen.example/summer",
  username: "nora.lind",
};

/** What is mostly so. */
const TRUE = new Set(["eligible", "counted", "planned"]);

/** Ids whose fields don't say what they look like. */
const IDS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    campaignId: "cmp",
    codeId: "cod",
    contactId: "con",
    creatorId: "crt",
    linkId: "lnk",
    planId: "pln",
    storeId: "str",
  }).map(([name, prefix]) => [name, `${prefix}_06c4v8e5m1k2n3p4`]),
);

function plainSample(schema: Schema, types: readonly string[], name: string, extent: Extent): unknown {
  if (schema.default !== undefined && schema.default !== null && schema.default !== "") return schema.default;
  const [type] = types;
  if (type === "boolean") return extent === "sent" || TRUE.has(name);
  if (type === "integer" || type === "number") return Math.max(1, schema.minimum ?? 1);
  if (schema.pattern !== undefined) return patternWords(schema.pattern)?.sample ?? "text";
  if (schema.format === "email") return "nora@creator.example";
  const text =
    NAMED[name] ?? IDS[name] ?? (/(?:At|from|to|until|since)$/i.test(name) ? "2026-11-21T09:00:00Z" : "text");
  return schema.maxLength === undefined ? text : text.slice(0, schema.maxLength);
}
