import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { todayPage } from "./today-page.tsx";

/** `/admin`: the first page. */
export const todayPages = new Hono<AppTypes>().get("/", todayPage);
