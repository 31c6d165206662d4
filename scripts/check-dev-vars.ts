/** Shortest secret that isn't refused: 128 bits as base64url. */
const MIN_SECRET_LENGTH = 22;

/** Bytes of a key that signs click ids, at least. */
const MIN_KEY_BYTES = 32;

/** What people and examples write where a secret is to be. */
const PLACEHOLDER = /placeholder|change.?me|your.?(?:api.?)?(?:key|secret)|^<.*>$|^(.)\1*$/i;

/** What is wrong with each secret's text; `null`: nothing. */
const SECRETS: Readonly<Record<string, (text: string) => string | null>> = {
  ADMIN_API_KEY: (text) => {
    if (!/^[\x21-\x7e]+$/.test(text)) return "has characters that can't stand in an HTTP header";
    return problemOfSecret(text);
  },
  CLICK_TOKEN_KEYS: problemOfKeys,
  VISITOR_KEY: problemOfSecret,
};

/**
 * What is wrong with the text of a `.dev.vars`, a sentence each that names the line but no secret; none if
 * it can be used. Besides what dotenv reads, the secrets are to be written plainly, `NAME=value`, for the commands of
 * the docs take them from the file by `sed`.
 */
export function devVarsProblems(text: string): string[] {
  const problems: string[] = [];
  if (text.startsWith("\u{feff}")) problems.push("Line 1 begins with a byte order mark: save the file as plain UTF-8.");
  if (text.includes("\r")) problems.push("The lines end as on Windows: save the file with LF line ends.");
  const { values, unread } = readLines(text.replace(/^\u{feff}/u, ""));
  problems.push(...unread);
  for (const [name, problemOf] of Object.entries(SECRETS)) {
    const [found, again] = values.filter((value) => value.name === name);
    if (found === undefined) {
      problems.push(`${name} is missing.`);
    } else if (again !== undefined) {
      problems.push(`Line ${again.line}: ${name} is set twice, on line ${found.line} too.`);
    } else {
      const problem = found.text === "" ? "is empty" : (plainProblem(found.text) ?? problemOf(found.text));
      if (problem !== null) problems.push(`Line ${found.line}: ${name} ${problem}.`);
    }
  }
  return problems;
}

interface Value {
  name: string;
  /** As it stands behind the equals sign, trimmed at its end. */
  text: string;
  /** From 1. */
  line: number;
}

/** The values of a file, and what is wrong with lines that are none. Quoted values may go over several lines. */
function readLines(text: string): { values: Value[]; unread: string[] } {
  const lines = text.split(/\r\n|\r|\n/);
  const values: Value[] = [];
  const unread: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const [line, content = ""] = [index + 1, lines[index]];
    if (/^\s*(?:#.*)?$/.test(content)) continue;
    const [, name, rest = ""] = /^([A-Za-z_]\w*)=(.*)$/.exec(content) ?? [];
    if (name === undefined) {
      unread.push(`Line ${line} is neither a comment (#) nor NAME=value, without spaces around the equals sign.`);
      continue;
    }
    values.push({ name, text: rest.trimEnd(), line });
    const quote = /^\s*(["'`])/.exec(rest)?.[1];
    if (quote === undefined || rest.trimStart().slice(1).includes(quote)) continue;
    const closing = lines.findIndex((later, at) => at > index && later.includes(quote));
    if (closing < 0) unread.push(`Line ${line}: the quote that begins the value of ${name} is never closed.`);
    else index = closing;
  }
  return { values, unread };
}

function plainProblem(text: string): string | null {
  if (/^\s*["'`]/.test(text)) return "is in quotes: write it without";
  if (/\s/.test(text)) return "has a space in it";
  return text.includes("#") ? "has a # in it, which begins a comment" : null;
}

function problemOfSecret(text: string): string | null {
  if (PLACEHOLDER.test(text)) return "is a placeholder";
  return text.length < MIN_SECRET_LENGTH ? `is shorter than ${MIN_SECRET_LENGTH} characters` : null;
}

function problemOfKeys(text: string): string | null {
  const ids = new Set<number>();
  for (const entry of text.split(",")) {
    const [, id, key = ""] = /^(\d{1,3}):([A-Za-z0-9_-]*)$/.exec(entry) ?? [];
    if (/placeholder/i.test(entry)) return "is a placeholder";
    if (id === undefined || Number(id) > 255) return "is not <id 0-255>:<base64url>, several separated by commas";
    if (ids.has(Number(id))) return `has the key id ${id} twice`;
    ids.add(Number(id));
    if (Buffer.from(key, "base64url").length < MIN_KEY_BYTES) return `has a key shorter than ${MIN_KEY_BYTES} bytes`;
  }
  return null;
}
