import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { LOGO_TYPES, MAX_LOGO_BYTES } from "../../ground/model/logo.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Store } from "../../programme/store/schema.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { withQuery } from "../frame/places.ts";
import { answerPage } from "../frame/shell-page.tsx";
import { FormFaults } from "../form/faults.tsx";
import { mustDo } from "../resource/may.ts";
import { Logo, WRITE } from "./brand.tsx";

/** Answers the form by which a store gets its logo. */
export async function logoPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustDo(desk, WRITE);
  return asking(c, await storeOf(c, desk), null);
}

/** Takes the picture to the API. */
export async function takeLogo(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustDo(desk, WRITE);
  const store = await storeOf(c, desk);
  const file = (await c.req.formData()).get("file");
  if (file === null || typeof file === "string" || file.size === 0) return asking(c, store, faulty("must be chosen"));
  if (file.size > MAX_LOGO_BYTES) return asking(c, store, tooLarge());
  // Whatever its type says: the API looks at the picture itself.
  const sent = await desk.api.send("PUT", `/stores/${store.id}/logo`, file, {
    contentType: file.type || "application/octet-stream",
  });
  if (!sent.ok) {
    const { code, fields } = sent.problem;
    return asking(
      c,
      store,
      code === "validation_failed" ? faulty(fields[0]?.message ?? "is no picture") : sent.problem,
    );
  }
  return c.redirect(withQuery(`/admin/stores/${store.id}`, { done: "logo" }), 303);
}

function faulty(message: string): Problem {
  return new Problem("validation_failed", "The picture can’t be taken.", [{ path: "file", message }]);
}

function tooLarge(): Problem {
  return faulty(`may have ${MAX_LOGO_BYTES / 1_024} KiB: save it smaller, or as SVG`);
}

function storeOf(c: Context<AppTypes>, desk: Desk): Promise<Store> {
  return desk.api.get<Store>(`/stores/${encodeURIComponent(c.req.param("id") ?? "")}`);
}

function asking(c: Context<AppTypes>, store: Store, problem: Problem | null): Promise<Response> {
  const at = `/admin/stores/${store.id}`;
  const fault = problem?.fields.find(({ path }) => path === "file");
  return answerPage(
    c,
    {
      title: "Logo",
      status: problem === null ? 200 : 422,
      trail: [
        { name: "Stores", path: "/admin/stores" },
        { name: store.name, path: at },
      ],
    },
    <>
      <FormFaults problem={problem} fields={[{ kind: "text", name: "file", label: "Picture" }]} />
      <p class="note">
        It stands on the pages of the store’s creators, and on those that its shoppers see, on a light and on a dark
        ground. Anybody may see it who knows its address.
      </p>
      <Logo store={store} />
      <form method="post" enctype="multipart/form-data" class="form" novalidate>
        <div class={fault === undefined ? "field" : "field faulty"}>
          <label for="f-file">{store.logoPath === null ? "Picture" : "Another picture"}</label>
          <input
            id="f-file"
            type="file"
            name="file"
            accept={LOGO_TYPES.join(",")}
            required
            aria-describedby={fault === undefined ? "f-file-hint" : "f-file-fault f-file-hint"}
            {...(fault !== undefined && { "aria-invalid": "true" })}
          />
          <p class="hint" id="f-file-hint">
            PNG, JPEG, WebP or SVG of {MAX_LOGO_BYTES / 1_024} KiB at most. It is shown 36 pixels high.
          </p>
          {fault === undefined ? null : (
            <p class="fault" id="f-file-fault">
              {fault.message}
            </p>
          )}
        </div>
        <div class="row">
          <button class="main">Save</button>
          <a href={at}>Cancel</a>
        </div>
      </form>
    </>,
  );
}
