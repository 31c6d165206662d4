import type { Field } from "../form/field.ts";
import { Copy } from "../frame/parts.tsx";

/** What a portal link is made by. */
export const PORTAL_FIELDS: readonly Field[] = [
  { kind: "text", name: "label", label: "Label", hint: "For whom or what it is made.", max: 120 },
  {
    kind: "whole",
    name: "expiresInDays",
    label: "Days that it works",
    least: 1,
    most: 3_650,
    initial: 365,
    empty: "null",
    hint: "Empty: until it is revoked.",
  },
];

/** The address of a portal link, the once that it is shown. */
export function PortalUrl({ url }: { url: string }) {
  return (
    <section class="card" aria-label="The address">
      <p class="warn">This address is shown only now. Whoever has it sees the creator’s numbers.</p>
      <p>
        <Copy text={url} label="the address" />
      </p>
    </section>
  );
}
