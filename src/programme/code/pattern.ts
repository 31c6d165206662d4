import { usernameOf } from "../../edge/link/variables.ts";
import type { CodeRules } from "../../ground/model/provider.ts";
import { toAscii } from "./ascii.ts";

/** The parts of a creator that codes are made of. */
export interface Profile {
  firstName: string;
  lastName: string;
  email: string | null;
  /** Network → handle. */
  handles: Readonly<Record<string, string>>;
}

/** What a pattern's variables take that isn't the creator's. */
export interface PatternContext {
  /** Names of the campaign and the plan. */
  campaign: string;
  plan: string;
  year: number;
}

/** What a profile lacks before a code can be made of it. */
export interface ProfileGap {
  code: "missing_first_name" | "missing_last_name" | "missing_email" | "missing_handle";
  detail: string;
}

/** Longest pattern: far more than any code is made of. */
const MAX_PATTERN = 200;
/** Most characters that `max` may leave: those of the longest code. */
const MAX_CUT = 64;

/** Networks that are variables by their own name; any other is `handle.<network>`. */
const NETWORKS: ReadonlySet<string> = new Set([
  "instagram",
  "tiktok",
  "youtube",
  "facebook",
  "x",
  "twitter",
  "pinterest",
  "snapchat",
  "twitch",
  "threads",
  "linkedin",
]);

const VARIABLES = ["username", "firstName", "lastName", "campaign", "plan", "year"] as const;
type PlainVariable = (typeof VARIABLES)[number];

const PLACEHOLDER = /\{\{([^{}]*)\}\}/;

type Filter = (text: string) => string;
type Variable = { name: PlainVariable } | { network: string };
type Part = { literal: string } | { variable: Variable; filters: Filter[] };

/**
 * Why a text can't be used as a pattern of codes, or `null`. A pattern is text with `{{variable}}` or
 * `{{variable|filter|filter:argument}}`, such as `{{username|upper|max:8}}10OFF`. The variables are
 * `username`, `firstName`, `lastName`, `campaign`, `plan`, `year`, a network's name (`instagram`) or
 * `handle.<network>`; the filters `upper`, `lower`, `alnum` (letters and digits only) and `max:N` (the
 * first N characters, 1 to 64). They run from left to right.
 */
export function patternProblem(pattern: string): string | null {
  if (pattern.length > MAX_PATTERN) return `must have ${MAX_PATTERN} characters at most`;
  const parts = parse(pattern);
  if (typeof parts === "string") return parts;
  const makesSomething = parts.some((part) => "variable" in part || /[A-Za-z0-9]/.test(toAscii(part.literal)));
  return makesSomething ? null : "must have a letter, a digit or a variable";
}

/**
 * What a profile lacks for a pattern (`null`: the plan has no codes). Names and e-mail address are
 * always needed: a creator is paid and told by them. A handle is, where the pattern names its network.
 */
export function profileGaps(pattern: string | null, profile: Profile): ProfileGap[] {
  const gaps: ProfileGap[] = [];
  if (profile.firstName.trim() === "") gaps.push({ code: "missing_first_name", detail: "The first name is missing." });
  if (profile.lastName.trim() === "") gaps.push({ code: "missing_last_name", detail: "The last name is missing." });
  if ((profile.email ?? "").trim() === "") {
    gaps.push({ code: "missing_email", detail: "The e-mail address is missing." });
  }
  for (const network of networksOf(pattern ?? "")) {
    if (handleOf(profile, network) === "") {
      gaps.push({ code: "missing_handle", detail: `The handle on ${network} is missing.` });
    }
  }
  return gaps;
}

/**
 * The text that a pattern gives for a creator: transliterated to ASCII, without the characters that
 * `rules` doesn't allow, cut to `rules.maxLength`. The same arguments always give the same text. It may
 * be shorter than `rules.minLength`, even empty, which is the caller's to handle. Throws an `Error` for
 * a pattern that {@link patternProblem} refuses.
 */
export function expandPattern(pattern: string, profile: Profile, context: PatternContext, rules: CodeRules): string {
  const parts = parse(pattern);
  if (typeof parts === "string") throw new Error(`the pattern of codes ${parts}`);
  const foreign = new RegExp(`[^${rules.alphabet}]`, "g");
  const allowed = (text: string): string => toAscii(text).replace(foreign, "");
  return parts
    .map((part) => {
      if ("literal" in part) return allowed(part.literal);
      // Cleaned first, so that `max` counts characters that stay.
      return part.filters.reduce((text, filter) => filter(text), allowed(valueOf(part.variable, profile, context)));
    })
    .join("")
    .slice(0, rules.maxLength);
}

/** The pattern's parts, or what is wrong with it. */
function parse(pattern: string): Part[] | string {
  const parts: Part[] = [];
  // Every second piece is what stood between braces.
  for (const [index, piece] of pattern.split(PLACEHOLDER).entries()) {
    if (index % 2 === 0) {
      if (/[{}]/.test(piece)) return "must write variables as {{name}}, and have no other braces";
      if (piece !== "") parts.push({ literal: piece });
      continue;
    }
    const [name = "", ...filters] = piece.split("|").map((word) => word.trim());
    const variable = variableOf(name);
    if (variable === null) return `must not have {{${name}}}: there is no such variable`;
    const made: Filter[] = [];
    for (const word of filters) {
      const filter = filterOf(word);
      if (typeof filter === "string") return filter;
      made.push(filter);
    }
    parts.push({ variable, filters: made });
  }
  return parts;
}

function variableOf(name: string): Variable | null {
  const plain = VARIABLES.find((known) => known === name);
  if (plain !== undefined) return { name: plain };
  if (NETWORKS.has(name)) return { network: name };
  const network = /^handle\.([a-z][a-z0-9_]{0,29})$/.exec(name)?.[1];
  return network === undefined ? null : { network };
}

/** The filter that a word names, or what is wrong with the word. */
function filterOf(word: string): Filter | string {
  if (word === "upper") return (text) => text.toUpperCase();
  if (word === "lower") return (text) => text.toLowerCase();
  if (word === "alnum") return (text) => text.replaceAll(/[^A-Za-z0-9]/g, "");
  if (/^max(:|$)/.test(word)) {
    const count = /^max:(\d{1,2})$/.exec(word)?.[1];
    const most = Number(count);
    if (count === undefined || most < 1 || most > MAX_CUT) return `must give max a number from 1 to ${MAX_CUT}`;
    return (text) => text.slice(0, most);
  }
  return `must not have the filter "${word}": there are upper, lower, alnum and max:N`;
}

function valueOf(variable: Variable, profile: Profile, context: PatternContext): string {
  if ("network" in variable) return handleOf(profile, variable.network);
  switch (variable.name) {
    case "username":
      return usernameOf(profile);
    case "firstName":
    case "lastName":
      return profile[variable.name];
    case "campaign":
    case "plan":
      return context[variable.name];
    case "year":
      return String(context.year);
  }
}

/** A creator's handle without its `@`; empty if there is none. */
function handleOf({ handles }: Profile, network: string): string {
  // A network may be called as what every object has, such as `constructor`.
  return Object.hasOwn(handles, network) ? (handles[network] ?? "").trim().replace(/^@+/, "") : "";
}

/** The networks that a pattern names, once each. */
function networksOf(pattern: string): Set<string> {
  const parts = parse(pattern);
  if (typeof parts === "string") return new Set();
  return new Set(
    parts.flatMap((part) => ("variable" in part && "network" in part.variable ? [part.variable.network] : [])),
  );
}
