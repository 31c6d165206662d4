import type { Field } from "./field.ts";

/** The islands that a form is better with: for lists of groups, and for groups that are about one choice alone. */
export function islandsFor(fields: readonly Field[]): string[] {
  const all = withInner(fields);
  return [
    ...(all.some(({ kind }) => kind === "list") ? ["lists"] : []),
    ...(all.some((field) => field.kind === "group" && field.when !== undefined) ? ["when"] : []),
  ];
}

function withInner(fields: readonly Field[]): Field[] {
  return fields.flatMap((field) => {
    if (field.kind === "group") return [field, ...withInner(field.fields)];
    return field.kind === "list" ? [field, ...withInner(field.of)] : [field];
  });
}
