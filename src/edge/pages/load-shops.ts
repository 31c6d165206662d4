/** A store as shoppers know it. */
export interface Shop {
  name: string;
  /** Its front page; `null`: nobody said. */
  homeUrl: string | null;
}

/** Whose pages are asked about. */
export interface ShopsAsked {
  /** Host name without a port. */
  hostname: string;
  /** `null`: of no link, or of none that there is. */
  linkId: string | null;
  /** Where `/` leads on a host that isn't one of `domains`; `null`: nowhere. */
  ownRootUrl: string | null;
}

/** To whom a host and a link belong. */
export interface Shops {
  ofHost: Shop | null;
  ofLink: Shop | null;
  /** Where the host's `/` leads; `null`: it is a page, also where it would lead to a short domain, and so to itself. */
  rootUrl: string | null;
}

interface Row {
  registered: number;
  root_url: string | null;
  host_shop: string | null;
  host_home: string | null;
  link_shop: string | null;
  link_home: string | null;
}

const SELECT_SHOPS = `SELECT d.id IS NOT NULL AS registered, d.root_url,
  coalesce(h.brand_name, h.name) AS host_shop, h.home_url AS host_home,
  coalesce(s.brand_name, s.name) AS link_shop, s.home_url AS link_home
FROM (SELECT 1) LEFT JOIN domains d ON d.hostname = ?1 AND d.deleted_at IS NULL
LEFT JOIN stores h ON h.id = d.store_id AND h.deleted_at IS NULL
LEFT JOIN links l ON l.id = ?2
LEFT JOIN stores s ON s.id = l.store_id AND s.deleted_at IS NULL`;

/** Reads to whom a host and a link belong. Throws what D1 throws. Raw SQL: these pages need no ORM. */
export async function loadShops(
  db: Pick<D1Database, "prepare">,
  { hostname, linkId, ownRootUrl }: ShopsAsked,
): Promise<Shops> {
  const row = await db.prepare(SELECT_SHOPS).bind(hostname, linkId).first<Row>();
  const rootUrl = row?.registered === 1 ? row.root_url : ownRootUrl;
  return {
    ofHost: shopOf(row?.host_shop, row?.host_home),
    ofLink: shopOf(row?.link_shop, row?.link_home),
    rootUrl: rootUrl === null || (await isShortDomain(db, rootUrl)) ? null : rootUrl,
  };
}

function shopOf(name: string | null | undefined, homeUrl: string | null | undefined): Shop | null {
  return name == null ? null : { name, homeUrl: homeUrl ?? null };
}

/** A host that became a short domain after it was written down as an address to lead to. */
async function isShortDomain(db: Pick<D1Database, "prepare">, url: string): Promise<boolean> {
  const hostname = URL.parse(url)?.hostname.replace(/\.$/, "") ?? "";
  const found = await db
    .prepare("SELECT 1 AS found FROM domains WHERE hostname = ?1 AND deleted_at IS NULL")
    .bind(hostname)
    .first();
  return found !== null;
}
