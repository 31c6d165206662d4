import { type Context, Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { callerOfKey } from "../../ground/http/auth.ts";
import { readAccess } from "../../ground/http/access-settings.ts";
import { Problem } from "../../ground/http/problem.ts";
import { ASSET_FILES } from "../assets/files.generated.ts";
import { deskOf } from "../frame/desk-load.ts";
import { sessionCookie, tokenOf } from "./cookie.ts";
import { pageToGo } from "./guard.ts";
import { loginPage } from "./login-page.tsx";
import { ACCESS_HEADER, type AccessPerson, personOf } from "./access-load.ts";
import { mayEndAll, sessionsPage } from "./sessions-page.tsx";
import { accessActor, endSession, openSession } from "./store.ts";

/** Signing in and out, and the desk's own files. */
export const sessionRoutes = new Hono<AppTypes>()
  .get("/login", async (c) => {
    const person = await accessPerson(c);
    return loginPage(c, { to: pageToGo(c.req.query("to")), ended: c.req.query("ended") === "1", person }, null);
  })
  .post("/login", async (c) => {
    const form = await c.req.formData();
    const text = (name: string): string => {
      const value = form.get(name);
      return typeof value === "string" ? value.trim() : "";
    };
    const to = pageToGo(text("to"));
    const { settings } = readAccess(c.env.deps.env);
    const person = await accessPerson(c);
    try {
      const isAccess = settings !== null && person !== null && text("key") === "";
      const actor = isAccess ? accessActor(settings, person.name) : await callerOfKey(c, text("key"));
      const until = isAccess ? person.expiresAt : Infinity;
      const { token, seconds } = await openSession(c.env.deps, actor, c.req.header("User-Agent"), until);
      return new Response(null, {
        status: 303,
        headers: { Location: to, "Set-Cookie": sessionCookie(token, seconds), "Cache-Control": "no-store" },
      });
    } catch (error) {
      if (!(error instanceof Problem) || (error.code !== "unauthorized" && error.code !== "rate_limited")) throw error;
      return loginPage(c, { to, ended: false, person }, error);
    }
  })
  .post("/logout", async (c) => {
    await endSession(c.env.deps, deskOf(c).sessionId);
    const known = tokenOf(c.req.header("Cookie")) !== null;
    return new Response(null, {
      status: 303,
      headers: {
        Location: "/admin/login",
        "Cache-Control": "no-store",
        ...(known && { "Set-Cookie": sessionCookie("", 0) }),
        "Clear-Site-Data": '"cache"',
      },
    });
  })
  .get("/sessions", (c) => sessionsPage(c))
  .post("/sessions/:id/end", async (c) => {
    const { actor } = deskOf(c);
    // Others' sessions are ended by who may take their keys away.
    await endSession(c.env.deps, c.req.param("id"), mayEndAll(actor) ? null : actor.id);
    return c.redirect("/admin/sessions?done=ended", 303);
  })
  .get("/assets/:file", (c) => {
    const file = c.req.param("file");
    const text = Object.hasOwn(ASSET_FILES, file) ? ASSET_FILES[file] : undefined;
    if (text === undefined) throw new Problem("not_found", "The desk has no such file.");
    return c.body(text, 200, {
      "Content-Type": file.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8",
      // Its name changes with its content.
      "Cache-Control": "public, max-age=31536000, immutable",
      "X-Content-Type-Options": "nosniff",
      "Cross-Origin-Resource-Policy": "same-origin",
    });
  });

/** Whom Cloudflare Access let in, where the deployment trusts it. */
async function accessPerson(c: Context<AppTypes>): Promise<AccessPerson | null> {
  const { settings } = readAccess(c.env.deps.env);
  return settings === null ? null : personOf(settings, c.req.header(ACCESS_HEADER), c.env.deps.now());
}
