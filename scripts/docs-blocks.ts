/** A shell block of a Markdown file. */
export interface Block {
  /** Of its first line of code, from 1. */
  line: number;
  text: string;
}

/** Blocks that need an account, or run what other commands run: shown, but not run with the docs. */
const NOT_HERE =
  /npm (?:ci|run (?:reliability|loss))|npx vitest|wrangler (?:secret put|d1 create|kv namespace|queues create|r2 bucket)/;

/** The blocks of a Markdown file marked as `sh` that can be run against a local Waymark, in order. */
export function shellBlocks(markdown: string): Block[] {
  return [...markdown.matchAll(/^( *)```sh\n(.*?)^\1```$/gms)].flatMap(({ index, 1: indent = "", 2: text = "" }) => {
    if (NOT_HERE.test(text)) return [];
    const line = markdown.slice(0, index).split("\n").length + 1;
    return [{ line, text: text.replaceAll(new RegExp(`^${indent}`, "gm"), "") }];
  });
}

/** The HTTP errors that a block shows on purpose, as its comments announce them (`# 422`), sorted. */
export function announcedErrors({ text }: Block): number[] {
  return [...text.matchAll(/#[^\n]*?\b([45]\d\d)\b/g)].map(([, status]) => Number(status)).toSorted((a, b) => a - b);
}
