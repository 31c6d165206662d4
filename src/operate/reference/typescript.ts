import { type ApiDocument, type Entry, nameOf, type Schema, successOf } from "./document.ts";
import type { ExampleRequest } from "./request.ts";
import { declarations, typeText } from "./type-text.ts";

/** A request as a module of TypeScript that uses the platform's own `fetch`, with the types of what it answers. */
export function typescriptText(
  document: ApiDocument,
  { operation }: Entry,
  request: ExampleRequest,
  origin: string,
): string {
  const { content = {} } = successOf(operation).answer;
  const json = content["application/json"]?.schema;
  const isFile = request.body !== null && "text" in request.body && request.body.text === null;
  return [
    ...(isFile ? ['import { readFile } from "node:fs/promises";', ""] : []),
    `const response = await fetch(${JSON.stringify(`${origin}${request.target}`)}${initText(request)});`,
    'if (!response.ok) throw new Error(response.status + ": " + (await response.text()));',
    ...(json === undefined ? otherAnswer(Object.keys(content)) : jsonAnswer(document, json)),
    // A file with `await` at its top has to be a module.
    ...(isFile ? [] : ["", "export {};"]),
  ].join("\n");
}

function jsonAnswer(document: ApiDocument, schema: Schema): string[] {
  const declared = declarations(document, [schema]).map((text) => `\n${text}`);
  const name = nameOf(schema);
  if (name !== null) return [`const answer = (await response.json()) as ${name};`, ...declared];
  return [
    "const answer = (await response.json()) as Answer;",
    `\ntype Answer = ${typeText(document, schema)};`,
    ...declared,
  ];
}

function otherAnswer([type]: readonly string[]): string[] {
  if (type === undefined) return [];
  return [
    type.startsWith("image/") && type !== "image/svg+xml"
      ? "const answer = await response.blob();"
      : "const answer = await response.text();",
  ];
}

function initText({ body, hasKey, method, repeats }: ExampleRequest): string {
  const headers = [
    hasKey ? 'Authorization: "Bearer " + process.env.WAYMARK_KEY' : null,
    repeats ? '"Idempotency-Key": crypto.randomUUID()' : null,
    body === null ? null : `"Content-Type": ${JSON.stringify("json" in body ? "application/json" : body.type)}`,
  ].filter((line) => line !== null);
  const lines = [
    method === "GET" ? null : `method: ${JSON.stringify(method)}`,
    headers.length === 0 ? null : `headers: {\n${headers.map((line) => `    ${line},\n`).join("")}  }`,
    body === null ? null : `body: ${bodyText(body)}`,
  ].filter((line) => line !== null);
  return lines.length === 0 ? "" : `, {\n${lines.map((line) => `  ${line},\n`).join("")}}`;
}

function bodyText(body: NonNullable<ExampleRequest["body"]>): string {
  if ("json" in body) return `JSON.stringify(${literal(body.json, "  ")})`;
  return body.text === null ? `await readFile(${JSON.stringify(body.file)})` : JSON.stringify(body.text);
}

/** A value of JSON as TypeScript writes it: keys without quotes where they need none. */
function literal(value: unknown, pad: string): string {
  const inner = `${pad}  `;
  if (Array.isArray(value)) {
    return value.length === 0
      ? "[]"
      : `[\n${value.map((item) => `${inner}${literal(item, inner)},\n`).join("")}${pad}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const lines = Object.entries(value).map(
    ([key, item]) =>
      `${inner}${/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)}: ${literal(item, inner)},\n`,
  );
  return lines.length === 0 ? "{}" : `{\n${lines.join("")}${pad}}`;
}
