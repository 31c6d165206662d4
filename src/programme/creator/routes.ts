import { requires } from "../../ground/http/auth.ts";
import { created, deleted, updated } from "../../ground/http/change.ts";
import { carryOut, respond } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, listHandler, pageQuery } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { bulkCreate } from "./bulk-change.ts";
import { eraseCreator, withoutProfile } from "./erase-store.ts";
import { bulkCreators, bulkCreatorsResult, creatorFilters, creatorPatch, creatorSchema, newCreator } from "./schema.ts";
import {
  creatorInUse,
  creatorOf,
  type CreatorRow,
  deleteCreator,
  existingCreator,
  insertCreators,
  listCreators,
  presentCreator,
  updateCreator,
} from "./store.ts";

const route = adminRoutes("Creators");
const params = idParams("creator");
const conflicts = { "creators.external_id": { code: "external_id_taken", path: "externalId" } } as const;

/** `/creators`: the people who post links. */
export const creatorRoutes = createRouter()
  .openapi(
    route("get", "/creators", requires("plans:read"), {
      summary: "List creators",
      request: { query: pageQuery.extend(creatorFilters.shape) },
      responses: { 200: jsonPage(creatorSchema, "A page of creators, newest first"), ...problems() },
    }),
    listHandler(byId, listCreators, presentCreator),
  )
  .openapi(
    route("post", "/creators", requires("plans:write"), {
      summary: "Create a creator",
      request: { body: jsonRequest(newCreator) },
      responses: { 201: jsonContent(creatorSchema, "The creator"), ...problems("external_id_taken") },
    }),
    async (c) => {
      const { deps } = c.env;
      const given = c.req.valid("json");
      return carryOut(c, async () => {
        const row = creatorOf(deps, given);
        const creator = presentCreator(row);
        return { ...created("creator", creator), statements: insertCreators(deps, [row]), conflicts };
      });
    },
  )
  .openapi(
    route("post", "/creators/bulk", requires("plans:write"), {
      summary: "Create up to 1000 creators",
      description:
        "Each entry has its own result. The audit log has one entry for all that are made, under the first one's id.",
      request: { body: jsonRequest(bulkCreators) },
      responses: { 200: jsonContent(bulkCreatorsResult, "A result for each entry, in order"), ...problems() },
    }),
    async (c) => respond(await bulkCreate(c, c.req.valid("json").creators)),
  )
  .openapi(
    route("get", "/creators/{id}", requires("plans:read"), {
      summary: "Read a creator",
      request: { params },
      responses: { 200: jsonContent(creatorSchema, "The creator"), ...problems("not_found") },
    }),
    async (c) => c.json(presentCreator(await existingCreator(c.env.deps, c.req.valid("param").id)), 200),
  )
  .openapi(
    route("patch", "/creators/{id}", requires("plans:write"), {
      summary: "Change a creator",
      description: "`handles` replaces all handles there were.",
      request: { params, body: jsonRequest(creatorPatch) },
      responses: {
        200: jsonContent(creatorSchema, "The creator as it is now"),
        ...problems("not_found", "external_id_taken"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const patch = c.req.valid("json");
      return carryOut(c, async () => {
        const before = await existingCreator(deps, c.req.valid("param").id);
        const changes = { ...patch, updatedAt: deps.now() };
        const after: CreatorRow = { ...before, ...changes };
        return {
          ...updated("creator", presentCreator(before), presentCreator(after)),
          statements: updateCreator(deps, before.id, changes),
          conflicts,
        };
      });
    },
  )
  .openapi(
    route("delete", "/creators/{id}", requires("plans:write"), {
      summary: "Delete a creator",
      description:
        "Refused while a link, a code or a phone number is credited to the creator, or a campaign has them. Name, e-mail address, handles and external id are erased at once, in the audit log too, and portal links end. Orders, the ledger and reports keep the id.",
      request: { params },
      responses: { 204: { description: "Deleted" }, ...problems("not_found", "in_use") },
    }),
    async (c) => {
      const { deps } = c.env;
      return carryOut(c, async () => {
        const row = await existingCreator(deps, c.req.valid("param").id);
        if (await creatorInUse(deps, row.id))
          throw new Problem("in_use", "Links, codes, phone numbers or campaigns depend on this creator.");
        const now = deps.now();
        return {
          ...deleted("creator", withoutProfile(row)),
          statements: [...deleteCreator(deps, row.id, now), ...eraseCreator(deps.d1, row.id, now)],
        };
      });
    },
  );
