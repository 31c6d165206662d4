import type { Child } from "hono/jsx";
import type { Code, CodeLeak } from "../../programme/code/schema.ts";
import type { Page } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Chip, Count } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import type { Column } from "../resource/resource.ts";

/** A leak as a row of a list. */
export type ShownLeak = CodeLeak & { id: string };

const SIGNALS: Readonly<Record<CodeLeak["signals"][number]["kind"], string>> = {
  uses_without_click: "Used without a click",
  spike: "A sudden rise",
  unknown_region: "From elsewhere",
  retired_text: "An old text is used",
};

/** What looks like a leak of a code, each with its reason. */
function Signals({ signals }: Pick<CodeLeak, "signals">) {
  return (
    <ul>
      {signals.map(({ kind, detail }) => (
        <li>
          <Chip tone="bad">{SIGNALS[kind]}</Chip> {detail}
        </li>
      ))}
    </ul>
  );
}

/** What of a leak is shown. */
export const LEAK_COLUMNS: readonly Column<ShownLeak>[] = [
  { label: "Code", main: true, cell: ({ code }) => code },
  {
    label: "Creator",
    cell: ({ creatorId }, { names }) => <a href={`/admin/creators/${creatorId}`}>{names[creatorId] ?? creatorId}</a>,
  },
  {
    label: "Plan",
    cell: ({ planId }, { names }) => <a href={`/admin/plans/${planId}`}>{names[planId] ?? planId}</a>,
  },
  { label: "Uses", num: true, cell: ({ uses }, { desk }) => <Count desk={desk} value={uses} /> },
  {
    label: "Clicks",
    num: true,
    cell: ({ clicks }, { desk }) => <Count desk={desk} value={clicks} />,
  },
  { label: "Why it looks leaked", cell: ({ signals }) => <Signals signals={signals} /> },
];

/** Pages of its plan's leaks that are looked through for one code. */
const MOST_PAGES = 5;

/** Whether one code looks leaked, on its page. Throws the API's `Problem`. */
export async function LeakOf({ desk, code }: { desk: Desk; code: Code }): Promise<Child> {
  let cursor: string | null = null;
  for (let looked = 0; looked < MOST_PAGES; looked++) {
    const page: Page<CodeLeak> = await desk.api.get<Page<CodeLeak>>("/codes/leaks", {
      plan: code.planId,
      limit: 200,
      cursor,
    });
    const leak = page.data.find(({ codeId }) => codeId === code.id);
    if (leak !== undefined) {
      return (
        <>
          <p>
            In the last 7 days it was used {desk.formats.count(leak.uses)} times, with {desk.formats.count(leak.clicks)}{" "}
            clicks on the creator’s links.
          </p>
          <Signals signals={leak.signals} />
          {desk.may("plans:write") ? (
            <p>
              <a class="button" href={`/admin/codes/${code.id}/rotate`}>
                Give it another text
              </a>
            </p>
          ) : null}
        </>
      );
    }
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return (
    <p>
      Nothing looks leaked in the last 7 days.{" "}
      <a href={withQuery("/admin/codes/leaks", { plan: code.planId, days: "90" })}>Look further back</a>
    </p>
  );
}
