/** What somebody who ran `npm start` asked for. */
export interface Asked {
  empty: boolean;
  /** The environment. */
  variables: NodeJS.ProcessEnv;
}

/** Where local data is that no variable names, as somebody in the repository's folder writes it. */
const USUAL_STATE = ".wrangler/state";

/** What a shell takes as it stands. */
const PLAIN = /^[\w./:@%+-]+$/;

/** The command that does what was asked for, on another port. No secret is in it: whoever exported one has it still. */
export function commandOn(port: number, asked: Asked): string {
  return command(port, asked.variables.WAYMARK_STATE, asked);
}

/** The same beside one that has the data already: with data of its own. */
export function commandBeside(port: number, asked: Asked): string {
  const state = (asked.variables.WAYMARK_STATE || USUAL_STATE).replace(/\/+$/, "");
  return command(port, `${state}-2`, asked);
}

function command(port: number, state: string | undefined, { empty, variables }: Asked): string {
  const set = Object.entries({ PORT: String(port), WAYMARK_STATE: state, WAYMARK_HISTORY: variables.WAYMARK_HISTORY });
  const named = set.flatMap(([name, value]) => (value ? [`${name}=${quoted(value)}`] : []));
  return [...named, "npm start", ...(empty ? ["-- --empty"] : [])].join(" ");
}

function quoted(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
