import type { Child } from "hono/jsx";
import type { Click } from "../../clicks/click/schema.ts";
import { CLICK_COLUMNS } from "../clicks/click.tsx";
import type { Page } from "../frame/api-load.ts";
import { Empty } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { Table } from "../resource/table.tsx";
import type { View } from "../resource/resource.ts";

/** Clicks that a link's page shows. */
const SHOWN = 10;

/** The log is looked at a stretch at a time: a link without a recent click has but so many looked at. */
const MOST_STRETCHES = 3;

/** The last clicks on a link. Throws the API's `Problem`. */
export async function lastClicks(view: View, { id }: { id: string }): Promise<Child> {
  const clicks: Click[] = [];
  let cursor: string | null = null;
  for (let stretch = 0; stretch < MOST_STRETCHES; stretch++) {
    const page: Page<Click> = await view.desk.api.get<Page<Click>>("/clicks", { link: id, limit: SHOWN, cursor });
    clicks.push(...page.data);
    cursor = page.nextCursor;
    if (clicks.length >= SHOWN || cursor === null) break;
  }
  if (clicks.length === 0) {
    return (
      <Empty title={cursor === null ? "There is no click yet." : "There is no click among the latest."}>
        Each request to the link stands here, with where it came from and whether it counted.
      </Empty>
    );
  }
  return (
    <>
      <Table
        caption="Last clicks"
        columns={CLICK_COLUMNS.filter(({ label }) => label !== "Link")}
        rows={clicks.slice(0, SHOWN)}
        view={view}
      />
      <p>
        <a href={withQuery("/admin/clicks", { link: id })}>All clicks</a>
      </p>
    </>
  );
}
