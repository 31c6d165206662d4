/** What `wrangler.toml` says of the databases of the click log beside `DB`: text in, text out. */

/** Numbers of clicks tell so many databases apart (see `src/clicks/log/sequence.ts`). */
export const MOST_DATABASES = 63;

/** A database as it is bound. */
export interface BoundDatabase {
  number: number;
  id: string;
}

/** Ids that stand for databases of this machine alone, which has no other use for them. */
const LOCAL_ID = "00000000-0000-4000-8000-";

/** The id of a database that is on this machine alone. */
export function localId(number: number): string {
  return LOCAL_ID + String(number).padStart(12, "0");
}

/** Whether an id is one of {@link localId}: there is no such database at Cloudflare. */
export function isLocal(id: string): boolean {
  return id.startsWith(LOCAL_ID);
}

/** The name of a database at Cloudflare. */
export function databaseName(number: number): string {
  return `waymark-clicks-${number}`;
}

/** A table of databases, up to the next table of any kind. */
const BLOCK = /^\[\[d1_databases\]\]\n(?:(?!\[)[^\n]*(?:\n|$))*/gm;

const valueOf = (block: string, key: string): string | undefined =>
  new RegExp(`^\\s*${key}\\s*=\\s*"([^"]*)"`, "m").exec(block)?.[1];

/** The databases of the click log that are bound, by their numbers. */
export function boundDatabases(toml: string): BoundDatabase[] {
  return [...toml.matchAll(BLOCK)]
    .flatMap(([block]) => {
      const number = /^CLICKS_([1-9]\d*)$/.exec(valueOf(block, "binding") ?? "")?.[1];
      return number === undefined ? [] : [{ number: Number(number), id: valueOf(block, "database_id") ?? "" }];
    })
    .toSorted((a, b) => a.number - b.number);
}

/** The file with a database bound under its number, behind the others; one that is bound gets this id. All else stays as it is. */
export function withDatabase(toml: string, { number, id }: BoundDatabase): string {
  const blocks = [...toml.matchAll(BLOCK)];
  const bound = blocks.find(([block]) => valueOf(block, "binding") === `CLICKS_${number}`);
  if (bound !== undefined) {
    const block = bound[0].replace(/^(\s*database_id\s*=\s*")[^"]*"/m, `$1${id}"`);
    return toml.slice(0, bound.index) + block + toml.slice(bound.index + bound[0].length);
  }
  const made = `[[d1_databases]]
binding = "CLICKS_${number}"
database_name = "${databaseName(number)}"
database_id = "${id}"
migrations_dir = "migrations/clicks"
`;
  const last = blocks.at(-1);
  if (last === undefined) return `${toml.trimEnd()}\n\n${made}`;
  // Before what is said of the table that follows.
  const own = last[0].replace(/(?:\n[ \t]*(?:#[^\n]*)?)*$/, "");
  const end = last.index + own.length;
  return `${toml.slice(0, end)}\n\n${made.trimEnd()}${toml.slice(end)}`;
}

/** The id in what `wrangler d1 create` prints; `null`: there is none. */
export function createdId(output: string): string | null {
  return /"?database_id"?\s*[:=]\s*"([0-9a-f-]{36})"/.exec(output)?.[1] ?? null;
}

/** The id of a database in what `wrangler d1 list --json` prints; `null`: it isn't there. */
export function listedId(output: string, name: string): string | null {
  const start = output.indexOf("[");
  if (start < 0) return null;
  const list = JSON.parse(output.slice(start)) as { name: string; uuid: string }[];
  return list.find((database) => database.name === name)?.uuid ?? null;
}
