import type { ShownProposal } from "../../books/proposal/schema.ts";
import { METHODS } from "../creators/payout-facts.tsx";
import { Chip, Moment } from "../frame/parts.tsx";
import type { View } from "../resource/resource.ts";
import { Table } from "../resource/table.tsx";

type Account = NonNullable<ShownProposal["details"]>;

const LABELS: Readonly<Record<keyof Account, string>> = {
  method: "Way",
  accountHolder: "Account holder",
  iban: "IBAN",
  bic: "BIC",
  country: "Country",
  email: "E-mail address of the account",
  note: "Note",
  reference: "Reference",
};

/** What is in force beside what a creator entered, and which of it differs: by all of it, be it shown or not. */
export function Differing({
  view,
  row: { details = null, inForce = null, inForceSince = null, changed = [], revealed = false, id, state },
}: {
  view: View;
  row: { id: string; state: ShownProposal["state"] } & Partial<ShownProposal>;
}) {
  const { desk } = view;
  const rows = (Object.keys(LABELS) as (keyof Account)[])
    .map((name) => ({
      id: name,
      now: told(inForce, name),
      entered: told(details, name),
      differs: changed.includes(name),
    }))
    .filter(({ now, entered }) => now !== null || entered !== null);
  return (
    <>
      <Table
        caption="In force, and entered"
        rows={rows}
        view={view}
        columns={[
          { label: "Detail", cell: ({ id }) => LABELS[id] },
          { label: "In force", cell: ({ now }) => now ?? "–" },
          { label: state === "open" ? "Entered, waits" : "Entered", cell: ({ entered }) => <b>{entered ?? "–"}</b> },
          { label: "Compared", cell: ({ differs }) => (differs ? <Chip tone="bad">Differs</Chip> : "the same") },
        ]}
      />
      <p class="note">
        {inForceSince === null ? (
          "Nobody said yet where this creator is paid."
        ) : inForce === null ? (
          "What is in force was sealed under another VISITOR_KEY, and can’t be opened."
        ) : (
          <>
            In force since <Moment desk={desk} time={inForceSince} />.
          </>
        )}
      </p>
      {!revealed && details !== null && desk.may("orders:write") ? (
        <form class="row" method="post" action={`/admin/payout-detail-proposals/${id}/reveal`}>
          <button>Show all of it</button>
          <small>Showing it is written to the audit log.</small>
        </form>
      ) : null}
    </>
  );
}

function told(account: Account | null, name: keyof Account): string | null {
  const value = account?.[name] ?? null;
  return value !== null && name === "method" ? METHODS[value as Account["method"]] : value;
}
