import type { Deps } from "../../ground/deps.ts";
import { existingStore } from "../../programme/store/store.ts";
import { draftOf } from "./change.ts";
import { presentDefinition } from "./present.ts";
import { previewOf } from "./preview.ts";
import { pastContacts, pastConversions, pastEvents, pastOrders } from "./preview-load.ts";
import type { Preview } from "./preview-schema.ts";
import type { NewDefinition } from "./schema.ts";
import { existingDefinition, type ShownRow } from "./store.ts";

const DAY_MS = 86_400_000;

/** How far a preview looks back, ms. */
const SPAN_MS = 30 * DAY_MS;

/**
 * What a definition, active or not, would have come to in the last 30 days, by the very rules of counting; segments by
 * who meets them now. Writes nothing, and looks at a bounded part. Throws a `Problem` (404).
 */
export async function previewDefinition(deps: Deps, id: string): Promise<Preview> {
  return previewShown(deps, await existingDefinition(deps, id));
}

/** The same of a definition that isn't there, as it would be made. Throws a `Problem` (422). */
export async function previewDraft(deps: Deps, given: NewDefinition): Promise<Preview> {
  return previewShown(deps, await draftOf(deps, given));
}

async function previewShown(deps: Deps, shown: ShownRow): Promise<Preview> {
  const { row: definition } = shown;
  const store = await existingStore(deps, definition.storeId);
  const to = deps.now();
  const past = {
    definition,
    from: to - SPAN_MS,
    to,
    consent: store.consentPolicy ?? deps.config.consentPolicy,
    attribution: store.attribution,
  };
  const events = await pastEvents(deps, past);
  const orders = await pastOrders(deps, past);
  const conversions = await pastConversions(deps, past);
  const contacts = await pastContacts(deps, past);
  const all = [events, orders, conversions, contacts];
  return previewOf(
    definition,
    presentDefinition(shown).summary,
    all.flatMap(({ woulds }) => woulds),
    {
      from: past.from,
      to,
      looked: {
        events: events.looked,
        orders: orders.looked,
        conversions: conversions.looked,
        contacts: contacts.looked,
      },
      partial: all.some(({ partial }) => partial),
    },
  );
}
