/** The short domain that the requests name. */
export const HOST = "go.brand.test";

/** Shoppers' browsers, in-app ones among them. */
const USER_AGENTS = [
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22G86 Instagram 402.0.0.26.68 (iPhone15,3; iOS 18_6; de_DE; de; scale=3.00; 1290x2796; IABMV/1; 793240129)",
  "Mozilla/5.0 (Linux; Android 15; Pixel 9 Build/AP4A.250205.002; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/141.0.7390.97 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/535.0.0.49.72;]",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0",
];

const LANGUAGES = ["de-DE,de;q=0.9,en;q=0.7", "en-US,en;q=0.9", "fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7"];

const REFERRERS = ["https://l.instagram.com/", "https://www.tiktok.com/@lea.makes", "https://m.youtube.com/watch?v=x"];

const PLACES = [
  { country: "US", region: "California", city: "San José", colo: "SJC" },
  { country: "DE", region: "Berlin", city: "Berlin", colo: "TXL" },
  { country: "BR", region: "São Paulo", city: "São Paulo", colo: "GRU" },
  { country: "AU", region: "New South Wales", city: "Sydney", colo: "SYD" },
];

/** Visitors of each link. Every slug is asked for with and without an ad's mark. */
const VISITORS = 4;

/** The requests of four visitors of each of so many links, as the bytes that go over the wire (RFC 9112). */
export function visitorRequests(links: number): string[] {
  return Array.from({ length: VISITORS * links }, (_, index) => requestOf(index, links));
}

function requestOf(index: number, links: number): string {
  const slug = index % links;
  const round = Math.floor(index / links);
  // In-app browsers mark every visit; half of all clicks come through one.
  const query =
    (slug + round) % 2 === 0 ? "" : `?fbclid=PAZXh0bgNhZW0CMTEAAadx${index}HnTqYw3kLr7vBz1mQp0sXc8fJd5uGe_aem_Zt9`;
  return [
    `GET /bench${slug}${query} HTTP/1.1`,
    `Host: ${HOST}`,
    `User-Agent: ${pick(USER_AGENTS, index)}`,
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    `Accept-Language: ${pick(LANGUAGES, index)}`,
    "Accept-Encoding: gzip, deflate, br, zstd",
    `Referer: ${pick(REFERRERS, index)}`,
    "Sec-Fetch-Dest: document",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Site: cross-site",
    "Upgrade-Insecure-Requests: 1",
    `CF-Connecting-IP: 203.${Math.floor(index / 62_500)}.${Math.floor(index / 250) % 250}.${1 + (index % 250)}`,
    // Miniflare makes this `request.cf`.
    `MF-CF-Blob: ${placeOf(index)}`,
    "\r\n",
  ].join("\r\n");
}

/** A place as JSON. Headers carry ASCII alone, so what lies outside it is escaped. */
function placeOf(index: number): string {
  const json = JSON.stringify({ ...pick(PLACES, index), clientAcceptEncoding: "gzip, deflate, br" });
  return json.replaceAll(/[\u0080-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function pick<T>(values: readonly T[], index: number): T {
  const value = values[index % values.length];
  if (value === undefined) throw new RangeError("nothing to pick from");
  return value;
}
