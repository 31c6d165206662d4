import { IN_APP } from "./in-app.ts";

/**
 * Browsers of people, as they were current in 2025 and 2026: templates × versions × devices. Each
 * template is a format that its vendor's browser sends; the versions are those that the vendor's
 * release calendar shipped in these two years and, where people don't update (televisions, Opera
 * Mini, feature phones), older ones that are still in use. Chromium's and Firefox's reduced user
 * agents are written reduced: `Android 10; K`, `Chrome/140.0.0.0`, a frozen macOS 10.15.
 */

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_none, i) => from + i);
const cross = <A, B>(as: readonly A[], bs: readonly B[], write: (a: A, b: B) => string): string[] =>
  as.flatMap((a) => bs.map((b) => write(a, b)));

const chromium = (system: string, tail: string): string =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) ${tail}`;
const webkit = (system: string, tail: string): string =>
  `Mozilla/5.0 (${system}) AppleWebKit/605.1.15 (KHTML, like Gecko) ${tail}`;
const gecko = (system: string, v: number): string => `Mozilla/5.0 (${system}; rv:${v}.0) Gecko/20100101 Firefox/${v}.0`;
const view = (system: string, mobile: boolean, build: string, tail = ""): string =>
  chromium(`${system}; wv`, `Version/4.0 Chrome/${build} ${mobile ? "Mobile " : ""}Safari/537.36${tail}`);

const WINDOWS = "Windows NT 10.0; Win64; x64";
const MAC = "Macintosh; Intel Mac OS X 10_15_7";
const LINUX = "X11; Linux x86_64";
const CHROME_OS = "X11; CrOS x86_64 14541.0.0";
const ANDROID = "Linux; Android 10; K";
const DESKTOPS = [WINDOWS, MAC, LINUX];

/** Chrome 130 (late 2024, still on managed machines) to 146. Brave and current Vivaldi send just this. */
const CHROME = range(130, 146);

/** Build numbers of Chrome's versions, where a browser still gives them. */
const BUILDS: readonly (readonly [version: number, build: string])[] = [
  [136, "136.0.7103.125"],
  [137, "137.0.7151.115"],
  [138, "138.0.7204.179"],
  [139, "139.0.7258.158"],
  [140, "140.0.7339.207"],
  [141, "141.0.7390.122"],
  [142, "142.0.7444.171"],
  [143, "143.0.7499.34"],
];

/** iOS as Safari names it: from 26 on the system is frozen at 18 and only `Version` moves. */
const IOS: readonly (readonly [system: string, version: string])[] = [
  ["15_8_4", "15.6.6"],
  ["16_6_1", "16.6"],
  ["16_7_11", "16.6.1"],
  ["17_4_1", "17.4.1"],
  ["17_5_1", "17.5"],
  ["17_6_1", "17.6"],
  ["17_7", "17.7"],
  ["18_0_1", "18.0.1"],
  ["18_1_1", "18.1.1"],
  ["18_2", "18.2"],
  ["18_3_2", "18.3.1"],
  ["18_4_1", "18.4"],
  ["18_5", "18.5"],
  ["18_6", "18.6"],
  ["18_6_2", "18.6.2"],
  ["18_6", "26.0"],
  ["18_7", "26.0.1"],
  ["18_7", "26.1"],
  ["18_7", "26.2"],
  ["18_7", "26.3"],
];
/** Other makers' browsers ask for a newer iOS than Safari, which comes with the oldest. */
const CURRENT_IOS = IOS.filter(([system]) => !/^1[56]/.test(system));
const appleMobile = (system: string): string[] => [
  `iPhone; CPU iPhone OS ${system} like Mac OS X`,
  `iPad; CPU OS ${system} like Mac OS X`,
];

/** Phones and tablets with Android version and build, as WebView still names them. */
const ANDROID_DEVICES: readonly (readonly [system: string, mobile: boolean])[] = [
  ["Linux; Android 16; Pixel 10 Pro Build/BP3A.250905.014", true],
  ["Linux; Android 16; Pixel 9 Build/BP2A.250605.031.A2", true],
  ["Linux; Android 15; Pixel 8a Build/AP4A.250205.002", true],
  ["Linux; Android 14; Pixel 6 Build/AP2A.240905.003", true],
  ["Linux; Android 16; SM-S938B Build/BP2A.250605.031.A3", true],
  ["Linux; Android 15; SM-S928U Build/AP3A.240905.015.A2", true],
  ["Linux; Android 15; SM-A556E Build/AP3A.240905.015.A2", true],
  ["Linux; Android 14; SM-A155M Build/UP1A.231005.007", true],
  ["Linux; Android 13; SM-A137F Build/TP1A.220624.014", true],
  ["Linux; Android 15; SM-F966B Build/AP3A.240905.015.A2", true],
  ["Linux; Android 15; SM-X810 Build/AP3A.240905.015.A2", false],
  ["Linux; Android 14; SM-X200 Build/UP1A.231005.007", false],
  ["Linux; Android 15; 24129PN74G Build/AQ3A.240829.003", true],
  ["Linux; Android 14; 23117RA68G Build/UP1A.231005.007", true],
  ["Linux; Android 13; Redmi Note 12 Build/TKQ1.221114.001", true],
  ["Linux; Android 12; M2102J20SG Build/SKQ1.211006.001", true],
  ["Linux; Android 15; CPH2671 Build/AP3A.240617.008", true],
  ["Linux; Android 14; CPH2581 Build/UKQ1.230924.001", true],
  ["Linux; Android 15; RMX5010 Build/AP3A.240617.008", true],
  ["Linux; Android 14; V2338 Build/UP1A.231005.007", true],
  ["Linux; Android 15; motorola edge 50 neo Build/V1UI35H.15-18-5", true],
  ["Linux; Android 14; moto g54 5G Build/U1TDS34.94-12-9-10", true],
  ["Linux; Android 12; moto g(60) Build/S2RIS32.32-20-5", true],
  ["Linux; Android 14; XQ-EC54 Build/69.1.A.2.78", true],
  ["Linux; Android 14; TECNO KL4 Build/UP1A.231005.007", true],
  ["Linux; Android 14; Infinix X6837 Build/UP1A.231005.007", true],
  ["Linux; Android 15; A065 Build/AQ3A.241016.001", true],
  ["Linux; Android 10; ELE-L29 Build/HUAWEIELE-L29", true],
  ["Linux; Android 12; TB-J606F Build/SKQ1.220119.001", false],
  // The maker's name ends like a robot's: it is Cubot of Shenzhen.
  ["Linux; Android 14; CUBOT KINGKONG STAR Build/UP1A.231005.007", true],
  ["Linux; Android 13; CUBOT P80 Build/TP1A.220624.014", true],
  ["Linux; Android 12; CUBOT_TAB_KINGKONG Build/SP1A.210812.016", false],
  // So are these phones named, by Doogee, HOTWAV and others.
  ["Linux; Android 13; Discovery SE Build/TP1A.220624.014", true],
  ["Linux; Android 14; DISCOVERY_2_ME Build/UP1A.231005.007", true],
  ["Linux; Android 13; Spider 8 Build/TP1A.220624.014", false],
];

function chrome(): string[] {
  return [
    ...cross([...DESKTOPS, CHROME_OS], CHROME, (system, v) => chromium(system, `Chrome/${v}.0.0.0 Safari/537.36`)),
    ...CHROME.map((v) => chromium(ANDROID, `Chrome/${v}.0.0.0 Mobile Safari/537.36`)),
    ...CHROME.map((v) => chromium(ANDROID, `Chrome/${v}.0.0.0 Safari/537.36`)),
    // The last Chrome for Windows 7 and 8, and for Android 7 and 8, with the model in full.
    chromium("Windows NT 6.1; Win64; x64", "Chrome/109.0.0.0 Safari/537.36"),
    chromium("Windows NT 6.3; Win64; x64", "Chrome/109.0.0.0 Safari/537.36"),
    chromium("Linux; Android 8.1.0; CUBOT_J5", "Chrome/109.0.5414.117 Mobile Safari/537.36"),
    chromium("Linux; Android 8.0.0; SM-G935F", "Chrome/109.0.5414.117 Mobile Safari/537.36"),
    ...cross(CURRENT_IOS, BUILDS, ([system], [, build]) =>
      webkit(`iPhone; CPU iPhone OS ${system} like Mac OS X`, `CriOS/${build} Mobile/15E148 Safari/604.1`),
    ),
  ];
}

/** Chromium under other names: what they add, and behind which of Chrome's versions. */
function chromiumCousins(): string[] {
  return [
    ...cross(DESKTOPS, CHROME, (system, v) => chromium(system, `Chrome/${v}.0.0.0 Safari/537.36 Edg/${v}.0.0.0`)),
    ...CHROME.map((v) => chromium(ANDROID, `Chrome/${v}.0.0.0 Mobile Safari/537.36 EdgA/${v}.0.0.0`)),
    // Opera, and Opera GX, which sends the same.
    ...cross(DESKTOPS, range(131, 143), (system, v) =>
      chromium(system, `Chrome/${v}.0.0.0 Safari/537.36 OPR/${v - 16}.0.0.0`),
    ),
    ...range(85, 93).map((v) => chromium(ANDROID, `Chrome/${v + 47}.0.0.0 Mobile Safari/537.36 OPR/${v}.0.0.0`)),
    ...cross([WINDOWS, MAC], ["25.2", "25.4", "25.6", "25.8", "25.10"], (system, v) =>
      chromium(system, `Chrome/138.0.0.0 YaBrowser/${v}.0.0 Safari/537.36`),
    ),
    ...["25.6.3.139", "25.8.1.75"].map((v) =>
      chromium(
        "Linux; arm_64; Android 14; SM-A546E",
        `Chrome/138.0.7204.${v.slice(-2)} YaBrowser/${v}.00 SA/3 Mobile Safari/537.36`,
      ),
    ),
    ...["6.9", "7.0", "7.5"].map((v) => chromium(WINDOWS, `Chrome/134.0.0.0 Safari/537.36 Vivaldi/${v}.3637.23`)),
    ...["4.29.282.14", "4.31.304.16", "4.33.325.17"].map((v) =>
      chromium(WINDOWS, `Chrome/134.0.0.0 Whale/${v} Safari/537.36`),
    ),
    ...range(23, 29).flatMap((v) => [
      chromium(ANDROID, `SamsungBrowser/${v}.0 Chrome/${v + 100}.0.0.0 Mobile Safari/537.36`),
      chromium(ANDROID, `SamsungBrowser/${v}.0 Chrome/${v + 100}.0.0.0 Safari/537.36`),
      chromium(LINUX, `SamsungBrowser/${v}.0 Chrome/${v + 100}.0.0.0 Safari/537.36`),
    ]),
    ...cross(["KFRAPWI", "KFTUWI", "KFSNWI", "KFMAWI"], BUILDS, (model, [v, build]) =>
      chromium(`Linux; Android 11; ${model}`, `Silk/${v}.3.1 like Chrome/${build} Safari/537.36`),
    ),
    ...range(132, 142).map((v) => chromium(ANDROID, `Version/4.0 Chrome/${v}.0.0.0 Mobile Safari/537.36 DuckDuckGo/5`)),
    ...["1.4.1.4", "1.5.0"].map((v) => chromium(WINDOWS, `Chrome/137.0.0.0 Safari/537.36 Ddg/${v}`)),
  ];
}

function safari(): string[] {
  const macVersions = [...new Set(IOS.map(([, version]) => version.split(".").slice(0, 2).join(".")))];
  return [
    ...IOS.flatMap(([system, version]) =>
      appleMobile(system).map((device) => webkit(device, `Version/${version} Mobile/15E148 Safari/604.1`)),
    ),
    // iPadOS asks for desktop pages by default and can't be told from a Mac.
    ...macVersions.map((version) => webkit(MAC, `Version/${version} Safari/605.1.15`)),
  ];
}

/** Other browsers on iOS: WebKit, with a word of their own. */
function iosCousins(): string[] {
  return CURRENT_IOS.flatMap(([system, version]) =>
    appleMobile(system).flatMap((device) => [
      webkit(device, `FxiOS/143.0 Mobile/15E148 Safari/605.1.15`),
      webkit(device, `FxiOS/8.1.1 Focus/143.0 Mobile/15E148 Safari/605.1.15`),
      webkit(device, `Version/18.0 EdgiOS/141.0.3537.71 Mobile/15E148 Safari/604.1`),
      webkit(device, `Version/${version} Mobile/15E148 Safari/604.1 OPT/5.6.1`),
      webkit(device, `Version/${version} Mobile/15E148 Safari/604.1 Ddg/${version}`),
      webkit(device, `Version/${version} YaBrowser/25.8.4.612.10 SA/3 Mobile/15E148 Safari/604.1`),
    ]),
  );
}

function firefox(): string[] {
  const systems = [WINDOWS, "Macintosh; Intel Mac OS X 10.15", LINUX, "X11; Ubuntu; Linux x86_64"];
  return [
    // 128 and 140 are the extended-support releases; 115 is the last for Windows 7.
    ...cross(systems, [128, ...range(134, 147)], gecko),
    gecko("Windows NT 6.1; Win64; x64", 115),
    ...cross(
      ["Android 16; Mobile", "Android 15; Mobile", "Android 14; Mobile", "Android 13; Tablet"],
      range(136, 147),
      (s, v) => `Mozilla/5.0 (${s}; rv:${v}.0) Gecko/${v}.0 Firefox/${v}.0`,
    ),
  ];
}

/** An app's plain Android WebView, and the browsers of phone makers that are built on it. */
function androidWebView(): string[] {
  const phones = ANDROID_DEVICES.filter(([, mobile]) => mobile);
  return [
    ...cross(ANDROID_DEVICES, BUILDS.slice(2), ([system, mobile], [, build]) => view(system, mobile, build)),
    ...phones.map(([system]) =>
      chromium(
        system.replace("Linux;", "Linux; U;").replace(/(Android \d+);/, "$1; en-gb;"),
        "Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.10.1-gn",
      ),
    ),
    ...phones.map(([system]) =>
      chromium(
        system.replace("Linux;", "Linux; U;").replace(/(Android \d+);/, "$1; en-US;"),
        "Version/4.0 Chrome/123.0.6312.80 UCBrowser/13.8.2.1324 Mobile Safari/537.36",
      ),
    ),
    ...phones.map(([system]) => view(system, true, "123.0.6312.118", " OPR/82.0.2254.73075")),
    ...phones.map(([system]) => view(system, true, "115.0.5790.168", " HeyTapBrowser/45.9.9.1")),
    ...phones.map(([system]) => view(system, true, "123.0.6312.118", " VivoBrowser/25.0.1.0")),
  ];
}

/** Formats that come in few versions: makers' own systems, televisions, consoles, cars, feature phones. */
const SINGLES: readonly string[] = [
  chromium(
    "Linux; Android 12; HarmonyOS; ELS-AN00; HMSCore 6.15.0.302",
    "Chrome/114.0.5735.196 HuaweiBrowser/16.0.6.300 Mobile Safari/537.36",
  ),
  chromium(
    "Linux; Android 10; ELE-L29; HMSCore 6.14.0.302",
    "Chrome/114.0.5735.196 HuaweiBrowser/15.0.4.312 Mobile Safari/537.36",
  ),
  chromium("Phone; OpenHarmony 5.0", "Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.0.4.300"),
  chromium("Tablet; OpenHarmony 5.0", "Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 HuaweiBrowser/5.0.4.300"),
  "Opera/9.80 (Android; Opera Mini/85.0.2254/191.364; U; en) Presto/2.12.423 Version/12.16",
  "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/191.364; U; id) Presto/2.12.423 Version/12.16",
  "Mozilla/5.0 (Mobile; Nokia_2720_Flip; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5.2",
  "Mozilla/5.0 (Mobile; LYF/F220B/LYF-F220B-003-01-15-130718-i; Android; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
  chromium("SMART-TV; LINUX; Tizen 9.0", "Version/9.0 TV Safari/537.36"),
  chromium("SMART-TV; LINUX; Tizen 8.0", "Version/8.0 TV Safari/537.36"),
  chromium("SMART-TV; LINUX; Tizen 7.0", "94.0.4606.31/7.0 TV Safari/537.36"),
  chromium("SMART-TV; LINUX; Tizen 6.5", "85.0.4183.93/6.5 TV Safari/537.36"),
  chromium(
    LINUX,
    "Chrome/84.0.4147.140 Safari/537.36 OPR/46.0.2207.0 OMI/4.21.4.112.Catcher4.69 Model/Hisense-MT9602 VIDAA/5.0(Hisense;SmartTV;55A52FEVS;MTK9602/V0000.01.00R.M0531;UHD;55A5FE;)",
  ),
  chromium(
    "Linux; HbbTV/1.2.1 (;TCL;55P65US;V8-S586T02-LF1V408;;) CE-HTML/1.0; U; en",
    "Chrome/49.0.2623.75 Safari/537.36 Tbrowser/2.0 TV/V8-S586T02-LF1V408 (TCL,55P65US,wired)",
  ),
  chromium("Web0S; Linux/SmartTV", "Chrome/120.0.6099.270 Safari/537.36 WebAppManager"),
  chromium("Web0S; Linux/SmartTV", "Chrome/108.0.5359.211 Safari/537.36 WebAppManager"),
  chromium("Web0S; Linux/SmartTV", "Chrome/94.0.4606.128 Safari/537.36 WebAppManager"),
  chromium("Web0S; Linux/SmartTV", "Chrome/87.0.4280.88 Safari/537.36 WebAppManager"),
  chromium("Linux; Android 12; BRAVIA 4K VH22 Build/STT2.230203.001", "Chrome/138.0.7204.157 Safari/537.36"),
  chromium("Linux; Android 11; AFTKM Build/RS8101.1849N; wv", "Version/4.0 Chrome/128.0.6613.187 Safari/537.36"),
  chromium("Linux; Android 9; AFTMM Build/PS7633.3445N; wv", "Version/4.0 Chrome/120.0.6099.207 Mobile Safari/537.36"),
  chromium("Linux; Android 14; Google TV Streamer Build/UTTK.250305.004.J1", "Chrome/134.0.6998.135 Safari/537.36"),
  chromium("Linux; Android 12; Chromecast HD Build/STTL.240508.005", "Chrome/134.0.6998.135 Safari/537.36"),
  chromium("Linux; Android 11; Smart TV Pro Build/RTT2.220929.001", "Chrome/118.0.5993.80 Safari/537.36"),
  "Mozilla/5.0 (PlayStation; PlayStation 5/11.20) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15",
  "Mozilla/5.0 (PlayStation 4 12.02) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Safari/605.1.15",
  "Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/609.4 (KHTML, like Gecko) NF/6.0.3.15.4 NintendoBrowser/5.1.0.22474",
  chromium("Windows NT 10.0; Win64; x64; Xbox; Xbox Series X", "Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0"),
  chromium("X11; Linux x86_64; Quest 3", "OculusBrowser/40.2.0.9.50 Chrome/138.0.7204.179 VR Safari/537.36"),
  chromium("X11; GNU/Linux", "Chrome/136.0.0.0 Safari/537.36 Tesla/2025.26.8"),
  chromium(ANDROID, "Chrome/135.0.0.0 Mobile Safari/537.36 Ecosia/android@135.0.7049.113"),
  webkit(
    "iPhone; CPU iPhone OS 18_6 like Mac OS X",
    "Version/18.6 Mobile/15E148 Safari/604.1 (Ecosia ios@11.5.1.2620)",
  ),
  chromium(
    "Linux; U; Android 14; zh-cn; 23127PN0CC Build/UKQ1.230804.001",
    "Version/4.0 Chrome/109.0.5414.86 MQQBrowser/15.6 Mobile Safari/537.36 COVC/046915",
  ),
  chromium(
    "Linux; U; Android 14; zh-CN; PJD110 Build/UKQ1.230924.001",
    "Version/4.0 Chrome/123.0.6312.80 Quark/7.14.5.880 Mobile Safari/537.36",
  ),
  chromium(
    "Linux; Android 12; V2046A Build/SP1A.210812.003; wv",
    "Version/4.0 Chrome/97.0.4692.98 Mobile Safari/537.36 SogouMobileBrowser/6.2.0",
  ),
  chromium(
    "Linux; Android 13; 2201123C Build/TKQ1.220807.001; wv",
    "Version/4.0 Chrome/97.0.4692.98 Mobile Safari/537.36 T7/13.64 baiduboxapp/13.64.0.10 (Baidu; P1 13)",
  ),
  chromium("Windows NT 10.0; WOW64", "Chrome/116.0.5845.97 Safari/537.36 SE 2.X MetaSr 1.0"),
  chromium(WINDOWS, "Chrome/122.0.0.0 Safari/537.36 QIHU 360SE"),
  chromium(WINDOWS, "Chrome/125.0.0.0 Safari/537.36 SLBrowser/9.0.5.12181 SLBChan/103"),
  chromium(WINDOWS, "Chrome/132.0.0.0 Safari/537.36 AVG/132.0.0.0"),
  chromium(WINDOWS, "Chrome/138.0.0.0 Safari/537.36 Avast/138.0.0.0"),
  chromium(WINDOWS, "coc_coc_browser/140.0.200 Chrome/134.0.0.0 Safari/537.36"),
  chromium("Linux; Android 13; Pixel 7; wv", "Version/4.0 Chrome/131.0.6778.135 Mobile Safari/537.36 Phoenix/17.8"),
  chromium(ANDROID, "Chrome/124.0.0.0 Mobile Safari/537.36 AlohaBrowser/6.5.3"),
  "Mozilla/5.0 (Linux; Android 14; Pixel 8) Mobile WebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36 Puffin/10.4.1.51628AP",
  "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
];

/** Every browser of the list, each once. */
export const BROWSERS: readonly string[] = [
  ...new Set([
    ...chrome(),
    ...chromiumCousins(),
    ...safari(),
    ...iosCousins(),
    ...firefox(),
    ...androidWebView(),
    ...SINGLES,
    ...IN_APP,
  ]),
];
