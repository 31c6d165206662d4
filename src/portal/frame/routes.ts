import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { isLanguage, LANGUAGES } from "../../ground/language/language.ts";
import { keepLanguage } from "../access/store.ts";
import { PRIVATE, submitted } from "./admit-page.ts";
import { type Tab, TABS } from "./shell-page.ts";

/** `/creator/{token}/language`: what its pages speak from now on. */
export const frameRoutes = new Hono<AppTypes>().post("/:token/language", (c) =>
  submitted(c, async ({ guest, token }, form) => {
    const language = form.get("language");
    if (!isLanguage(language)) throw Problem.invalid("language", `must be one of ${LANGUAGES.join(", ")}`);
    await keepLanguage(c.env.deps, guest.tokenId, language);
    const tab = form.get("tab") ?? "";
    const path = Object.hasOwn(TABS, tab) ? TABS[tab as Tab] : "";
    return c.body(null, 303, { ...PRIVATE, Location: `/creator/${token}${path}` });
  }),
);
