import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { planDeletion } from "./delete-change.ts";
import { purgeAtOnce } from "./delete-run.ts";
import { confirmQuery, deletionRequest, deletionSchema } from "./schema.ts";
import { existingDefinition } from "./store.ts";

const route = adminRoutes("Conversions");

const DESCRIPTION =
  "All that was recorded for it goes too, which `confirm` has to say by its number: without, the answer names the counts. The ledger keeps its entries, and plans pay nothing for it from now on. Refused while another definition, draft or active, waits for its conversions. Of very many conversions the last go within minutes.";

/** Deleting definitions with their history. */
export const definitionDeleteRoutes = createRouter()
  .openapi(
    route("post", "/conversion-definitions/delete", requires("plans:write", "orders:write"), {
      summary: "Delete conversion definitions with their history",
      description: DESCRIPTION,
      request: { body: jsonRequest(deletionRequest) },
      responses: { 200: jsonContent(deletionSchema, "What went"), ...problems("confirm_needed", "in_use") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { ids, confirm } = c.req.valid("json");
      const answer = await carryOut(c, async () => planDeletion(deps, c.var.actor, ids, confirm));
      await purgeAtOnce(deps, ids);
      return answer;
    },
  )
  .openapi(
    route("delete", "/conversion-definitions/{id}", requires("plans:write", "orders:write"), {
      summary: "Delete a conversion definition with its history",
      description: DESCRIPTION,
      request: { params: idParams("definition"), query: confirmQuery },
      responses: { 204: { description: "Deleted" }, ...problems("not_found", "confirm_needed", "in_use") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      const answer = await carryOut(c, async () => {
        await existingDefinition(deps, id);
        const planned = await planDeletion(deps, c.var.actor, [id], c.req.valid("query").confirm);
        return { ...planned, status: 204 as const, body: null };
      });
      await purgeAtOnce(deps, [id]);
      return answer;
    },
  );
