import { mustHold } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Change } from "../../ground/http/commit.ts";
import { eraseContacts } from "../../sales/shop/forget-contacts-write.ts";
import { forgetCustomer } from "../../sales/shop/privacy-run.ts";
import { customerHashOfContact, existingContact } from "./store.ts";
import { contactSums } from "./sums-store.ts";

/**
 * Has all that was reported know a contact's customer no more, and answers how the contact itself is erased. It comes
 * last, so that what is interrupted can be asked for once more. The audit log gets numbers alone. Throws a `Problem`
 * (404) if there is no such contact.
 */
export async function eraseContact(deps: Deps, id: string): Promise<() => Promise<Change<null>>> {
  const { storeId, fields } = await existingContact(deps, id);
  const hash = (await customerHashOfContact(deps, id)) ?? "";
  const sums = await contactSums(deps, id);
  await forgetCustomer(deps.d1, storeId, [hash]);
  return async () => {
    await existingContact(deps, id);
    const held = {
      fields: Object.keys(fields).length,
      visitors: sums?.visitors ?? 0,
      events: sums?.events ?? 0,
      conversions: sums?.conversions ?? 0,
      orders: sums?.orders ?? 0,
    };
    return {
      statements: [
        mustHold(deps.d1, "EXISTS (SELECT 1 FROM contacts WHERE id = ?1)", id),
        ...(await eraseContacts(deps.d1, storeId, [hash], deps.now())),
      ],
      audit: [{ action: "delete", entity: "contact", entityId: id, before: held, after: null }],
      status: 204,
      body: null,
    };
  };
}
