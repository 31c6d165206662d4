import { Failure } from "./failure.ts";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A page of a list. */
interface Page<Item> {
  data: Item[];
  nextCursor: string | null;
}

/** A caller of `/api/v1` with the rights of one key. */
export class AdminApi {
  readonly #base: string;
  readonly #key: string;
  readonly #signal: AbortSignal | undefined;
  readonly #send: (request: Request) => Promise<Response>;

  /** `send` takes requests where they are to go, if not over HTTP. */
  constructor(
    origin: string,
    key: string,
    signal?: AbortSignal,
    send: (request: Request) => Promise<Response> = (request) => fetch(request),
  ) {
    this.#base = `${origin}/api/v1`;
    this.#key = key;
    this.#signal = signal;
    this.#send = send;
  }

  /**
   * Calls a route, as in `call("PATCH", "/links/lnk_…", {disabled: true})`, and returns the answer's
   * body; `undefined` for one that has none. Throws a {@link Failure} with the API's own words for any status but 2xx.
   */
  async call<Answer>(method: Method, path: string, body?: unknown): Promise<Answer> {
    return this.upload(method, path, "application/json", body === undefined ? undefined : JSON.stringify(body));
  }

  /** The same with a body of any type, such as `image/svg+xml`. */
  async upload<Answer>(method: Method, path: string, type: string, body?: string): Promise<Answer> {
    const request = new Request(this.#base + path, {
      method,
      headers: { Authorization: `Bearer ${this.#key}`, "Content-Type": type },
      ...(body !== undefined && { body }),
      ...(this.#signal !== undefined && { signal: this.#signal }),
    });
    const response = await this.#send(request);
    const text = await response.text();
    if (!response.ok) throw new Failure(`${method} /api/v1${path} answered ${response.status}: ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as Answer;
  }

  /** The first item of a list, over all its pages, that `wanted` accepts. */
  async find<Item>(
    path: string,
    query: Record<string, string>,
    wanted: (item: Item) => boolean,
  ): Promise<Item | undefined> {
    for await (const items of this.#pages<Item>(path, query)) {
      const found = items.find((item) => wanted(item));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** All items of a list that `wanted` accepts, in its order. */
  async all<Item>(path: string, query: Record<string, string>, wanted: (item: Item) => boolean): Promise<Item[]> {
    const all: Item[] = [];
    for await (const items of this.#pages<Item>(path, query)) all.push(...items.filter((item) => wanted(item)));
    return all;
  }

  async *#pages<Item>(path: string, query: Record<string, string>): AsyncGenerator<Item[]> {
    const search = new URLSearchParams({ ...query, limit: "200" });
    for (;;) {
      const page = await this.call<Page<Item>>("GET", `${path}?${search.toString()}`);
      yield page.data;
      if (page.nextCursor === null) return;
      search.set("cursor", page.nextCursor);
    }
  }
}
