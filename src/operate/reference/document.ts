/** The parts of an OpenAPI 3.1 document that the reference shows. */
export interface ApiDocument {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** An operation, as OpenAPI has it. */
export interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content?: Record<string, { schema?: Schema }> };
  responses: Record<string, Answer>;
}

/** What a path, query or header takes. */
export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

/** What an operation answers with a status. */
export interface Answer {
  description?: string;
  content?: Record<string, { schema?: Schema }>;
}

/** A JSON schema, as far as the document uses the language. */
export interface Schema {
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
  allOf?: Schema[];
  additionalProperties?: boolean | Schema;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

/** An operation with where it is. */
export interface Entry {
  /** In capitals. */
  method: string;
  path: string;
  /** Its id on its area's page, such as `post-links`. */
  anchor: string;
  operation: Operation;
}

/** What stands together on one page. */
export interface Area {
  name: string;
  /** The last part of its page's path. */
  anchor: string;
  entries: Entry[];
}

const METHODS = ["get", "post", "patch", "put", "delete"];

/** What all paths of the API begin with. */
const BASE = "/api/v1";

/** The areas of a document, in its order; operations without a tag are `Other`. */
export function areasOf(document: ApiDocument): Area[] {
  const entries = Object.entries(document.paths).flatMap(([path, methods]) =>
    METHODS.flatMap((method) => {
      const operation = methods[method];
      return operation === undefined
        ? []
        : [{ method: method.toUpperCase(), path, anchor: anchorOf(`${method} ${shortPath(path)}`), operation }];
    }),
  );
  return [...Map.groupBy(entries, ({ operation }) => operation.tags?.[0] ?? "Other")].map(([name, entries]) => ({
    name,
    anchor: anchorOf(name),
    entries,
  }));
}

/** A path without what all have in common. */
export function shortPath(path: string): string {
  return path.startsWith(`${BASE}/`) ? path.slice(BASE.length) : path;
}

/** A name as an id, and as a part of a path. */
export function anchorOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

/** The name of the component that a schema is a reference to, `null` if it is none. */
export function nameOf(schema: Schema): string | null {
  return schema.$ref?.split("/").at(-1) ?? null;
}

/** The answer of an operation that went well: each has one. */
export function successOf(operation: Operation): { status: string; answer: Answer } {
  const [status = "", answer = {}] =
    Object.entries(operation.responses).find(([status]) => status.startsWith("2")) ?? [];
  return { status, answer };
}

/** The codes of the problems that an operation may answer. Responses of errors are described by them. */
export function problemsOf(operation: Operation): { status: string; codes: string[] }[] {
  return Object.entries(operation.responses).flatMap(([status, { description = "", content = {} }]) =>
    "application/problem+json" in content ? [{ status, codes: [...new Set(description.split(", "))] }] : [],
  );
}

/** The scopes that a key needs for an operation; `null` if it needs no key. */
export function scopesOf({ security = [] }: Operation): string[] | null {
  const [first] = security;
  return first === undefined || Object.keys(first).length === 0 ? null : Object.values(first).flat();
}
