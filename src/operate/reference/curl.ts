import type { ExampleRequest } from "./request.ts";

/** A request as a command of curl for a POSIX shell, where `$WAYMARK_KEY` has the API key. */
export function curlText(request: ExampleRequest, origin: string): string {
  const { body, method, target, hasKey, repeats } = request;
  const isPlain = method === "GET" || (method === "POST" && body !== null);
  return [
    `curl ${isPlain ? "" : `-X ${method} `}${quoted(`${origin}${target}`)}`,
    hasKey ? `-H "Authorization: Bearer $WAYMARK_KEY"` : null,
    // Another one each time: the same key with another body is refused.
    repeats ? `-H "Idempotency-Key: $(date +%s)-$RANDOM"` : null,
    ...bodyLines(body),
  ]
    .filter((line) => line !== null)
    .join(" \\\n  ");
}

function bodyLines(body: ExampleRequest["body"]): string[] {
  if (body === null) return [];
  if ("json" in body)
    return ["-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body.json, null, 2))}`];
  return [
    `-H 'Content-Type: ${body.type}'`,
    `--data-binary ${body.text === null ? `@${body.file}` : quoted(body.text)}`,
  ];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
