import { isRented } from "../number/rental.ts";
import { STATIC_NUMBER } from "../number/source-load.ts";

/**
 * The statements of one batch that gives numbers to all wishes (`?1`, of `packWishes`) at `?2` (ms UTC). A batch is one
 * transaction and D1 runs one at a time, so whoever is given a number is its only holder, however many isolates ask: no
 * plan can be outdated by the time it is written. Each statement finds by itself what the ones before left.
 */

/** Numbers that one network may hold at least, and the share of a pool, one in so many, above that. */
const OF_A_NETWORK = 3;
const SHARE_OF_POOL = 10;

/** How long after a number could be somebody else's a page may say that it still showed it, ms: it lay open overnight. */
const LATE_MS = 86_400_000;

const MINUTE_MS = 60_000;

const FIELDS = [
  "store_id",
  "target",
  "asks",
  "bot",
  "visitor",
  "network",
  "shown",
  "visit",
  "channel",
  "source_name",
  "utm_campaign",
  "link_id",
  "click_id",
  "click_at",
  "page",
  "again",
  "counts",
].map((name, place) => `j.value ->> ${place} AS ${name}`);

/** All wishes, and those that may have a number of a pool: of visitors who don't want to be forgotten. */
const WISHES = `wishes AS MATERIALIZED (
    SELECT j.key AS i, ${FIELDS.join(", ")}, li.creator_id, li.campaign_id
    FROM json_each(?1) j LEFT JOIN links li ON li.id = j.value ->> 11),
  asked AS MATERIALIZED (
    SELECT w.*, p.id AS pool, p.lease_minutes * ${MINUTE_MS} AS lease_ms, p.quarantine_minutes * ${MINUTE_MS} AS rest_ms
    FROM wishes w CROSS JOIN number_pools p ON p.store_id = w.store_id AND p.target = w.target AND p.deleted_at IS NULL
    WHERE w.visitor IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM visitor_forgets f WHERE f.store_id = w.store_id AND f.visitor_hash = w.visitor))`;

/** SQL: leases `l` of the visitors of `asked a`, whose numbers `n` are theirs still. */
const THEIRS = `asked a
    CROSS JOIN number_leases l ON l.store_id = a.store_id AND l.visitor_hash = a.visitor AND l.pool_id = a.pool
    CROSS JOIN phone_numbers n ON n.id = l.number_id AND n.lease_id = l.id AND n.pool_id = a.pool
      AND n.deleted_at IS NULL AND ${isRented("n", "?2")}`;

/** SQL: how many numbers of its pool the network of a wish `a` may hold, and holds. */
const MOST_OF_NETWORK = `max(${OF_A_NETWORK}, (SELECT count(*) FROM phone_numbers y
    WHERE y.pool_id = a.pool AND y.deleted_at IS NULL) / ${SHARE_OF_POOL})`;
const OF_NETWORK = `(SELECT count(*) FROM phone_numbers y
    WHERE y.pool_id = a.pool AND y.free_at > ?2 AND y.lease_network = a.network)`;

/**
 * What each wish has already, one number: one that nobody else may have yet, also in its quarantine; or one that nobody has
 * had since, where the page says that it still shows it, as long as its network may hold another. `anew`: another visit
 * began, or one of another source, which its calls are to count for.
 */
const HELD = `held AS MATERIALIZED (
    SELECT * FROM (
      SELECT a.i, l.id AS lease, n.id AS number_id, a.lease_ms, a.rest_ms, a.visit,
        a.asks AND NOT a.again AND CASE WHEN a.visit IS NOT NULL THEN a.visit <> coalesce(l.visit, a.visit)
          ELSE a.channel <> 'direct' AND (a.channel, a.source_name, ifnull(a.utm_campaign, ''), ifnull(a.click_id, ''))
            <> (l.channel, l.source_name, ifnull(l.utm_campaign, ''), ifnull(l.click_id, '')) END AS anew,
        row_number() OVER (PARTITION BY a.i ORDER BY n.free_at DESC, n.id) AS place,
        n.free_at > ?2 OR ${OF_NETWORK} + row_number() OVER (PARTITION BY a.pool, a.network, n.free_at > ?2 ORDER BY a.i)
          <= ${MOST_OF_NETWORK} AS may
      FROM ${THEIRS}
      WHERE (a.asks AND n.free_at > ?2) OR n.number = a.shown)
    WHERE place = 1 AND may)`;

/**
 * Whoever has a number keeps it for another while. That it was heard of again, even within its first ms, is how the case
 * of a lease is told later.
 */
const KEEP = `WITH ${WISHES}, ${HELD}
  UPDATE number_leases SET heard_at = max(heard_at, ?2, starts_at + 1), ends_at = max(ends_at, ?2 + h.lease_ms),
    free_at = max(free_at, ?2 + h.lease_ms + h.rest_ms), visit = coalesce(number_leases.visit, h.visit)
  FROM held h WHERE number_leases.id = h.lease AND NOT h.anew`;

/** Another visit has the number by a lease of its own, from where the one before ends. */
const CLOSE = `WITH ${WISHES}, ${HELD}
  UPDATE number_leases SET ends_at = max(starts_at, min(ends_at, ?2)), free_at = max(starts_at, min(free_at, ?2))
  FROM held h WHERE number_leases.id = h.lease AND h.anew`;

const COLUMNS = `store_id, pool_id, number_id, visitor_hash, visit, channel, source_name, utm_campaign, link_id, click_id,
    click_at, page, starts_at, heard_at, ends_at, free_at`;
const OF_WISH = `a.visitor, a.visit, a.channel, a.source_name, a.utm_campaign, a.link_id, a.click_id, a.click_at, a.page`;

/** From then on another visit has the number: the visitor's lease `l` ends there. */
const THEN = "max(?2, l.free_at)";

const GO_ON = `WITH ${WISHES}, ${HELD}
  INSERT INTO number_leases (${COLUMNS})
  SELECT a.store_id, a.pool, h.number_id, ${OF_WISH}, ${THEN}, ${THEN} + 1, ${THEN} + a.lease_ms,
    ${THEN} + a.lease_ms + a.rest_ms
  FROM held h JOIN asked a ON a.i = h.i JOIN number_leases l ON l.id = h.lease
  WHERE h.anew`;

/** SQL condition that the number `n` of a pool can be given to anybody. */
const IS_FREE = `n.free_at <= ?2 AND n.deleted_at IS NULL AND ${isRented("n", "?2")}`;

/** Of those who have none, in the order in which they came, each gets the number that is free for longest. */
const LEASE = `WITH ${WISHES}, ${HELD},
  sizes AS MATERIALIZED (
    SELECT n.pool_id AS pool, max(${OF_A_NETWORK}, count(*) / ${SHARE_OF_POOL}) AS most FROM phone_numbers n
    WHERE n.pool_id IN (SELECT pool FROM asked) AND n.deleted_at IS NULL GROUP BY 1),
  busy AS MATERIALIZED (
    SELECT n.pool_id AS pool, n.lease_network AS network, count(*) AS numbers FROM phone_numbers n
    WHERE n.pool_id IN (SELECT pool FROM asked) AND n.free_at > ?2 AND n.lease_network IS NOT NULL GROUP BY 1, 2),
  bare AS (
    SELECT a.*, row_number() OVER (PARTITION BY a.pool, a.network ORDER BY a.i) AS of_network
    FROM asked a WHERE a.asks AND NOT a.again AND a.i NOT IN (SELECT i FROM held)),
  queue AS (
    SELECT b.*, row_number() OVER (PARTITION BY b.pool ORDER BY b.i) AS place
    FROM bare b JOIN sizes s ON s.pool = b.pool LEFT JOIN busy y ON y.pool = b.pool AND y.network = b.network
    WHERE b.of_network + ifnull(y.numbers, 0) <= s.most),
  free AS (
    SELECT n.id, n.pool_id AS pool, row_number() OVER (PARTITION BY n.pool_id ORDER BY n.free_at, n.id) AS place
    FROM phone_numbers n WHERE n.pool_id IN (SELECT pool FROM asked) AND ${IS_FREE})
  INSERT INTO number_leases (${COLUMNS})
  SELECT a.store_id, a.pool, f.id, ${OF_WISH}, ?2, ?2, ?2 + a.lease_ms, ?2 + a.lease_ms + a.rest_ms
  FROM queue a JOIN free f ON f.pool = a.pool AND f.place = a.place`;

/**
 * A number knows its last lease, and until when it is nobody else's: before others are given what is free, for a page may
 * go on with one that was. It is of the network that it went away to, wherever it is heard of meanwhile.
 */
const NOTE = `WITH ${WISHES},
  last AS MATERIALIZED (
    SELECT l.number_id, a.pool, a.network, max(l.id) AS id, l.free_at FROM asked a
    CROSS JOIN number_leases l ON l.store_id = a.store_id AND l.visitor_hash = a.visitor AND l.pool_id = a.pool
      AND l.free_at > ?2
    GROUP BY l.number_id)
  UPDATE phone_numbers SET lease_id = l.id, free_at = l.free_at,
    lease_network = iif(phone_numbers.free_at > ?2, ifnull(lease_network, l.network), l.network)
  FROM last l WHERE phone_numbers.id = l.number_id AND phone_numbers.pool_id = l.pool
    AND l.id >= ifnull(phone_numbers.lease_id, 0)`;

/**
 * A page said that it showed a number until now that is its visitor's no more: once, for it is told another at once, and
 * whoever could say so for a day would have all calls to it be nobody's.
 */
const LATE = `WITH ${WISHES}
  UPDATE number_leases SET late_at = ?2
  WHERE late_at IS NULL AND free_at <= ?2 AND free_at > ?2 - ${LATE_MS} AND id IN (
    SELECT max(l.id) FROM asked a
    CROSS JOIN phone_numbers n ON n.number = a.shown AND n.deleted_at IS NULL
    CROSS JOIN number_leases l ON l.store_id = a.store_id AND l.visitor_hash = a.visitor AND l.number_id = n.id
    WHERE a.shown IS NOT NULL GROUP BY a.i)`;

/** What became of each wish. A number that stands for nothing isn't counted: nobody could say what for. */
const OUTCOMES = `has AS MATERIALIZED (
    SELECT * FROM (
      SELECT a.i, n.number, l.heard_at = l.starts_at AS fresh,
        row_number() OVER (PARTITION BY a.i ORDER BY n.free_at DESC, n.id) AS place
      FROM ${THEIRS} WHERE n.free_at > ?2)
    WHERE place = 1),
  pools AS MATERIALIZED (
    SELECT n.pool_id AS pool, sum(${IS_FREE}) AS free, sum(n.free_at > ?2) AS out FROM phone_numbers n
    WHERE n.pool_id IN (SELECT pool FROM asked) AND n.deleted_at IS NULL GROUP BY 1),
  fallen AS (
    SELECT w.i, w.store_id, w.target, w.bot, w.again, w.counts, a.pool, h.number, h.fresh,
      a.pool IS NOT NULL AND ifnull(s.free, 0) = 0 AS full, ifnull(s.out, 0) AS out,
      CASE WHEN w.bot OR h.number IS NOT NULL THEN NULL ELSE ${STATIC_NUMBER} END AS own_source
    FROM wishes w LEFT JOIN asked a ON a.i = w.i LEFT JOIN has h ON h.i = w.i LEFT JOIN pools s ON s.pool = a.pool
    WHERE w.asks AND (
      EXISTS (SELECT 1 FROM number_pools p
        WHERE p.store_id = w.store_id AND p.target = w.target AND p.deleted_at IS NULL)
      OR EXISTS (SELECT 1 FROM phone_numbers n
        WHERE n.store_id = w.store_id AND n.target = w.target AND n.deleted_at IS NULL))),
  outcomes AS MATERIALIZED (
    SELECT i, store_id, target, pool, out, full, counts, coalesce(number, own_source) AS number,
      CASE WHEN bot THEN 'bot' WHEN number IS NOT NULL THEN iif(fresh AND NOT again, 'leased', 'kept')
        WHEN full THEN iif(own_source IS NULL, 'own_full', 'static_full')
        ELSE iif(own_source IS NULL, 'own', 'static') END AS outcome
    FROM fallen)`;

/** Bound with the beginning of the hour as `?3`. */
const COUNT = `WITH ${WISHES}, ${OUTCOMES}
  INSERT INTO number_hours (store_id, target, hour, outcome, count, peak)
  SELECT store_id, target, ?3, outcome, count(*), max(out) FROM outcomes WHERE counts GROUP BY store_id, target, outcome
  ON CONFLICT (store_id, target, hour, outcome)
    DO UPDATE SET count = count + excluded.count, peak = max(peak, excluded.peak)`;

/** Once a minute at most: it is asked for by the minute. */
const EXHAUST = `WITH ${WISHES}, ${OUTCOMES}
  UPDATE number_pools SET exhausted_at = ?2
  WHERE ifnull(exhausted_at, 0) <= ?2 - ${MINUTE_MS}
    AND id IN (SELECT pool FROM outcomes WHERE full AND outcome IN ('own_full', 'static_full'))`;

const ANSWER = `WITH ${WISHES}, ${OUTCOMES} SELECT i, number, outcome FROM outcomes`;

/** In their order. */
export const CLAIM = {
  changes: [KEEP, CLOSE, GO_ON, NOTE, LEASE, NOTE, LATE, EXHAUST],
  count: COUNT,
  answer: ANSWER,
} as const;
