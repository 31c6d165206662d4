import type { Link } from "../../links/link/schema.ts";
import { wordsOf } from "../form/field.ts";

/** A condition of a link's rules, as the API has it. */
export type Condition = Link["rules"][number]["when"];

/** What has to be so for a rule to fit, in words. */
export function conditionText({ country, region, device, language, hours, weight }: Condition): string {
  const parts = [
    listed("in", country),
    listed("in", region),
    listed(
      "on",
      device?.map((name) => wordsOf(name).toLowerCase()),
    ),
    listed("reading", language),
    hours === undefined ? null : `from ${hours.from} to ${hours.to} (${hours.timezone})`,
    weight === undefined ? null : `${weight}% of them`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "everyone" : `visitors ${parts.join(", ")}`;
}

function listed(word: string, values: readonly string[] | undefined): string | null {
  return values === undefined ? null : `${word} ${values.join(" or ")}`;
}
