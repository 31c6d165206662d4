import { BODIES, FILES, type FileBody, QUERIES } from "./bodies.ts";
import { type ApiDocument, type Entry, type Parameter, scopesOf, shortPath } from "./document.ts";
import { sampleOf } from "./sample.ts";

/** A request as an example of an operation, before it is written in some language. */
export interface ExampleRequest {
  method: string;
  /** From the root, with its query. */
  target: string;
  /** Whether it needs an API key. */
  hasKey: boolean;
  /** Whether a repeat of it would do it twice, so that it should name itself. */
  repeats: boolean;
  body: { json: unknown } | FileBody | null;
}

/** The request that shows how an operation is called, valid by the operation's own schemas. */
export function requestOf(document: ApiDocument, entry: Entry): ExampleRequest {
  const { method, path, operation } = entry;
  const parameters = operation.parameters ?? [];
  const valueOf = ({ name, schema = {} }: Parameter): string => String(sampleOf(document, schema, "sent", name));
  const filled = path.replaceAll(/\{(\w+)\}/g, (whole, name) => {
    const parameter = parameters.find((parameter) => parameter.in === "path" && parameter.name === name);
    return parameter === undefined ? whole : encodeURIComponent(valueOf(parameter));
  });
  const key = keyOf(entry);
  const query = new URLSearchParams([
    ...parameters
      .filter((parameter) => parameter.in === "query" && parameter.required === true)
      .map((parameter) => [parameter.name, valueOf(parameter)]),
    ...Object.entries(QUERIES[key] ?? {}),
  ]).toString();
  return {
    method,
    target: query === "" ? filled : `${filled}?${query}`,
    hasKey: scopesOf(operation) !== null,
    repeats: method === "POST",
    body: bodyOf(document, entry),
  };
}

/** By what the tables of examples know an operation, such as `POST /links`. */
export function keyOf({ method, path }: Entry): string {
  return `${method} ${shortPath(path)}`;
}

function bodyOf(document: ApiDocument, entry: Entry): ExampleRequest["body"] {
  const content = entry.operation.requestBody?.content;
  if (content === undefined) return null;
  const key = keyOf(entry);
  const file = FILES[key];
  if (file !== undefined) return file;
  const schema = content["application/json"]?.schema ?? {};
  return { json: key in BODIES ? BODIES[key] : sampleOf(document, schema, "sent") };
}
