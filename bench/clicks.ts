import type { ClickMessage } from "../src/edge/click/message.ts";

/** Links that the clicks spread over; a few get most of them. */
const LINKS = 1_000;

/** One click in so many is a program's. */
const BOT_EVERY = 10;

/** One click in so many is a visitor's second on the same link. */
const REPEAT_EVERY = 8;

const START = Date.UTC(2026, 10, 20, 9);

/** From one click to the next, ms. */
const PACE_MS = 20;

/** Batches of many isolates arrive mixed, so a click may come this late, ms. */
const LATE_MS = 2_000;

const BOTS: [string, ...string[]] = [
  "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "WhatsApp/2.24.20.89 A",
  "curl/8.9.1",
];

const LANGUAGES: [string, ...string[]] = ["de-DE,de;q=0.9,en;q=0.7", "en-US,en;q=0.9", "fr-FR,fr;q=0.9", "pt-BR"];
const REFERRERS: [string, ...(string | null)[]] = ["l.instagram.com", "www.tiktok.com", "m.youtube.com", null];
type Place = readonly [country: string, region: string, city: string, colo: string];

const COUNTRIES: [[string, string, string], ...[string, string, string][]] = [
  ["US", "California", "SJC"],
  ["US", "New York", "EWR"],
  ["DE", "North Rhine-Westphalia", "DUS"],
  ["BR", "São Paulo", "GRU"],
  ["FR", "Île-de-France", "CDG"],
  ["GB", "England", "LHR"],
];

/** Places that visitors are in, the first of them oftener. */
const PLACES: Place[] = Array.from({ length: 600 }, (_none, index) => {
  const [country, region, colo] = COUNTRIES[index % COUNTRIES.length] ?? COUNTRIES[0];
  return [country, region, `San José do Norte ${index}`.slice(0, 8 + (index % 12)), colo];
});

/** Clicks as the edge sends them: the same for the same seed, another seed's ids and visitors differ. */
export function clickMessages(seed: number, count: number): ClickMessage[] {
  const random = randomSource(seed);
  const pick = <T>(values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0];
  const clicks: ClickMessage[] = [];
  for (let index = 0; index < count; index++) {
    const isBot = index % BOT_EVERY === 0;
    const [country, region, city, colo] = PLACES[Math.floor(random() * random() * PLACES.length)] ?? ["DE", "", "", ""];
    // The product of two draws favours the first links.
    const link = Math.floor(random() * random() * LINKS);
    const click: ClickMessage = {
      id: `clk_${String(seed).padStart(8, "0")}${String(index).padStart(12, "0")}`,
      linkId: `lnk_${String(link).padStart(16, "0")}`,
      time: START + (seed * count + index) * PACE_MS - Math.floor(random() * LATE_MS),
      bucket: "visit",
      reason: "visit",
      rule: null,
      consent: "implied",
      consentSource: "policy",
      pseudonym: `${seed}-${index}`.padEnd(16, "x"),
      userAgent: isBot ? pick(BOTS) : browser(random),
      language: pick(LANGUAGES),
      referrerHost: pick(REFERRERS),
      adIds: index % 2 === 0 ? ["fbclid"] : [],
      utmSource: "lea.makes",
      utmMedium: "creator",
      utmCampaign: "spring-looks",
      utmTerm: null,
      // Mostly the owner's, now and then the visitor's own.
      utmContent: index % 10 === 0 ? `visit${index}` : `link${link}`,
      country,
      region,
      city,
      colo,
    };
    const earlier = index % REPEAT_EVERY === 1 ? clicks[Math.floor(random() * clicks.length)] : undefined;
    if (earlier !== undefined) {
      Object.assign(click, { linkId: earlier.linkId, pseudonym: earlier.pseudonym, userAgent: earlier.userAgent });
    }
    clicks.push(click);
  }
  return clicks;
}

/** One of about 300 browsers. */
function browser(random: () => number): string {
  const version = 120 + Math.floor(random() * 22);
  const os = 15 + Math.floor(random() * 4);
  const kinds = [
    `Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Mobile Safari/537.36`,
    `Mozilla/5.0 (iPhone; CPU iPhone OS ${os}_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${os}.6 Mobile/15E148 Safari/604.1`,
    `Mozilla/5.0 (iPhone; CPU iPhone OS ${os}_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22G86 Instagram ${version + 200}.0.0.26.68 (iPhone15,3; iOS ${os}_6; de_DE; de; scale=3.00; 1290x2796)`,
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`,
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`,
  ];
  return kinds[Math.floor(random() * kinds.length)] ?? "";
}

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
function randomSource(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
