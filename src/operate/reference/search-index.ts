import { PROBLEMS } from "../../ground/http/problem.ts";
import {
  type ApiDocument,
  type Area,
  nameOf,
  type Operation,
  problemsOf,
  type Schema,
  shortPath,
  successOf,
} from "./document.ts";
import { namesFrom, namesIn, partsOf, shapeOf } from "./shape.ts";

/** What the page's script searches: each entry's words are places in `words`, of which many have the same. */
export interface SearchIndex {
  words: string[];
  /** The last parts of the paths of areas, and their names. */
  areas: [anchor: string, name: string][];
  /**
   * Each of what can be found: an operation's method, a status of a problem, or 0 for a component; its path, code or
   * name; what it is in words; the place of its area, -1 for the guide; the names in it; further words that it is told in.
   */
  entries: [kind: string | number, title: string, summary: string, area: number, has: number[], says: number[]][];
}

/** Problems that nearly every operation may answer: nobody finds one by them. */
const COMMON_PROBLEMS = new Set(["unauthorized", "forbidden", "validation_failed", "not_found"]);

/** All operations, components and problems, with the names of what they take. */
export function searchIndexOf(document: ApiDocument, areas: readonly Area[]): SearchIndex {
  const places = new Map<string, number>();
  const placesOf = (words: Iterable<string>): number[] =>
    [...new Set(words)].map((word) => {
      const place = places.get(word) ?? places.size;
      places.set(word, place);
      return place;
    });
  const operations = areas.flatMap((area, place) =>
    area.entries.map(({ method, operation, path }): SearchIndex["entries"][number] => [
      method,
      shortPath(path),
      operation.summary ?? "",
      place,
      placesOf([
        ...(operation.parameters ?? []).map(({ name }) => name),
        ...schemasOf(operation.requestBody?.content).flatMap((schema) => fieldNames(document, schema)),
        ...valuesIn(document, operation),
        ...problemsOf(operation).flatMap(({ codes }) => codes.filter((code) => !COMMON_PROBLEMS.has(code))),
      ]),
      placesOf(tellingWords(document, operation)),
    ]),
  );
  const components = [...homesOf(document, areas)].map(([name, area]): SearchIndex["entries"][number] => [
    0,
    name,
    "",
    areas.indexOf(area),
    placesOf(fieldNames(document, document.components.schemas[name] ?? {})),
    [],
  ]);
  const problems = Object.entries(PROBLEMS).map(([code, { status, title }]): SearchIndex["entries"][number] => [
    status,
    code,
    title,
    -1,
    [],
    [],
  ]);
  return {
    areas: areas.map(({ anchor, name }) => [anchor, name]),
    entries: [...operations, ...components, ...problems],
    words: [...places.keys()],
  };
}

/** The components that an area's page has a place for, in the order in which they are met. */
export function componentsOf(document: ApiDocument, area: Area): string[] {
  const schemas = area.entries.flatMap(({ operation }) => [
    // A body's own fields stand with its operation.
    ...schemasOf(operation.requestBody?.content).flatMap((schema) => {
      const name = nameOf(schema);
      return name === null ? [schema] : namesIn(document.components.schemas[name] ?? {}).map(($ref) => ({ $ref }));
    }),
    ...Object.values(operation.responses).flatMap(({ content = {} }) => schemasOf(content)),
  ]);
  return namesFrom(document, schemas).filter((name) => name !== "Problem");
}

/** Each component with the first area that shows it. */
function homesOf(document: ApiDocument, areas: readonly Area[]): Map<string, Area> {
  const homes = new Map<string, Area>();
  for (const area of areas) {
    for (const name of componentsOf(document, area)) if (!homes.has(name)) homes.set(name, area);
  }
  return homes;
}

function schemasOf(content: Record<string, { schema?: Schema }> = {}): Schema[] {
  return Object.values(content).flatMap(({ schema }) => schema ?? []);
}

/** The names of fields in a schema, those of nameless parts within it too. */
function fieldNames(document: ApiDocument, schema: Schema, isInner = false): string[] {
  const name = nameOf(schema);
  if (name !== null) return isInner ? [] : fieldNames(document, document.components.schemas[name] ?? {});
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [name, ...fieldNames(document, inner, true)]),
    ...partsOf(schema).flatMap((part) => fieldNames(document, part, true)),
  ];
}

/** What an operation's own parameters and fields may have in them, where that is one of some words. */
function valuesIn(document: ApiDocument, operation: Operation): string[] {
  const asked = [
    ...(operation.parameters ?? []).flatMap(({ schema }) => schema ?? []),
    ...schemasOf(operation.requestBody?.content).flatMap((schema) => [schema, ...partsOf(schema)]),
  ];
  const fields = asked.flatMap((schema) => {
    const { shape } = shapeOf(document, schema);
    if (shape.kind === "object") return shape.fields.map(({ schema }) => schema);
    return shape.kind === "variants" ? shape.variants.flatMap(({ fields }) => fields.map(({ schema }) => schema)) : [];
  });
  return [...asked, ...fields].flatMap((schema) => {
    const { shape } = shapeOf(document, schema);
    return shape.kind === "values" ? shape.values.filter((value) => typeof value === "string") : [];
  });
}

/** The words that an operation, its body and its answer are told in, but for those that its summary has already. */
function tellingWords(document: ApiDocument, operation: Operation): string[] {
  const bodies = schemasOf(operation.requestBody?.content).map((schema) => shapeOf(document, schema).schema);
  const told = [
    operation.description,
    successOf(operation).answer.description,
    ...bodies.map(({ description }) => description),
  ];
  const summary = new Set(wordsOf(operation.summary ?? ""));
  return wordsOf(told.join(" ")).filter((word) => !summary.has(word) && !IDLE_WORDS.has(word));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z][a-z0-9]{2,}/g) ?? [];
}

/** Words that no description is told from another by. */
const IDLE_WORDS = new Set(
  "all and any are been but can does each else for from had has have how its itself may more most none not now one only other out than that the their them then there these they this those under until was what when where which who whose will with without would".split(
    " ",
  ),
);
