import { Problem } from "../../ground/http/problem.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Facts, Moment } from "../frame/parts.tsx";
import type { Resource } from "../resource/resource.ts";

/** A store, whose account is shown by itself. */
interface PayingStore {
  id: string;
  name: string;
  currency: string;
  payer?: Payer | null;
}

/** The account from which a store pays, as the API shows it. */
interface Payer {
  name: string;
  iban: string;
  bic: string | null;
  updatedAt: string;
  updatedBy: string;
}

/** `/admin/payouts/accounts`: from which account each store pays. */
export const PAYERS: Resource<PayingStore> = {
  place: "payouts/accounts",
  one: "Account",
  many: "Accounts to pay from",
  api: "/stores",
  read: "settings:read",
  title: ({ name }) => `Account of ${name}`,
  list: {
    csv: null,
    filters: [],
    beside: async (desk, stores) =>
      Promise.all(stores.map(async (store) => ({ ...store, payer: await payerOf(desk, store.id).catch(() => null) }))),
    empty: { title: "There is no store.", text: "A store’s account is what files for the bank are paid from." },
    columns: [
      { label: "Store", cell: ({ id, name }) => <a href={`/admin/payouts/accounts/${id}`}>{name}</a> },
      { label: "Account holder", cell: ({ payer }) => payer?.name ?? "–" },
      { label: "IBAN", cell: ({ payer }) => payer?.iban ?? "None yet" },
    ],
  },
  page: {
    facts: ({ name, currency }) => [
      ["Store", name],
      ["Currency", currency],
    ],
    panels: [
      {
        title: "Account",
        show: async ({ desk }, { id }) => {
          const payer = await payerOf(desk, id);
          if (payer === null)
            return <p>None yet. Files for the bank need one; it is kept encrypted. Enter it by “Edit”.</p>;
          return (
            <Facts
              facts={[
                ["Account holder", payer.name],
                ["IBAN", payer.iban],
                ["BIC", payer.bic],
                ["Changed", <Moment desk={desk} time={payer.updatedAt} />],
              ]}
            />
          );
        },
      },
    ],
  },
  edit: {
    scope: "settings:write",
    also: ["orders:write"],
    title: "Account to pay from",
    method: "PUT",
    whole: true,
    api: (row) => `/stores/${row?.id}/payer`,
    // An IBAN is shown to nobody again, so that all of it is entered anew.
    shown: () => ({}),
    intro: () => (
      <p class="note">
        Files for the bank are paid from it. It takes the place of what was entered before, and is kept encrypted.
      </p>
    ),
    fields: [
      {
        kind: "text",
        name: "name",
        label: "Account holder",
        required: true,
        max: 70,
        hint: "As the bank knows them.",
      },
      {
        kind: "text",
        name: "iban",
        label: "IBAN",
        required: true,
        max: 60,
        placeholder: "DE02 1203 0000 0000 2020 51",
      },
      { kind: "text", name: "bic", label: "BIC", max: 20, hint: "Some banks ask for it." },
    ],
  },
  actions: [
    {
      name: "forget",
      label: "Forget it",
      scope: "settings:write",
      also: ["orders:write"],
      risky: true,
      method: "DELETE",
      api: ({ id }) => `/stores/${id}/payer`,
      text: "No file for the bank can be made for this store until another account is entered.",
      done: "Account forgotten.",
    },
  ],
};

/** A store's account; `null`: none was entered. Throws the API's `Problem`. */
async function payerOf(desk: Desk, storeId: string): Promise<Payer | null> {
  try {
    return await desk.api.get<Payer>(`/stores/${storeId}/payer`);
  } catch (error) {
    if (error instanceof Problem && error.code === "not_found") return null;
    throw error;
  }
}
