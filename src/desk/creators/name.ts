import type { Creator } from "../../programme/creator/schema.ts";

/** What a creator is called: their name, or what else is known of them. */
export function creatorName({
  firstName,
  lastName,
  email,
  externalId,
  handles,
}: Pick<Creator, "firstName" | "lastName" | "email" | "externalId" | "handles">): string {
  const name = `${firstName} ${lastName}`.trim();
  const [handle] = Object.values(handles);
  return [name, handle === undefined ? "" : `@${handle}`, email, externalId].find(Boolean) ?? "Creator without a name";
}
