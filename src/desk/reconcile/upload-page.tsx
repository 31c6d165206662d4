import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import { type FieldError, Problem } from "../../ground/http/problem.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { withQuery } from "../frame/places.ts";
import { answerPage } from "../frame/shell-page.tsx";
import { Fields } from "../form/fields.tsx";
import { FormFaults } from "../form/faults.tsx";
import { type Filled, readForm } from "../form/read.ts";
import { filledBy } from "../form/show.ts";
import { type ChosenFile, fileIn, MAX_FILE, packed } from "./file-load.ts";
import { sampleOf, type Sample } from "./sample.ts";
import { SampleCard } from "./sample-card.tsx";
import { faultsOf, formatOf, settingsOf, uploadFields, uploadQuery, type UploadSettings } from "./upload-form.ts";

/** As much of a file as is looked at before it is sent, bytes. */
const SAMPLE_BYTES = 262_144;

/** What a form brings besides its file, bytes at most. */
const AROUND_FILE = 2_097_152;

const TYPES = { csv: "text/csv", json: "application/json", ndjson: "application/x-ndjson" } as const;

/** What the page of an upload is shown with. */
interface Shown {
  filled: Filled;
  file: ChosenFile | null;
  sample: Sample | null;
  problem: Problem | null;
}

/** Answers the form by which a shop's export is compared. */
export async function uploadPage(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["orders:write"]);
  const store = desk.store ?? (desk.stores.length === 1 ? desk.stores[0] : undefined);
  const filled = new Map(store === undefined ? [] : [["store", [store.id]]]);
  return showing(c, { filled, file: null, sample: null, problem: null });
}

/** Takes it: shows how the file would be read, or has it compared. */
export async function takeUpload(c: Context<AppTypes>): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["orders:write"]);
  if (Number(c.req.header("content-length") ?? 0) > MAX_FILE + AROUND_FILE) {
    throw new Problem(
      "body_too_large",
      "A file may have 32 MiB here. The API itself (POST /reconciliations) takes 64 MiB.",
    );
  }
  const form = await c.req.formData();
  const filled = filledBy(form);
  const file = await fileIn(form);
  const step = filled.get("_step")?.at(-1) ?? "look";
  // Columns are chosen among those of the file, which was looked at before.
  const { body, faults } = readForm(uploadFields(storesOf(desk), [""]), filled, true);
  const settings = settingsOf(body);
  const sample = file === null ? null : await sampleFor(desk, file, settings);
  if (step === "more") return showing(c, { filled, file, sample, problem: null });
  if (file === null) faults.push({ path: "file", message: "must be chosen" });
  if (settings.store === "") faults.push({ path: "store", message: "must be chosen" });
  if (file === null || faults.length > 0) {
    const problem = new Problem("validation_failed", "Some values have to be mended.", faults);
    return showing(c, { filled, file, sample, problem });
  }
  if (step === "look") return showing(c, { filled, file, sample, problem: null });
  const sent = await desk.api.send<{ id: string }>("POST", "/reconciliations", file.content, {
    query: uploadQuery(settings, step === "dry"),
    contentType: TYPES[formatOf(settings, file.name)],
    once: filled.get("_once")?.at(-1),
  });
  if (!sent.ok) {
    const { code, message, fields } = sent.problem;
    return showing(c, { filled, file, sample, problem: new Problem(code, message, faultsOf(fields)) });
  }
  return c.redirect(withQuery(`/admin/reconciliations/${sent.body.id}`, { done: "sent" }), 303);
}

async function sampleFor(desk: Desk, { name, content }: ChosenFile, settings: UploadSettings): Promise<Sample> {
  const store = desk.stores.find(({ id }) => id === settings.store);
  const bytes = new Uint8Array(await content.slice(0, SAMPLE_BYTES).arrayBuffer());
  return sampleOf(bytes, content.size <= SAMPLE_BYTES, {
    ...settings,
    format: formatOf(settings, name),
    currency: store?.currency ?? "EUR",
    timezone: store?.timezone ?? "UTC",
    now: desk.now,
  });
}

function storesOf(desk: Desk): { value: string; label: string }[] {
  return desk.stores.map(({ id, name }) => ({ value: id, label: name }));
}

async function showing(c: Context<AppTypes>, { filled, file, sample, problem }: Shown): Promise<Response> {
  const desk = deskOf(c);
  const fields = uploadFields(storesOf(desk), sample?.headers ?? []);
  const kept = file === null ? null : await packed(file.content);
  const state = { filled: withWords(filled, sample?.unknown ?? []), faults: problem?.fields ?? [] };
  const store = desk.stores.find(({ id }) => id === filled.get("store")?.at(-1));
  return answerPage(
    c,
    {
      title: "Compare a shop’s export",
      status: problem === null ? 200 : 422,
      trail: [{ name: "Reconciliations", path: "/admin/reconciliations" }],
      islands: ["lists"],
    },
    <>
      <FormFaults problem={problem} fields={[{ kind: "text", name: "file", label: "File" }, ...fields]} />
      {sample === null || file === null ? (
        <p class="note">
          Export the orders in the shop, and choose the file here. Nothing is changed by comparing: you see what
          differs, and apply what you want of it.
        </p>
      ) : (
        <SampleCard desk={desk} sample={sample} name={file.name} timezone={store?.timezone ?? desk.timezone} />
      )}
      <form method="post" enctype="multipart/form-data" class="form" novalidate>
        {/* What Enter presses: the first button of a form. */}
        <button class="off" tabindex={-1} aria-hidden="true" name="_step" value="look">
          Look at it
        </button>
        <input type="hidden" name="_once" value={crypto.randomUUID()} />
        <FileField file={file} kept={kept} faults={state.faults.filter(({ path }) => path === "file")} />
        <Fields fields={fields} state={state} />
        <div class="row">
          <button class={sample === null ? "main" : ""} name="_step" value="look">
            {sample === null ? "Look at the file" : "Look again"}
          </button>
          <button name="_step" value="dry">
            Dry run
          </button>
          <button class={sample === null ? "" : "main"} name="_step" value="run">
            Compare
          </button>
          <a href="/admin/reconciliations">Cancel</a>
        </div>
        <p class="hint">
          A dry run can’t be applied, and is deleted after 7 days. Comparing keeps the list, from which you apply what
          you choose.
        </p>
      </form>
    </>,
  );
}

/** Words that nobody knows, as entries to be filled in, beside those that are there. */
function withWords(filled: Filled, unknown: readonly string[]): Filled {
  const named = [...filled].filter(([name]) => /^statuses\.\d+\.word$/.test(name)).map(([, texts]) => texts.at(-1));
  const added = unknown.filter((word) => !named.includes(word));
  if (added.length === 0) return filled;
  const indexes = [...filled.keys()].flatMap((name) => /^statuses\.(\d+)\./.exec(name)?.[1] ?? []).map(Number);
  const first = Math.max(-1, ...indexes) + 1;
  return new Map([
    ...filled,
    ...added.map((word, index): [string, string[]] => [`statuses.${first + index}.word`, [word]]),
  ]);
}

function FileField({
  file,
  kept,
  faults,
}: {
  file: ChosenFile | null;
  kept: string | null;
  faults: readonly FieldError[];
}) {
  const isFaulty = faults.length > 0;
  return (
    <div class={isFaulty ? "field faulty" : "field"}>
      <label for="f-file">{kept === null ? "File" : "Another file"}</label>
      {kept === null || file === null ? null : (
        <>
          <input type="hidden" name="_kept" value={kept} />
          <input type="hidden" name="_name" value={file.name} />
        </>
      )}
      <input
        type="file"
        id="f-file"
        name="file"
        accept=".csv,.txt,.tsv,.json,.ndjson,.jsonl,text/csv,application/json"
        aria-describedby="f-file-hint"
        {...(isFaulty && { "aria-invalid": "true" })}
      />
      <p class="hint" id="f-file-hint">
        {file === null
          ? "CSV with a header, or JSON, of up to 32 MiB and 200,000 rows."
          : kept === null
            ? `${file.name} is too large to go along: choose it again before you go on.`
            : `${file.name} goes along: choose a file only to take another one.`}
      </p>
      {isFaulty ? <p class="fault">{faults.map(({ message }) => message).join("; ")}</p> : null}
    </div>
  );
}
