import { SourceMap, type SourceMapPayload } from "node:module";

/** A place in the bundle, as stacks in the Worker's log name it. */
const PLACE = /(?:[\w:./-]*\/)?index\.js:(\d+):(\d+)/g;

/**
 * A text of the Worker's log with the places of its stacks in the source files' own lines: `src/links/link/store.ts:41:12`.
 * `map` is the bundle's source map, of the commit that is deployed. A place that it doesn't know stays as it is.
 */
export function readStack(text: string, map: SourceMapPayload): string {
  const places = new SourceMap(map);
  return text.replaceAll(PLACE, (place, line: string, column: string) => {
    const found = places.findEntry(Number(line) - 1, Number(column) - 1);
    if (!("originalSource" in found)) return place;
    const file = found.originalSource.replace(/^(?:\.\.\/)+/, "");
    return `${file}:${found.originalLine + 1}:${found.originalColumn + 1}`;
  });
}
