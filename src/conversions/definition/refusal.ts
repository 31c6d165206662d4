import { Problem } from "../../ground/http/problem.ts";
import type { DefinitionRow } from "./store.ts";

/** Why nothing is recorded for a definition that isn't active, and what there is to be done about it. */
export function notActive({ id, status }: Pick<DefinitionRow, "id" | "status">): Problem {
  const path = `/api/v1/conversion-definitions/${id}`;
  return new Problem(
    "definition_inactive",
    status === "draft"
      ? `It is a draft, and only active ones count. Activate it first, by POST ${path}/activate.`
      : `It is archived, and only active ones count. Copy it by POST ${path}/copy, and activate the copy.`,
  );
}
