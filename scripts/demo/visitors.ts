import type { Chance } from "./chance.ts";

/** Somebody with a browser, as a click tells of them. */
export interface Visitor {
  address: string;
  agent: string;
  language: string;
  country: string;
  region: string | null;
  city: string | null;
  referrer: string | null;
}

/** Where people are from, by their country: its language, and cities with their region. */
const PLACES = {
  FR: {
    language: "fr-FR,fr;q=0.9",
    cities: [
      ["Paris", "Île-de-France"],
      ["Lyon", "Auvergne-Rhône-Alpes"],
      ["Nantes", "Pays de la Loire"],
      ["Lille", "Hauts-de-France"],
    ],
  },
  BE: {
    language: "fr-BE,fr;q=0.9",
    cities: [
      ["Brussels", "Brussels Capital"],
      ["Liège", "Wallonia"],
    ],
  },
  CH: {
    language: "fr-CH,fr;q=0.9",
    cities: [
      ["Geneva", "Geneva"],
      ["Lausanne", "Vaud"],
    ],
  },
  DE: {
    language: "de-DE,de;q=0.9",
    cities: [
      ["Berlin", "Land Berlin"],
      ["Munich", "Bavaria"],
      ["Hamburg", "Hamburg"],
    ],
  },
  AT: {
    language: "de-AT,de;q=0.9",
    cities: [
      ["Vienna", "Vienna"],
      ["Innsbruck", "Tyrol"],
    ],
  },
  ES: {
    language: "es-ES,es;q=0.9",
    cities: [
      ["Madrid", "Madrid"],
      ["Barcelona", "Catalonia"],
      ["Valencia", "Valencia"],
    ],
  },
  PT: {
    language: "pt-PT,pt;q=0.9",
    cities: [
      ["Lisbon", "Lisbon"],
      ["Porto", "Porto"],
    ],
  },
  US: {
    language: "en-US,en;q=0.9",
    cities: [
      ["New York", "New York"],
      ["Austin", "Texas"],
    ],
  },
  GB: { language: "en-GB,en;q=0.9", cities: [["London", "England"]] },
} as const;

/** A country that somebody of the demo is from. */
export type Country = keyof typeof PLACES;

const IPHONE = "iPhone; CPU iPhone OS 18_5 like Mac OS X";
const WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const chrome = (system: string, mobile = ""): string =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 ${mobile}Safari/537.36`;

/** Browsers by how they are told apart below. */
const AGENTS = {
  safari: `Mozilla/5.0 (${IPHONE}) ${WEBKIT} Version/18.5 Mobile/15E148 Safari/604.1`,
  android: chrome("Linux; Android 10; K", "Mobile "),
  instagram: `Mozilla/5.0 (${IPHONE}) ${WEBKIT} Mobile/15E148 Instagram 389.0.0.28.89 (iPhone16,1; iOS 18_5; fr_FR; fr; scale=3.00; 1179x2556; 740000000)`,
  tiktok: `Mozilla/5.0 (${IPHONE}) ${WEBKIT} Mobile/15E148 musical_ly_39.5.0 BytedanceWebview/d8a21c6`,
  desktop: chrome("Windows NT 10.0; Win64; x64"),
  mac: `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/18.5 Safari/605.1.15`,
  firefox: "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
  tablet: `Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) ${WEBKIT} Version/18.5 Mobile/15E148 Safari/604.1`,
} as const;

/** Programs that open links, too: none of them is counted. */
export const PROGRAMS: readonly (readonly [agent: string, weight: number])[] = [
  ["facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", 4],
  ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 3],
  ["WhatsApp/2.23.20.0 A", 2],
  ["Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", 2],
  ["curl/8.14.1", 1],
];

/** A way to a link: with which browser, and from where. */
type Way = readonly [agent: keyof typeof AGENTS, referrer: string | null];

/** Who follows somebody, and how they come. */
export interface Audience {
  countries: readonly (readonly [country: Country, weight: number])[];
  ways: readonly (readonly [way: Way, weight: number])[];
}

const INSTAGRAM = "https://l.instagram.com/";
const YOUTUBE = "https://www.youtube.com/";

/** Who comes by which links of the demo. */
export const AUDIENCES = {
  lea: {
    countries: [
      ["FR", 70],
      ["BE", 14],
      ["CH", 9],
      ["US", 7],
    ],
    ways: [
      [["instagram", INSTAGRAM], 46],
      [["tiktok", null], 18],
      [["safari", INSTAGRAM], 14],
      [["android", null], 14],
      [["desktop", null], 8],
    ],
  },
  max: {
    countries: [
      ["DE", 68],
      ["AT", 18],
      ["CH", 8],
      ["US", 6],
    ],
    ways: [
      [["desktop", YOUTUBE], 34],
      [["android", YOUTUBE], 30],
      [["safari", YOUTUBE], 16],
      [["firefox", YOUTUBE], 12],
      [["tablet", null], 8],
    ],
  },
  nina: {
    countries: [
      ["ES", 62],
      ["PT", 38],
    ],
    ways: [
      [["tiktok", "https://www.tiktok.com/"], 58],
      [["android", null], 30],
      [["safari", null], 12],
    ],
  },
  newsletter: {
    countries: [
      ["FR", 64],
      ["DE", 20],
      ["GB", 16],
    ],
    ways: [
      [["desktop", "https://mail.google.com/"], 40],
      [["mac", null], 25],
      [["safari", null], 35],
    ],
  },
} as const satisfies Record<string, Audience>;

/** Somebody of an audience. `number` tells them from all others: it is in their address. */
export function visitorOf(chance: Chance, audience: Audience, number: number): Visitor {
  const country = chance.of<Country>(audience.countries);
  const { language, cities } = PLACES[country];
  const [city, region] = chance.of<readonly [string, string]>(cities.map((city) => [city, 1] as const));
  const [agent, referrer] = chance.of<Way>(audience.ways);
  // 198.18.0.0/15 is for tests of networks: nobody's.
  const address = `198.${18 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
  return { address, agent: AGENTS[agent], language, country, region, city, referrer };
}
