import type { Definition, ListedDefinition, WholeDefinition } from "../../conversions/definition/schema.ts";
import { wordsOf } from "../form/field.ts";
import type { Desk } from "../frame/desk-load.ts";
import { MoneyText } from "../frame/money.tsx";
import { Chip, type Tone } from "../frame/parts.tsx";

/** A definition: of the list, with its figures, or by itself, with what it is used by. */
export type ShownDefinition = Definition &
  Partial<Pick<ListedDefinition, "last30Days">> &
  Partial<Pick<WholeDefinition, "usedBy">>;

const TONES: Readonly<Record<Definition["status"], Tone>> = { draft: "wait", active: "good", archived: "plain" };

/** Where a definition stands. */
export function DefinitionState({ status }: { status: Definition["status"] }) {
  return <Chip tone={TONES[status]}>{wordsOf(status)}</Chip>;
}

/** What each conversion is worth. */
export function ValueText({ desk, value }: { desk: Desk; value: Definition["value"] }) {
  switch (value.mode) {
    case "static":
      return <MoneyText desk={desk} money={value.amount} />;
    case "event":
      return <>The event’s own value</>;
    case "field":
      return (
        <>
          The contact’s <code>{value.field}</code>
        </>
      );
    case "order":
      return <>The order’s total</>;
    case "none":
      return <>None</>;
  }
}

/** How often one contact converts at most. */
export function limitText(limit: Definition["limit"]): string {
  if (limit === null) return "As often as they like";
  const times = limit.times === 1 ? "Once" : `${limit.times} times`;
  return limit.windowDays === null ? times : `${times} within ${limit.windowDays} days`;
}
