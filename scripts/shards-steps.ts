import {
  boundDatabases,
  createdId,
  databaseName,
  isLocal,
  listedId,
  localId,
  MOST_DATABASES,
  withDatabase,
} from "./click-databases.ts";
import { Failure } from "./failure.ts";

/** What the script is asked for. */
export interface Wanted {
  databases: number;
  /** On this machine alone: nothing is made at Cloudflare. */
  local: boolean;
}

/** What the steps work with. */
export interface Tools {
  read: () => Promise<string>;
  write: (toml: string) => Promise<void>;
  /** Runs wrangler and returns what it prints. Throws a {@link Failure} with that if it fails. */
  wrangler: (args: string[]) => Promise<string>;
  /** Options by which wrangler finds local data. */
  where: string[];
  say: (line: string) => void;
}

/** Reads the command's words. Throws a {@link Failure} for what isn't understood. */
export function readWanted(words: readonly string[]): Wanted {
  const [count = "", ...flags] = words;
  const unknown = flags.find((flag) => flag !== "--local" && flag !== "--remote");
  const databases = Number(count);
  if (!/^\d+$/.test(count) || databases < 1 || databases > MOST_DATABASES || unknown !== undefined) {
    throw new Failure(
      `npm run shards -- <1 to ${MOST_DATABASES} databases> [--local]\nThey are made at Cloudflare, with --local on this machine.`,
    );
  }
  return { databases, local: flags.includes("--local") };
}

/**
 * Makes the databases that are missing, binds each at once, and migrates all. Harmless to repeat: what is there is left
 * as it is. Returns whether `wrangler.toml` was changed. Throws a {@link Failure} if wrangler fails; what was made until
 * then is bound.
 */
export async function makeDatabases({ databases, local }: Wanted, tools: Tools): Promise<boolean> {
  let changed = false;
  for (let number = 1; number <= databases; number++) {
    const toml = await tools.read();
    const bound = boundDatabases(toml).find((database) => database.number === number);
    if (bound !== undefined && (local || !isLocal(bound.id))) continue;
    const id = local ? localId(number) : await create(databaseName(number), tools);
    await tools.write(withDatabase(toml, { number, id }));
    changed = true;
    tools.say(`CLICKS_${number} is bound: ${databaseName(number)}, ${id}.`);
  }
  for (let number = 1; number <= databases; number++) {
    const where = local ? ["--local", ...tools.where] : ["--remote"];
    await tools.wrangler(["d1", "migrations", "apply", `CLICKS_${number}`, ...where]);
  }
  tools.say(`${databases === 1 ? "It has" : `All ${databases} have`} the tables of the click log.`);
  return changed;
}

/** Makes a database, or finds the one that an earlier run made and could not bind. */
async function create(name: string, { wrangler }: Tools): Promise<string> {
  const existing = listedId(await wrangler(["d1", "list", "--json"]), name);
  const id = existing ?? createdId(await wrangler(["d1", "create", name]));
  if (id === null) throw new Failure(`wrangler made ${name} and doesn't say its id: see npx wrangler d1 list.`);
  return id;
}

/** How the log is laid out, as `GET /click-log/layouts` answers. */
export interface Layouts {
  layouts: { sinceDay: string; databases: number }[];
  databases: { binding: string; failure: string | null }[];
}

/** What is to be done about the layout: nothing, or enter it; or start the Worker with its new bindings first. */
export function nextStep({ layouts, databases }: Layouts, wanted: number): "done" | "enter" | "start" {
  if (layouts[0]?.databases === wanted) return "done";
  const usable = databases.filter(({ binding, failure }) => binding !== "DB" && failure === null);
  return usable.length >= wanted ? "enter" : "start";
}
