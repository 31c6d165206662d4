import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, problems } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import { existingCode } from "../../programme/code/change.ts";
import { codeDetail } from "../../programme/code/schema.ts";
import { wakeCodes } from "../../programme/code/send-due.ts";
import { dueInShop, NEW_IN_SHOP, presentCode, presentDetail } from "../../programme/code/store.ts";
import { askForCode, isConnected } from "./store.ts";

const route = adminRoutes("Codes");

/** `/codes/{id}/sync`: a code that its shop is to be asked for again. */
export const codeSyncRoutes = createRouter().openapi(
  route("post", "/codes/{id}/sync", requires("plans:write"), {
    summary: "Bring a code into line with its shop again",
    description:
      "Makes, changes or withdraws it in the store's connected shop, as it should be by now: for one that failed, was changed in the shop, or is gone from it. What the shop has of it is written over. Harmless to repeat.",
    request: { params: idParams("code") },
    responses: {
      202: jsonContent(codeDetail, "The code, which is `pending`"),
      ...problems("not_found", "not_connected"),
    },
  }),
  async (c) => {
    const { deps } = c.env;
    const { id } = c.req.valid("param");
    return carryOut(
      c,
      async () => {
        const { row, shop, texts } = await existingCode(deps, id);
        const { storeId } = row;
        if (!(await isConnected(deps.d1, storeId))) {
          throw new Problem("not_connected", `The code's store ${storeId} is not connected to a shop.`);
        }
        const after = { row, shop: dueInShop(shop ?? NEW_IN_SHOP) };
        return {
          statements: [askForCode(deps.d1, id, storeId)],
          audit: [
            {
              action: "retry",
              entity: "code",
              entityId: id,
              before: presentCode({ row, shop }),
              after: presentCode(after),
            },
          ],
          status: 202,
          body: presentDetail(after, texts),
        };
      },
      ({ body }) => wakeCodes(deps, body),
    );
  },
);
