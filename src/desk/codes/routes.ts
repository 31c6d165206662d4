import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { deskOf } from "../frame/desk-load.ts";
import { importPage, takeImport } from "../import/import-page.tsx";
import { listPage } from "../resource/list-page.tsx";
import { resourceRoutes } from "../resource/mount-routes.ts";
import type { ListSpec } from "../resource/resource.ts";
import { CODES } from "./code.tsx";
import type { ShownLeak } from "./leak.tsx";
import { LEAKS } from "./leaks.tsx";
import { USES_IMPORT } from "./uses.tsx";

const more = new Hono<AppTypes>()
  .get("/codes/leaks", (c) => {
    mustAllow(deskOf(c).actor, [LEAKS.read]);
    return listPage(c, LEAKS, LEAKS.list as ListSpec<ShownLeak>);
  })
  .get("/codes/uses", (c) => importPage(c, USES_IMPORT))
  .post("/codes/uses", (c) => takeImport(c, USES_IMPORT));

/** Codes, and what looks like a leak of them. */
export const codePages = resourceRoutes(CODES, more);
