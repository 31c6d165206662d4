import type { Call } from "./faulty.ts";

/** The calls of a statement that reach D1; `bind` is done in the Worker itself. */
const STATEMENT_CALLS: ReadonlySet<PropertyKey> = new Set(["first", "all", "run", "raw"]);

/** D1's own statement behind a wrapped one: a batch takes no others. */
const originals = new WeakMap<D1PreparedStatement, D1PreparedStatement>();

/** The real D1, whose calls run through `call`: `first`, `all`, `run`, `raw` and `batch`, in sessions too. */
export function wrapDatabase(db: D1Database, call: Call): D1Database {
  return new Proxy(db, {
    get(target, property) {
      if (property === "withSession")
        return (...from: Parameters<D1Database["withSession"]>) => wrapSession(target.withSession(...from), call);
      return preparing(target, property, call);
    },
  });
}

function wrapSession(session: D1DatabaseSession, call: Call): D1DatabaseSession {
  return new Proxy(session, { get: (target, property) => preparing(target, property, call) });
}

function preparing(db: D1Database | D1DatabaseSession, property: PropertyKey, call: Call): unknown {
  if (property === "prepare") return (sql: string) => wrapStatement(db.prepare(sql), call);
  if (property !== "batch") return own(db, property);
  return (statements: D1PreparedStatement[]) =>
    call(() => db.batch(statements.map((statement) => originals.get(statement) ?? statement)));
}

function wrapStatement(statement: D1PreparedStatement, call: Call): D1PreparedStatement {
  const wrapped: D1PreparedStatement = new Proxy(statement, {
    get(target, property) {
      if (property === "bind") return (...values: unknown[]) => wrapStatement(target.bind(...values), call);
      return STATEMENT_CALLS.has(property) ? through(target, property, call) : own(target, property);
    },
  });
  originals.set(wrapped, statement);
  return wrapped;
}

/** The real KV, every call of which runs through `call`. */
export function wrapStandby(kv: KVNamespace, call: Call): KVNamespace {
  return new Proxy(kv, { get: (target, property) => through(target, property, call) });
}

/** A queue that hands what it takes to `take`. Its real sibling only says yes or no to the sender, too. */
export function wrapQueue(queue: Queue, call: Call, take: (body: string) => void): Queue {
  return new Proxy(queue, {
    get(target, property) {
      if (property !== "send") return own(target, property);
      return (body: unknown) => call(async () => take(String(body)));
    },
  });
}

/** A method bound to its object, or any other property as it is. */
function own(target: object, property: PropertyKey): unknown {
  const value: unknown = Reflect.get(target, property);
  return typeof value === "function" ? value.bind(target) : value;
}

function through(target: object, property: PropertyKey, call: Call): unknown {
  const value: unknown = Reflect.get(target, property);
  if (typeof value !== "function") return value;
  return (...parameters: unknown[]) => call(async (): Promise<unknown> => Reflect.apply(value, target, parameters));
}
