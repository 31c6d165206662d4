import { GraphQLError } from "graphql";

export interface PageArguments {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
  reverse?: boolean | null;
}

/** Nothing lists more at once. */
const MAX_PAGE = 250;

/**
 * A stretch of `items`, which are in the order of `keyOf`, as a Relay connection. The cursor is the key, so that a page
 * goes on behind where the one before ended, whatever was put in or taken out meanwhile.
 */
export function connectionOf<Item>(items: readonly Item[], given: PageArguments, keyOf: (item: Item) => string) {
  const { first, last, after, before, reverse } = given;
  const size = first ?? last;
  if (size == null) throw new GraphQLError("you must provide one of first or last", code("BAD_REQUEST"));
  if (size > MAX_PAGE) throw new GraphQLError(`first cannot exceed ${MAX_PAGE}`, code("BAD_REQUEST"));
  if (size < 0) throw new GraphQLError("first must be positive", code("BAD_REQUEST"));
  const all = reverse === true ? items.toReversed() : items;
  const [from, to] = [after, before].map((cursor) => (cursor == null ? null : read(cursor)));
  const isBehind = (item: Item, key: string): boolean => (reverse === true ? keyOf(item) < key : keyOf(item) > key);
  const isBefore = (item: Item, key: string): boolean => !isBehind(item, key) && keyOf(item) !== key;
  const within = all.filter((item) => (from == null || isBehind(item, from)) && (to == null || isBefore(item, to)));
  const taken = first == null ? within.slice(-size) : within.slice(0, size);
  const edges = taken.map((node) => ({ cursor: write(keyOf(node)), node }));
  return {
    edges,
    nodes: taken,
    pageInfo: {
      hasNextPage: first == null ? before != null : within.length > taken.length,
      hasPreviousPage: first == null ? within.length > taken.length : after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** A list that hangs on another thing, in the order that it has. */
export function listOf(items: readonly unknown[]): (given: PageArguments) => unknown {
  const places = new Map(items.map((item, place) => [item, String(place).padStart(6, "0")]));
  return (given) => connectionOf(items, given, (item) => places.get(item) ?? "");
}

const code = (name: string): { extensions: { code: string } } => ({ extensions: { code: name } });
const write = (key: string): string => Buffer.from(key).toString("base64");

function read(cursor: string): string {
  const key = Buffer.from(cursor, "base64").toString();
  if (write(key) !== cursor) throw new GraphQLError("Invalid cursor for current pagination sort.", code("BAD_REQUEST"));
  return key;
}
