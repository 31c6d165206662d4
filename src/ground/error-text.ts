import { REMOVED, withoutAddresses } from "./redact-text.ts";

/** Longest text kept of an error: enough for a query's names. */
const MAX_TEXT = 2_000;

/** Causes that are told, one of another. */
const MAX_CAUSES = 4;

/** Where drizzle begins to list the values of a query that failed: whatever the rows hold. */
const PARAMS = "\nparams: ";

/** What `JSON.parse` quotes of a text that it can't read. */
const QUOTED_JSON = /(?:\.\.\.)?"[^]{0,200}"(?:\.\.\.)? is not valid JSON/g;

/** The path and query of an address; the host says where it leads. */
const ADDRESS = /\b(https?:\/\/[^\s/?#"'<>]{1,255})[/?#][^\s"'<>()]*/gi;

/** A query without its address. */
const QUERY = /\?[\w.~%[\]-]{1,64}=[^\s"'<>()]*/g;

/** Credentials by their names. */
const NAMED =
  /\b((?:authorization|bearer|basic|cookie)\s{1,3}|[\w-]{0,30}(?:token|secret|password|key|signature|click|customer|cookie)=)(?!\s)[^\s&"',;]+/gi;

/** As long as a key or a token, with a digit in it. */
const OPAQUE = /(?<![\w-])(?=[\w-]{0,255}\d)[\w-]{32,}(?![\w-])/g;

/**
 * What may be said of an error in a log or an alarm: what failed and why, with its causes, and nothing that
 * it was given: no values of a query, no address beyond its host, no credentials, no address of a person.
 * Whatever catches an error passes it through here, since nobody knows what its text repeats.
 */
export function errorText(error: unknown): string {
  return withoutSecrets(withCauses(error, MAX_CAUSES));
}

/** The lines of an error's stack below its text, for what nobody expected. */
export function errorStack(error: Error): string {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return withoutSecrets(frames.join("\n"));
}

function withCauses(error: unknown, left: number): string {
  if (!(error instanceof Error)) return textOf(error).slice(0, MAX_TEXT);
  const own = `${error.name}: ${error.message.split(PARAMS, 1)[0] ?? ""}`.slice(0, MAX_TEXT);
  return error.cause === undefined || left === 0 ? own : `${own}; caused by ${withCauses(error.cause, left - 1)}`;
}

/** Anything may be thrown, also what can't be made a text. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return typeof thrown;
  }
}

function withoutSecrets(text: string): string {
  const plain = text
    .replaceAll(QUOTED_JSON, "a text is not valid JSON")
    .replaceAll(ADDRESS, `$1/${REMOVED}`)
    .replaceAll(QUERY, `?${REMOVED}`)
    .replaceAll(NAMED, `$1${REMOVED}`)
    .replaceAll(OPAQUE, REMOVED);
  return withoutAddresses(plain);
}
