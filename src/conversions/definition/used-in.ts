import type { SegmentCondition, Trigger } from "../../ground/model/conversion.ts";
import type { UseQuery } from "./schema.ts";
import type { DefinitionRow } from "./store.ts";

/** What is looked for: an event or a script's key by its name, a field or property by its name, a page by its address. */
export type Sought = Pick<UseQuery, "event" | "goal" | "field" | "url">;

/** The places of a definition, as paths, that use what is sought. */
export function placesIn(
  { triggers, key, value }: Pick<DefinitionRow, "triggers" | "key" | "value">,
  sought: Sought,
): string[] {
  const { field } = sought;
  return [
    ...triggers.flatMap((trigger, index) => placesOf(trigger, key, sought).map((path) => `triggers.${index}.${path}`)),
    ...(value.mode === "field" && value.field === field ? ["value.field"] : []),
  ];
}

function placesOf(trigger: Trigger, key: string, sought: Sought): string[] {
  if (trigger.type === "segment") {
    return trigger.all.flatMap((condition, index) => (asksFor(condition, sought) ? [`all.${index}`] : []));
  }
  const places: string[] = [];
  const { event, goal, field, url } = sought;
  if (trigger.type === "event" && trigger.event === event) places.push("event");
  if (trigger.type === "script" && key === goal?.toLowerCase()) places.push("type");
  if (trigger.type === "url" && url !== undefined && hasAddress(trigger, url)) places.push("url");
  if ("where" in trigger && field !== undefined) {
    for (const [index, { property }] of trigger.where.entries()) {
      if (property === field) places.push(`where.${index}.property`);
    }
  }
  return places;
}

/** Whether a page of that address meets a trigger, whatever else it asks for. */
function hasAddress({ url: { is, value } }: Extract<Trigger, { type: "url" }>, url: string): boolean {
  const [page, text] = [addressOf(url), value.toLowerCase()];
  if (is === "equals") return page === text;
  return is === "starts" ? page.startsWith(text) : page.includes(text);
}

/** An address as triggers are held against: without query and fragment, in lower case. */
function addressOf(url: string): string {
  const known = URL.parse(url);
  return (known === null ? (url.split(/[?#]/)[0] ?? "") : `${known.origin}${known.pathname}`).toLowerCase();
}

function asksFor(condition: SegmentCondition, { event, goal, field, url }: Sought): boolean {
  switch (condition.about) {
    case "field":
      return condition.field === field;
    case "event":
      return condition.name === event;
    case "goal":
      return condition.name === goal;
    case "url":
      return url !== undefined && addressOf(url).includes(condition.name.toLowerCase());
    default:
      return false;
  }
}
