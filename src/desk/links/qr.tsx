import type { Link } from "../../links/link/schema.ts";
import { Fields } from "../form/fields.tsx";
import type { Field } from "../form/field.ts";
import { newForm } from "../form/show.ts";

/** How a QR code is drawn: the API's own parameters. */
export const QR_FIELDS: readonly Field[] = [
  {
    kind: "choice",
    name: "ecc",
    label: "Error correction",
    required: true,
    short: true,
    initial: "M",
    options: [
      { value: "L", label: "Low: the fewest dots" },
      { value: "M", label: "Medium" },
      { value: "Q", label: "High" },
      { value: "H", label: "Highest: for a logo in the middle" },
    ],
  },
  { kind: "whole", name: "border", label: "Quiet zone, in dots", least: 0, most: 20, initial: 4 },
];

/** A link's QR code: the picture, and a file of it for print. */
export function QrPanel({ link }: { link: Pick<Link, "id" | "shortUrl"> }) {
  const picture = `/admin/links/${link.id}/qr.svg`;
  return (
    <div class="pair">
      <img src={picture} width="220" height="220" alt={`QR code of ${link.shortUrl}`} />
      <form class="form" action={picture}>
        <input type="hidden" name="download" value="1" />
        <Fields fields={QR_FIELDS} state={{ filled: newForm(QR_FIELDS), faults: [], free: true }} />
        <div>
          <button>Download SVG</button>
        </div>
        <p class="hint">A drawing that stays sharp at any size. It leads to the short address, wherever that leads.</p>
      </form>
    </div>
  );
}
