/** A file that somebody chose. */
export interface ChosenFile {
  name: string;
  content: Blob;
}

/** Largest file that a form may bring, bytes: it is held whole for a moment. The API itself takes larger ones. */
export const MAX_FILE = 33_554_432;

/** As much of a file as goes along from one step of a form to the next, characters of the packed text. */
const MAX_KEPT = 1_500_000;

/** Files above this are not packed at all, bytes. */
const MAX_PACKED = 16_777_216;

/** The file of a form: the one that was chosen, else the one that came along from the step before; `null`: neither. */
export async function fileIn(form: FormData): Promise<ChosenFile | null> {
  const chosen = form.get("file");
  if (chosen !== null && typeof chosen !== "string" && chosen.size > 0) {
    return { name: chosen.name, content: chosen };
  }
  const [kept, name] = [form.get("_kept"), form.get("_name")];
  if (typeof kept !== "string" || typeof name !== "string" || kept === "") return null;
  const content = await unpacked(kept);
  return content === null ? null : { name, content };
}

/** A file as it goes along in a form, to the byte; `null`: it is too large for that, and has to be chosen again. */
export async function packed(content: Blob): Promise<string | null> {
  if (content.size > MAX_PACKED) return null;
  const bytes = await new Response(content.stream().pipeThrough(new CompressionStream("gzip"))).bytes();
  const text = bytes.toBase64();
  return text.length > MAX_KEPT ? null : text;
}

/** The file of such a text; `null`: it is none, or becomes larger than a file may be. */
async function unpacked(text: string): Promise<Blob | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    const packed = new Blob([Uint8Array.fromBase64(text)]);
    for await (const part of packed.stream().pipeThrough(new DecompressionStream("gzip"))) {
      size += part.length;
      if (size > MAX_FILE) return null;
      parts.push(part);
    }
  } catch {
    return null;
  }
  return new Blob(parts);
}
