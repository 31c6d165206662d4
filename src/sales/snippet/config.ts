import type { ConsentSetting } from "../../ground/model/link.ts";

/** What a store's copy of the snippet is told. Public: it stands at the head of `/t/ast.js`. */
export interface SnippetConfig {
  /** Where it reports to, with the slash at the end, such as `https://go.brand.com/t/`. */
  base: string;
  /** The store's public key. */
  store: string;
  /** Query name under which the click id travels. */
  param: string;
  /** How long the click id is worth keeping, s: the store's attribution window. */
  keep: number;
  policy: ConsentSetting;
  /** Whether it tells of each page that is looked at; left out: no. */
  pages?: true;
}
