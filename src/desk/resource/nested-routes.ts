import { type Context, Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { actionPage, takeAction } from "./action-page.tsx";
import { takeBulk } from "./bulk-page.tsx";
import { formPage, takeForm } from "./form-page.tsx";
import { listCsv, listPage } from "./list-page.tsx";
import { mustDo } from "./may.ts";
import type { Action, Resource, Shown } from "./resource.ts";

/** What belongs to something else, by the id of that: the resource of each request is made for it. */
export type NestedResource<Row extends Shown> = (
  desk: Desk,
  parentId: string,
) => Resource<Row> | Promise<Resource<Row>>;

/**
 * Adds the pages of a resource that belongs to something else, as tags belong to a store: `at` has `:parent` in it, as in
 * `/stores/:parent/tags`. Rows have no pages of their own.
 */
export function nestedRoutes<Row extends Shown>(
  at: string,
  of: NestedResource<Row>,
  app: Hono<AppTypes> = new Hono<AppTypes>(),
): Hono<AppTypes> {
  const resourceOf = (c: Context<AppTypes>) => of(deskOf(c), c.req.param("parent") ?? "");
  const idOf = (c: Context<AppTypes>): string => c.req.param("id") ?? "";
  const there = <Part>(part: Part | null | undefined): Part => {
    if (part === null || part === undefined) throw new Problem("not_found", "There is no such page.");
    return part;
  };
  const actionOf = (resource: Resource<Row>, c: Context<AppTypes>): Action<Row> =>
    there(resource.actions?.find(({ name }) => name === c.req.param("action")));
  return app
    .get(at, async (c) => {
      const resource = await resourceOf(c);
      mustDo(deskOf(c), { scope: resource.read });
      return listPage(c, resource, there(resource.list));
    })
    .get(`${at}/export.csv`, async (c) => {
      const resource = await resourceOf(c);
      return listCsv(c, resource, there(resource.list));
    })
    .post(`${at}/bulk`, async (c) => {
      const resource = await resourceOf(c);
      return takeBulk(c, resource, there(resource.list));
    })
    .get(`${at}/new`, async (c) => {
      const resource = await resourceOf(c);
      return formPage(c, resource, there(resource.create), null);
    })
    .post(`${at}/new`, async (c) => {
      const resource = await resourceOf(c);
      return takeForm(c, resource, there(resource.create), null);
    })
    .get(`${at}/:id/edit`, async (c) => {
      const resource = await resourceOf(c);
      return formPage(c, resource, there(resource.edit), idOf(c));
    })
    .post(`${at}/:id/edit`, async (c) => {
      const resource = await resourceOf(c);
      return takeForm(c, resource, there(resource.edit), idOf(c));
    })
    .get(`${at}/:id/:action`, async (c) => {
      const resource = await resourceOf(c);
      return actionPage(c, resource, actionOf(resource, c), idOf(c));
    })
    .post(`${at}/:id/:action`, async (c) => {
      const resource = await resourceOf(c);
      return takeAction(c, resource, actionOf(resource, c), idOf(c));
    });
}
