import type { DefinitionRow } from "../../src/conversions/definition/store.ts";

let count = 0;

/**
 * A definition as it is kept, active since ever, for what `wm('conversion', key)` says; only what a test is about is
 * given. `listens` follows from the triggers.
 */
export function definitionRow(overrides: Partial<DefinitionRow> = {}): DefinitionRow {
  count += 1;
  const row: DefinitionRow = {
    id: `cdf_${String(count).padStart(16, "0")}`,
    storeId: "str_0000000000000001",
    name: `Goal ${count}`,
    key: `goal-${count}`,
    status: "active",
    triggers: [{ type: "script", where: [] }],
    listens: "",
    value: { mode: "none" },
    currency: "EUR",
    limit: null,
    appliesToPast: false,
    effectiveFrom: 0,
    copiedFrom: null,
    activatedAt: 0,
    archivedAt: null,
    version: 1,
    createdAt: 0,
    updatedAt: 0,
    ...overrides,
  };
  return { ...row, listens: overrides.listens ?? `,${[...new Set(row.triggers.map(({ type }) => type))].join(",")},` };
}
