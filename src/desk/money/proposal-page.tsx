import type { Context } from "hono";
import type { ShownProposal } from "../../books/proposal/schema.ts";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { deskOf } from "../frame/desk-load.ts";
import { Card } from "../frame/parts.tsx";
import { answerPage } from "../frame/shell-page.tsx";
import { Differing } from "./differing.tsx";

/** Shows all of what a creator entered, and of what is in force, which the API writes to the audit log. */
export async function revealProposal(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["orders:write"]);
  const id = c.req.param("id") ?? "";
  const row = await desk.api.get<ShownProposal & { names?: Record<string, string> }>(
    `/payout-detail-proposals/${encodeURIComponent(id)}`,
    { reveal: true, expand: "names" },
  );
  const name = row.names?.[row.creatorId] ?? row.creatorId;
  return answerPage(
    c,
    {
      title: `Account entered by ${name}, whole`,
      trail: [
        { name: "Payout details to confirm", path: "/admin/payout-detail-proposals" },
        { name: `Account entered by ${name}`, path: `/admin/payout-detail-proposals/${row.id}` },
      ],
    },
    <Card note="That you looked at it stands in the audit log.">
      <Differing view={{ desk, names: {} }} row={row} />
    </Card>,
  );
}
