/** The parts of a creator that link variables are made of. */
export interface NamedCreator {
  firstName: string;
  lastName: string;
  handles: Readonly<Record<string, string>>;
}

/** The networks whose handle stands for a creator, in the order in which they are tried. */
const HANDLE_ORDER = ["instagram", "tiktok", "youtube"];

/** `{{username}}`: the first handle, without its `@`; a creator without one gets first and last name run together. */
export function usernameOf(creator: NamedCreator): string {
  const ordered = [...HANDLE_ORDER, ...Object.keys(creator.handles).toSorted()];
  for (const network of ordered) {
    const handle = creator.handles[network]?.trim().replace(/^@/, "");
    if (handle !== undefined && handle !== "") return handle;
  }
  return `${creator.firstName}${creator.lastName}`.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}
