import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { deskOf } from "../frame/desk-load.ts";
import { actionPage, takeAction } from "./action-page.tsx";
import { takeBulk } from "./bulk-page.tsx";
import { formPage, takeForm } from "./form-page.tsx";
import { listCsv, listPage } from "./list-page.tsx";
import { onePage } from "./one-page.tsx";
import type { Resource, Shown } from "./resource.ts";

/**
 * The pages of a resource, below `/admin`: its list with CSV and what is done to many, the form for a new one, a page for
 * each, the form that changes it, and a page for each action. `more` adds pages of its own, which go before those.
 */
export function resourceRoutes<Row extends Shown>(resource: Resource<Row>, more?: Hono<AppTypes>): Hono<AppTypes> {
  const app = more ?? new Hono<AppTypes>();
  const { place, list, page, create, edit } = resource;
  const at = `/${place}`;
  if (list !== null) {
    app.get(at, (c) => {
      mustAllow(deskOf(c).actor, [resource.read]);
      return listPage(c, resource, list);
    });
    if (list.csv !== null) app.get(`${at}/export.csv`, (c) => listCsv(c, resource, list));
    if (list.bulk !== undefined) app.post(`${at}/bulk`, (c) => takeBulk(c, resource, list));
  }
  if (create !== undefined) {
    app.get(`${at}/new`, (c) => formPage(c, resource, create, null));
    app.post(`${at}/new`, (c) => takeForm(c, resource, create, null));
  }
  if (edit !== undefined) {
    app.get(`${at}/:id/edit`, (c) => formPage(c, resource, edit, c.req.param("id")));
    app.post(`${at}/:id/edit`, (c) => takeForm(c, resource, edit, c.req.param("id")));
  }
  for (const action of resource.actions ?? []) {
    app.get(`${at}/:id/${action.name}`, (c) => actionPage(c, resource, action, c.req.param("id")));
    app.post(`${at}/:id/${action.name}`, (c) => takeAction(c, resource, action, c.req.param("id")));
  }
  if (page !== null) app.get(`${at}/:id`, (c) => onePage(c, resource, page, c.req.param("id")));
  return app;
}
