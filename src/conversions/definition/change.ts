import { created, unchanged, updated } from "../../ground/http/change.ts";
import type { Change } from "../../ground/http/commit.ts";
import type { Deps } from "../../ground/deps.ts";
import { msOf } from "../../ground/http/fields.ts";
import { type FieldError, Problem } from "../../ground/http/problem.ts";
import { AmountReader } from "../../programme/plan/amount-reader.ts";
import { refuseFaults } from "../../programme/plan/create-change.ts";
import { findStore } from "../../programme/store/store.ts";
import { definitionFaults } from "./check.ts";
import { freeKey, keyOf } from "./key.ts";
import { presentDefinition } from "./present.ts";
import type { Definition, DefinitionPatch, GivenValue, NewDefinition } from "./schema.ts";
import {
  causesMustStand,
  countDefinitions,
  type DefinitionRow,
  existingDefinition,
  insertDefinition,
  keyMustBeFree,
  keysLike,
  mustHaveFewer,
  reachedFrom,
  type ShownRow,
  updateDefinition,
} from "./store.ts";
import { TEMPLATES } from "./templates.ts";
import { causesOf, listensTo, readTriggers, readValue } from "./terms.ts";
import { type GivenTrigger, triggersField } from "./trigger-schema.ts";

/** Most definitions of a store, and most that are active: each event is held against all of those. */
const MAX_DEFINITIONS = 1_000;
const MAX_ACTIVE = 100;

/** The unique index of keys, for the answer where another request took one. */
const CONFLICTS = {
  "conversion_definitions.store_id, conversion_definitions.key": { code: "definition_key_taken", path: "key" },
} as const;

/** Plans a new definition, a draft. Throws a `Problem` (409, 422). */
export async function planDefinition(deps: Deps, given: NewDefinition): Promise<Change<Definition>> {
  const shown = await draftOf(deps, given);
  const isGenerated = given.key === undefined;
  return planInsert(deps, shown, [
    ...(isGenerated ? [keyMustBeFree(deps, shown.row)] : []),
    ...premises(deps, shown.row),
  ]);
}

/** The draft that a body makes, with nothing written. Throws a `Problem` (422) that names all that is wrong with it. */
export async function draftOf(deps: Deps, given: NewDefinition): Promise<ShownRow> {
  const store = await findStore(deps, given.storeId);
  if (store === null) throw Problem.invalid("storeId", "is no store's");
  const { name, triggers, value, limit } = filled(given);
  const currency = given.currency ?? store.currency;
  const reader = new AmountReader(store.currency);
  const now = deps.now();
  const row: DefinitionRow = {
    id: deps.newId("definition"),
    storeId: store.id,
    name,
    key: given.key ?? (await generatedKey(deps, store.id, given.name ?? given.template ?? name)),
    status: "draft",
    ...termsOf(readTriggers(triggers, currency, reader)),
    value: readValue(value, currency, reader),
    currency,
    limit,
    appliesToPast: given.appliesToPast,
    effectiveFrom: msOf(given.effectiveFrom),
    copiedFrom: null,
    activatedAt: null,
    archivedAt: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const names = await checkedNames(deps, { row, id: null, faults: reader.faults });
  return { row, storeCurrency: store.currency, names };
}

/** What a new definition says, its template where it says nothing. */
function filled({ template, name, triggers, value, limit }: NewDefinition): {
  name: string;
  triggers: readonly GivenTrigger[];
  value: GivenValue;
  limit: DefinitionRow["limit"];
} {
  const standard = template === undefined ? null : TEMPLATES[template];
  return {
    name: name ?? standard?.name ?? "",
    triggers: triggers ?? triggersField.parse(standard?.triggers ?? []),
    value: value ?? ((standard?.value ?? { mode: "none" }) as GivenValue),
    limit: limit === undefined ? (standard?.limit ?? null) : limit,
  };
}

function termsOf(triggers: DefinitionRow["triggers"]): Pick<DefinitionRow, "triggers" | "listens"> {
  return { triggers, listens: listensTo(triggers) };
}

async function generatedKey(deps: Deps, storeId: string, name: string): Promise<string> {
  const key = keyOf(name);
  return freeKey(key, await keysLike(deps, storeId, key));
}

/** The names that a definition's triggers have. Throws a `Problem` (422) that names all that is wrong with it. */
async function checkedNames(
  deps: Deps,
  { row, id, faults }: { row: DefinitionRow; id: string | null; faults: readonly FieldError[] },
): Promise<ReadonlyMap<string, string>> {
  const known = await reachedFrom(deps, causesOf(row.triggers));
  refuseFaults([...faults, ...definitionFaults({ ...row, id }, known)]);
  return new Map([...known].map(([cause, { name }]) => [cause, name]));
}

/** Plans that a draft comes to be there, if what `held` asks for holds by then. Throws a `Problem` (409). */
async function planInsert(
  deps: Deps,
  shown: ShownRow,
  held: readonly D1PreparedStatement[],
): Promise<Change<Definition>> {
  const { row, storeCurrency } = shown;
  const { all } = await countDefinitions(deps, row.storeId);
  if (all >= MAX_DEFINITIONS) {
    throw new Problem("list_full", `The store has ${MAX_DEFINITIONS} conversion definitions already. Delete some.`);
  }
  return {
    ...created("conversionDefinition", presentDefinition(shown)),
    statements: [
      mustHaveFewer(deps, row.storeId, { limit: MAX_DEFINITIONS, active: false }),
      ...held,
      ...insertDefinition(deps, row, storeCurrency),
    ],
    conflicts: CONFLICTS,
  };
}

/** Statements that break their batch off unless what a definition waits for can be. */
function premises(deps: Deps, row: DefinitionRow): D1PreparedStatement[] {
  const causes = causesOf(row.triggers);
  return causes.length === 0 ? [] : [causesMustStand(deps, row, causes)];
}

/** Plans the change of a draft, or of any definition's name. Throws a `Problem` (404, 409, 422). */
export async function planPatch(deps: Deps, id: string, patch: DefinitionPatch): Promise<Change<Definition>> {
  const shown = await existingDefinition(deps, id);
  const { row: before, storeCurrency } = shown;
  const { name, key, triggers, value, limit, appliesToPast, effectiveFrom } = patch;
  const isNameAlone = Object.keys(patch).every((field) => field === "name");
  if (before.status !== "draft" && !isNameAlone) throw notDraft(before);
  const reader = new AmountReader(storeCurrency);
  const after: DefinitionRow = {
    ...before,
    ...(name !== undefined && { name }),
    ...(key !== undefined && { key }),
    ...(triggers !== undefined && termsOf(readTriggers(triggers, before.currency, reader))),
    ...(value !== undefined && { value: readValue(value, before.currency, reader) }),
    ...(limit !== undefined && { limit }),
    ...(appliesToPast !== undefined && { appliesToPast }),
    ...(effectiveFrom !== undefined && { effectiveFrom: msOf(effectiveFrom) }),
    ...written(deps, before),
  };
  // A name is no reason to hear of what has come to be wrong since.
  const names = isNameAlone ? shown.names : await checkedNames(deps, { row: after, id, faults: reader.faults });
  return {
    ...updated("conversionDefinition", presentDefinition(shown), presentDefinition({ ...shown, row: after, names })),
    statements: [...(isNameAlone ? [] : premises(deps, after)), ...updateDefinition(deps, before, after)],
    conflicts: CONFLICTS,
  };
}

/** What each write moves on. */
function written(deps: Deps, before: DefinitionRow): Pick<DefinitionRow, "version" | "updatedAt"> {
  return { version: before.version + 1, updatedAt: Math.max(deps.now(), before.updatedAt) };
}

function notDraft({ id, status }: DefinitionRow): Problem {
  const last = status === "active" ? "change the copy, activate that, and archive this one" : "and activate the copy";
  return new Problem(
    "definition_active",
    `It is ${status}, and what it counted by stays as it was. Copy it by POST /api/v1/conversion-definitions/${id}/copy, ${last}.`,
  );
}

/** Plans that a draft begins to listen. Throws a `Problem` (404, 409, 422). */
export async function planActivation(deps: Deps, id: string): Promise<Change<Definition>> {
  const shown = await existingDefinition(deps, id);
  const { row: before } = shown;
  if (before.status === "active") return unchanged(presentDefinition(shown));
  if (before.status === "archived") throw notDraft(before);
  await checkedNames(deps, { row: before, id, faults: [] });
  if ((await countDefinitions(deps, before.storeId)).active >= MAX_ACTIVE) {
    throw new Problem("list_full", `The store has ${MAX_ACTIVE} active conversion definitions. Archive some.`);
  }
  const moved = written(deps, before);
  const after: DefinitionRow = {
    ...before,
    status: "active",
    activatedAt: moved.updatedAt,
    effectiveFrom: before.effectiveFrom ?? moved.updatedAt,
    ...moved,
  };
  return {
    ...updated("conversionDefinition", presentDefinition(shown), presentDefinition({ ...shown, row: after }), "launch"),
    statements: [
      mustHaveFewer(deps, before.storeId, { limit: MAX_ACTIVE, active: true }),
      ...premises(deps, before),
      ...updateDefinition(deps, before, after),
    ],
  };
}

/** Plans that a definition listens no more; its history stays. Throws a `Problem` (404). */
export async function planArchive(deps: Deps, id: string): Promise<Change<Definition>> {
  const shown = await existingDefinition(deps, id);
  const { row: before } = shown;
  if (before.status === "archived") return unchanged(presentDefinition(shown));
  const moved = written(deps, before);
  const after: DefinitionRow = { ...before, status: "archived", archivedAt: moved.updatedAt, ...moved };
  return {
    ...updated(
      "conversionDefinition",
      presentDefinition(shown),
      presentDefinition({ ...shown, row: after }),
      "archive",
    ),
    statements: updateDefinition(deps, before, after),
  };
}

/** Plans a draft that says what another definition says; what it waits for is looked at when it is changed or activated. Throws a `Problem` (404, 409). */
export async function planCopy(deps: Deps, id: string, name: string | undefined): Promise<Change<Definition>> {
  const shown = await existingDefinition(deps, id);
  const { row: model } = shown;
  const now = deps.now();
  const row: DefinitionRow = {
    ...model,
    id: deps.newId("definition"),
    name: name ?? copyName(model.name),
    key: await generatedKey(deps, model.storeId, name ?? model.key),
    status: "draft",
    effectiveFrom: null,
    copiedFrom: model.id,
    activatedAt: null,
    archivedAt: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  return planInsert(deps, { ...shown, row }, [keyMustBeFree(deps, row)]);
}

/** Longest name, characters. */
const MAX_NAME = 120;
const COPY = " (copy)";

function copyName(name: string): string {
  return `${Array.from(name)
    .slice(0, MAX_NAME - COPY.length)
    .join("")}${COPY}`;
}
