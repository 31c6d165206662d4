import { loadBlocklist } from "../../edge/block/load.ts";
import { blocksUrl } from "../../edge/block/match.ts";
import type { Deps } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { created, deleted, updated } from "../../ground/http/change.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, listHandler, pageQuery } from "../../ground/http/pagination.ts";
import { orNotFound, Problem } from "../../ground/http/problem.ts";
import { cookieDomainProblem, domainPatch, domainSchema, newDomain } from "./schema.ts";
import {
  deleteDomain,
  domainInUse,
  type DomainRow,
  findDomain,
  hasStore,
  insertDomain,
  isDomain,
  listDomains,
  presentDomain,
  updateDomain,
} from "./store.ts";

const route = adminRoutes("Domains");
const params = idParams("domain");
const existing = orNotFound("domain", findDomain);
const conflicts = { "domains.hostname": { code: "hostname_taken", path: "hostname" } } as const;

/** `/domains`: short-link hosts beside the deployment's own. */
export const domainRoutes = createRouter()
  .openapi(
    route("get", "/domains", requires("settings:read"), {
      summary: "List domains",
      request: { query: pageQuery },
      responses: { 200: jsonPage(domainSchema, "A page of domains, newest first"), ...problems() },
    }),
    listHandler(byId, listDomains, presentDomain),
  )
  .openapi(
    route("post", "/domains", requires("settings:write"), {
      summary: "Register a domain",
      description: "Its DNS and its Worker route are set up at Cloudflare, not here.",
      request: { body: jsonRequest(newDomain) },
      responses: { 201: jsonContent(domainSchema, "The domain"), ...problems("hostname_taken") },
    }),
    async (c) => {
      const { deps } = c.env;
      const given = c.req.valid("json");
      return carryOut(c, async () => {
        const now = deps.now();
        const row: DomainRow = { id: deps.newId("domain"), ...given, createdAt: now, updatedAt: now, deletedAt: null };
        refuseOwnHost(deps, row.hostname);
        await checkSettings(deps, row);
        await checkRoot(deps, row.hostname, row.rootUrl);
        const domain = presentDomain(row);
        return { ...created("domain", domain), statements: insertDomain(deps, row), conflicts };
      });
    },
  )
  .openapi(
    route("get", "/domains/{id}", requires("settings:read"), {
      summary: "Read a domain",
      request: { params },
      responses: { 200: jsonContent(domainSchema, "The domain"), ...problems("not_found") },
    }),
    async (c) => c.json(presentDomain(await existing(c.env.deps, c.req.valid("param").id)), 200),
  )
  .openapi(
    route("patch", "/domains/{id}", requires("settings:write"), {
      summary: "Change a domain",
      request: { params, body: jsonRequest(domainPatch) },
      responses: { 200: jsonContent(domainSchema, "The domain as it is now"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const patch = c.req.valid("json");
      return carryOut(c, async () => {
        const before = await existing(deps, c.req.valid("param").id);
        const changes = { ...patch, updatedAt: deps.now() };
        const after: DomainRow = { ...before, ...changes };
        await checkSettings(deps, after);
        // What came to be wrong since must not keep the rest from being changed.
        if (patch.rootUrl !== undefined) await checkRoot(deps, after.hostname, patch.rootUrl);
        return {
          ...updated("domain", presentDomain(before), presentDomain(after)),
          statements: updateDomain(deps, before.id, changes),
        };
      });
    },
  )
  .openapi(
    route("delete", "/domains/{id}", requires("settings:write"), {
      summary: "Delete a domain",
      description: "Refused while a link answers on it alone.",
      request: { params },
      responses: { 204: { description: "Deleted" }, ...problems("not_found", "in_use") },
    }),
    async (c) => {
      const { deps } = c.env;
      return carryOut(c, async () => {
        const row = await existing(deps, c.req.valid("param").id);
        if (await domainInUse(deps, row.id)) throw new Problem("in_use", "Links answer on this domain.");
        return { ...deleted("domain", presentDomain(row)), statements: deleteDomain(deps, row.id, deps.now()) };
      });
    },
  );

/** Links without a domain answer on the deployment's own host, so it can't be one domain's as well. */
function refuseOwnHost({ config }: Deps, hostname: string): void {
  if (config.publicUrl !== null && new URL(config.publicUrl).hostname === hostname) {
    throw Problem.invalid("hostname", "is this deployment's own host: its links need no domain");
  }
}

/** Checks what a schema can't: that the store exists, and the cookie's host against the domain's. */
async function checkSettings(deps: Deps, row: DomainRow): Promise<void> {
  const problem = cookieDomainProblem(row.hostname, row.cookieDomain);
  if (problem !== null) throw Problem.invalid("cookieDomain", problem);
  if (row.storeId !== null && !(await hasStore(deps, row.storeId))) {
    throw Problem.invalid("storeId", `there is no store ${row.storeId}`);
  }
}

/** Throws a `Problem` (422) where the bare address would lead to a short domain, and so perhaps in a circle, or to a blocked host. */
async function checkRoot(deps: Deps, own: string, rootUrl: string | null): Promise<void> {
  if (rootUrl === null) return;
  const { host, hostname } = new URL(rootUrl);
  // DNS takes a name with a dot at its end for the same name.
  const [bareHost, bare] = [host.replace(/\.(?=:|$)/, ""), hostname.replace(/\.$/, "")];
  const { publicUrl } = deps.config;
  if (bare === own || (publicUrl !== null && bareHost === new URL(publicUrl).host) || (await isDomain(deps, bare))) {
    throw Problem.invalid("rootUrl", "must not lead back to a short-link domain");
  }
  if (blocksUrl(await loadBlocklist(deps.d1), rootUrl)) throw Problem.invalid("rootUrl", "leads to a blocked host");
}
