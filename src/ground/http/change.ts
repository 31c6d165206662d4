import type { AuditEntry, Change } from "./commit.ts";

/** What is the same in every change of a kind: its one entry in the audit log, and its answer. */
type Outcome<Body> = Pick<Change<Body>, "audit" | "status" | "body">;

/** Anything with an id of its own, as the API shows it. */
interface Shown {
  id: string;
}

/**
 * One thing is made (201): `shown` goes to the audit log and is the answer.
 *
 * ```ts
 * return { ...created("creator", presentCreator(row)), statements: insertCreators(deps, [row]), conflicts };
 * ```
 *
 * Where the answer has more than the log may keep, such as a secret, `body` comes after:
 * `{ ...created("store", store), body: { ...store, secret }, statements }`.
 */
export function created<Made extends Shown>(entity: string, shown: Made): Outcome<Made> {
  return {
    audit: [{ action: "create", entity, entityId: shown.id, before: null, after: shown }],
    status: 201,
    body: shown,
  };
}

/**
 * One thing is changed (200): the audit log gets it as it was and as it is now, which is the answer, under `action`,
 * which says more of some changes, such as `lock`.
 */
export function updated<Now extends Shown>(
  entity: string,
  before: Now,
  after: Now,
  action: AuditEntry["action"] = "update",
): Outcome<Now> {
  return { audit: [{ action, entity, entityId: after.id, before, after }], status: 200, body: after };
}

/** One thing is deleted (204): the audit log gets it as it was. */
export function deleted(entity: string, before: Shown): Outcome<null> {
  return { audit: [{ action: "delete", entity, entityId: before.id, before, after: null }], status: 204, body: null };
}

/** Nothing is left to do (200), so that nothing is written and the audit log gets nothing. */
export function unchanged<Body>(body: Body): Change<Body> {
  return { statements: [], audit: [], status: 200, body };
}
