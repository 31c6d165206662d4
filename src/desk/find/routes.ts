import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { ID_PREFIXES, type IdKind } from "../../ground/id.ts";
import { deskOf } from "../frame/desk-load.ts";
import { SAFE } from "../frame/shell-page.tsx";
import { findOf } from "./find-load.ts";
import { searchPage } from "./search-page.tsx";

/** Suggestions for one field. */
const MOST_SUGGESTED = 12;

/** The search, and what it suggests where an id is wanted. */
export const findPages = new Hono<AppTypes>().get("/search", searchPage).get("/find", async (c) => {
  const desk = deskOf(c);
  const { q = "", kind = "" } = c.req.query();
  if (!Object.hasOwn(ID_PREFIXES, kind)) throw Problem.invalid("kind", "must be a kind of thing that has ids");
  const text = q.trim();
  const found = text === "" ? [] : await findOf(desk.api, kind as IdKind, text, desk.store?.id);
  const data = found.slice(0, MOST_SUGGESTED).map(({ id, name, detail }) => ({ id, name, detail }));
  return c.json({ data }, 200, SAFE);
});
