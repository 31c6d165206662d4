import { expect, it } from "vitest";
import { AdminApi } from "../../../scripts/admin-api.ts";
import { openPages } from "../../../scripts/demo.ts";

const LATER = new Date(Date.now() + 3_600_000).toISOString();
const OPEN = { label: "npm start", expiresAt: LATER, revokedAt: null };

it("ends the links to a creator's page that earlier starts made, and no others", async () => {
  const made = { ...OPEN, id: "ptk_made", url: "http://127.0.0.1:8787/creator/made" };
  const pages = [
    [made, { ...OPEN, id: "ptk_earlier" }, { ...OPEN, id: "ptk_revoked", revokedAt: LATER }],
    [
      { ...OPEN, id: "ptk_own", label: "For her" },
      { ...OPEN, id: "ptk_over", expiresAt: new Date(0).toISOString() },
      { ...OPEN, id: "ptk_first" },
    ],
  ];
  const deleted: string[] = [];
  const api = new AdminApi("http://waymark.invalid", "key", undefined, async ({ method, url }) => {
    const { pathname, searchParams } = new URL(url);
    if (method === "POST") return Response.json(made, { status: 201 });
    if (method === "DELETE") {
      deleted.push(pathname.split("/").at(-1) ?? "");
      return new Response(null, { status: 204 });
    }
    const page = Number(searchParams.get("cursor") ?? 0);
    return Response.json({ data: pages[page], nextCursor: page === 0 ? "1" : null });
  });
  const opened = await openPages(api, new Map([["demo-lea", "crt_1"]]));
  expect(opened).toEqual([{ creatorId: "crt_1", name: "Léa Moreau", url: made.url }]);
  expect(deleted).toEqual(["ptk_earlier", "ptk_first"]);
});
