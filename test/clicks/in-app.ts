/**
 * Pages that people opened inside an app. Shoppers of creator marketing mostly arrive this way, and
 * the words that apps add (makers, carriers, channels, apps' own names) are what bot lists trip over.
 * Written by hand, one a line, after what each app is known to append to its platform's web view.
 */

const IOS = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const IPHONE = `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6_2 like Mac OS X) ${IOS} Mobile/15E148`;
const IPHONE_26 = `Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) ${IOS} Mobile/23B85`;
const IPHONE_17 = `Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X) ${IOS} Mobile/21G93`;
const IPAD = `Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) ${IOS} Mobile/15E148`;

const view = (device: string, chrome = "141.0.7390.43", mobile = "Mobile "): string =>
  `Mozilla/5.0 (Linux; ${device}; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/${chrome} ${mobile}Safari/537.36`;
const GALAXY = view("Android 15; SM-S928B Build/AP3A.240905.015.A2");
const GALAXY_A = view("Android 14; SM-A155M Build/UP1A.231005.007", "139.0.7258.158");
const PIXEL = view("Android 16; Pixel 9 Build/BP2A.250605.031.A2", "143.0.7499.34");
const XIAOMI = view("Android 14; 23117RA68G Build/UP1A.231005.007", "138.0.7204.179");
const OPPO = view("Android 15; CPH2557 Build/AP3A.240617.008", "142.0.7444.142");
const MOTO = view("Android 14; moto g54 5G Build/U1TDS34.94-12-9-10", "137.0.7151.115");
const CUBOT = view("Android 12; CUBOT X50 Build/SP1A.210812.016", "140.0.7339.207");
const FOSSIBOT = view("Android 13; F102 Build/TP1A.220624.014", "141.0.7390.43");
const TAB = view("Android 14; SM-X200 Build/UP1A.231005.007", "140.0.7339.207", "");

/** What the Facebook apps append when they name the phone in full. */
const fb = (app: string, maker: string, model: string, carrier: string, pkg = "com.facebook.katana"): string =>
  `[FBAN/${app};FBAV/530.0.0.47.68;FBBV/812345680;FBDM/{density=2.75,width=1080,height=2340};FBLC/en_US;FBRV/0;FBCR/${carrier};FBMF/${maker};FBBD/${maker.toLowerCase()};FBPN/${pkg};FBDV/${model};FBSV/15;FBOP/1;FBCA/arm64-v8a:;]`;
const fbIos = (app: string, extra = ""): string =>
  `[FBAN/${app};FBAV/530.0.0.38.105;FBBV/812345681;FBDV/iPhone16,2;FBMD/iPhone;FBSN/iOS;FBSV/18.6.2;FBSS/3;FBID/phone;FBLC/en_US;FBOP/5;FBRV/0${extra}]`;

const META: readonly string[] = [
  `${IPHONE} Instagram 400.0.0.27.80 (iPhone15,3; iOS 18_6_2; pt_BR; pt; scale=3.00; 1290x2796; 812345679; IABMV/1)`,
  `${IPHONE_26} Instagram 406.0.0.31.77 (iPhone17,1; iOS 26_1; en_US; en; scale=3.00; 1206x2622; 832345679; IABMV/1) NV/1`,
  `${IPHONE_26} Instagram 410.0.0.22.71 (iPhone18,2; iOS 26_1; de_DE; de; scale=3.00; 1320x2868; 842345679; IABMV/1) Safari/604.1`,
  `${IPHONE_17} Instagram 361.0.0.35.82 (iPhone13,2; iOS 17_6_1; fr_FR; fr; scale=3.00; 1170x2532; 674117118; IABMV/1)`,
  `${IPHONE_17} Instagram 330.0.3.29.91 (iPhone14,3; iOS 17_6_1; en_IR@calendar=gregorian; en; scale=3.00; 1125x2436; 595323416)`,
  `${IPAD} Instagram 400.0.0.27.80 (iPad13,4; iPadOS 18_6; en_GB; en; scale=2.00; 1668x2388; 812345679; IABMV/1)`,
  `${GALAXY} Instagram 400.0.0.40.81 Android (35/15; 450dpi; 1080x2340; samsung; SM-S928B; e3q; qcom; en_GB; 812345678; IABMV/1)`,
  `${GALAXY_A} Instagram 398.1.0.53.77 Android (34/14; 300dpi; 720x1465; samsung; SM-A155M; a15; mt6789; pt_BR; 802345678; IABMV/1)`,
  `${PIXEL} Instagram 406.0.0.58.159 Android (36/16; 420dpi; 1080x2424; Google/google; Pixel 9; tokay; tokay; en_US; 822918295; IABMV/1) NV/1`,
  `${XIAOMI} Instagram 395.0.0.46.81 Android (34/14; 440dpi; 1080x2400; Xiaomi/Redmi; 23117RA68G; emerald_r; mt6789; es_MX; 792345678; IABMV/1)`,
  `${OPPO} Instagram 406.0.0.58.159 Android (35/15; 480dpi; 1080x2400; OPPO; CPH2557; OP573DL1; mt6833; en_MY; 822918295; IABMV/1) NV/1`,
  `${MOTO} Instagram 400.0.0.40.81 Android (34/14; 400dpi; 1080x2400; motorola; moto g54 5G; cancunf; mt6855; es_AR; 812345678)`,
  `${CUBOT} Instagram 400.0.0.40.81 Android (31/12; 480dpi; 1080x2400; CUBOT; CUBOT X50; CUBOT_X50; mt6785; it_IT; 812345678)`,
  `${CUBOT} Instagram 388.0.0.29.90 Android (31/12; 480dpi; 1080x2400; CUBOT/CUBOT; CUBOT X50; X50; mt6785; es_ES; 772345678)`,
  `${FOSSIBOT} Instagram 400.0.0.40.81 Android (33/13; 480dpi; 1080x2408; FOSSiBOT; F102; F102; mt6789; pt_BR; 812345678)`,
  `${TAB} Instagram 400.0.0.40.81 Android (34/14; 240dpi; 1200x1920; samsung; SM-X200; gta8wifi; ums512_1h10_go; tr_TR; 812345678)`,
  `${view("Android 13; Redmi Note 9 Pro Build/TKQ1.221114.001")} Instagram 402.0.0.49.66 Android (33/13; 440dpi; 1080x2400; Xiaomi/Redmi; Redmi Note 9 Pro; joyeuse; qcom; ru_RU; 815345678; IABMV/1)`,
  `${view("Android 14; PANASONIC Eluga I9 Build/UP1A.231005.007")} Instagram 340.0.0.14.109 Android (28/9; 320dpi; 720x1371; PANASONIC/Panasonic; Eluga I9; Eluga_I9; mt6765; en_IN; 622085927)`,
  `${IPHONE} Barcelona 372.0.0.22.105 (iPhone15,3; iOS 18_6_2; en_US; en; scale=3.00; 1290x2796; 712345679)`,
  `${IPHONE_26} Barcelona 405.0.0.29.100 (iPhone17,3; iOS 26_1; ja_JP; ja; scale=3.00; 1179x2556; 832345679)`,
  `${GALAXY} Barcelona 360.0.0.40.81 Android (35/15; 450dpi; 1080x2340; samsung; SM-S928B; e3q; qcom; ko_KR; 812345678)`,
  `${PIXEL} Barcelona 401.0.0.30.109 Android (36/16; 420dpi; 1080x2424; Google/google; Pixel 9; tokay; tokay; en_US; 822918295)`,
  `${FOSSIBOT} Barcelona 360.0.0.40.81 Android (33/13; 480dpi; 1080x2408; FOSSiBOT; F102; F102; mt6789; pt_BR; 812345678)`,
  `${IPHONE} ${fbIos("FBIOS")}`,
  `${IPHONE_26} ${fbIos("FBIOS", ";IABMV/1")}`,
  `${IPHONE} ${fbIos("MessengerForiOS")}`,
  `${IPHONE} ${fbIos("MessengerLiteForiOS")}`,
  `${IPHONE_17} ${fbIos("FBPageAdmin", ";FBDI/D9016741-C75C-4FC3-8A3B-34249A953D07")}`,
  `${IPHONE} ${fbIos("AdsManageriOS")}`,
  `${IPAD} [FBAN/FBIOS;FBAV/530.0.0.38.105;FBBV/812345681;FBDV/iPad13,4;FBMD/iPad;FBSN/iPadOS;FBSV/18.6;FBSS/2;FBID/tablet;FBLC/en_GB;FBOP/5]`,
  `${GALAXY} [FB_IAB/FB4A;FBAV/530.0.0.47.68;IABMV/1;]`,
  `${GALAXY_A} [FB_IAB/FB4A;FBAV/528.0.0.38.80;]`,
  `${PIXEL} [FB_IAB/FB4A;FBAV/535.0.0.49.72;IABMV/1;] FBNV/5`,
  `${XIAOMI} [FB_IAB/Orca-Android;FBAV/525.0.0.45.107;]`,
  `${OPPO} [FB_IAB/MESSENGER;FBAV/527.0.0.40.99;]`,
  `${MOTO} [FBAN/EMA;FBLC/pt_BR;FBAV/440.0.0.11.110;FBCX/modulariab;]`,
  `${PIXEL} ${fb("FB4A", "Google", "Pixel 9", "Google Fi")}`,
  `${PIXEL} ${fb("FB4A", "Google", "Pixel 9", "T-Mobile")}`,
  `${PIXEL} ${fb("Orca-Android", "Google", "Pixel 9", "Verizon", "com.facebook.orca")}`,
  `${GALAXY} ${fb("FB4A", "samsung", "SM-S928B", "NL KPN")}`,
  `${GALAXY} ${fb("FB4A", "samsung", "SM-S928B", "Google Fi")}`,
  `${XIAOMI} ${fb("FB4A", "Xiaomi", "23117RA68G", "TELCEL")}`,
  `${CUBOT} ${fb("FB4A", "CUBOT", "CUBOT X50", "WINDTRE")}`,
  `${CUBOT} [FBAN/EMA;FBLC/pt_BR;FBAV/440.0.0.11.110;FBMF/CUBOT;FBDV/CUBOT X50;]`,
  `${FOSSIBOT} ${fb("FB4A", "FOSSiBOT", "F102", "Claro BR")}`,
  // Some phones send the tail alone (omrilotan/isbot#314).
  fb("FB4A", "samsung", "SM-S921B", "NL KPN"),
  fb("FB4A", "samsung", "SM-S921B", "Verizon"),
  fb("FB4A", "Google", "Pixel 8", "Google Fi"),
  `${view("Android 16; Pixel 10 Pro XL Build/CP1A.260305.018", "146.0.7680.174")} MetaIAB Facebook`,
  `${GALAXY} MetaIAB Instagram`,
  // WhatsApp hands most links to the system's browser; its own view names it at the end, unlike its fetcher.
  `${IPHONE} WhatsApp/2.24.14.79`,
  `${GALAXY} WhatsApp/2.25.18.80 A`,
];

const BYTEDANCE: readonly string[] = [
  `${IPHONE} musical_ly_40.6.0 JsSdk/2.0 NetType/WIFI Channel/App Store ByteLocale/en Region/US isDarkMode/1 WKWebView/1 RevealType/Dialog BytedanceWebview/d8a21c6 FalconTag/`,
  `${IPHONE_26} musical_ly_41.9.0 JsSdk/2.0 NetType/5G Channel/App Store ByteLocale/de Region/DE isDarkMode/0 WKWebView/1 BytedanceWebview/d8a21c6`,
  `${IPHONE_17} musical_ly_38.2.0 JsSdk/2.0 NetType/4G Channel/App Store ByteLocale/fr Region/FR FalconTag/C1B0`,
  `${IPHONE} Safari/604.1 trill_41.5.0 BytedanceWebview/d8a21c6`,
  `${IPHONE} trill_400605 JsSdk/2.0 NetType/WIFI Channel/App Store ByteLocale/id Region/ID`,
  `${IPHONE} TikTok 40.0.0 rv:400012 (iPhone; iOS 18.6.2; en_US) Cronet`,
  `${IPAD} musical_ly_40.6.0 BytedanceWebview/d8a21c6`,
  `${GALAXY} musical_ly_2024204040 JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/musical_ly app_version/42.4.4 ByteLocale/en ByteFullLocale/en Region/GB AppId/1233 Spark/1.8.1.2-alpha.36 AppVersion/42.4.4 BytedanceWebview/d8a21c6`,
  `${PIXEL} musical_ly_2024105080 JsSdk/1.0 NetType/MOBILE Channel/googleplay AppName/musical_ly app_version/41.5.8 ByteLocale/en ByteFullLocale/en Region/US BytedanceWebview/d8a21c6`,
  `${GALAXY_A} trill_370504 JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/trill app_version/37.5.4 ByteLocale/pt-BR ByteFullLocale/pt-BR Region/BR BytedanceWebview/d8a21c6`,
  `${XIAOMI} musical_ly_2023805060 JsSdk/1.0 NetType/4G Channel/xiaomi_preload AppName/musical_ly app_version/38.5.6 ByteLocale/es ByteFullLocale/es-419 Region/MX BytedanceWebview/d8a21c6`,
  `${GALAXY_A} trill_2023900010 JsSdk/1.0 NetType/WIFI Channel/samsung_preload AppName/trill app_version/39.0.1 ByteLocale/th Region/TH BytedanceWebview/d8a21c6`,
  `${OPPO} musical_ly_2024001030 JsSdk/1.0 NetType/5G Channel/oppo_ww_2 AppName/musical_ly app_version/40.1.3 ByteLocale/ms Region/MY BytedanceWebview/d8a21c6`,
  `${XIAOMI} musical_ly_2024204040 AppName/musical_ly ByteLocale/es-419`,
  `${CUBOT} musical_ly_2024001030 JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/musical_ly app_version/40.1.3 ByteLocale/it Region/IT BytedanceWebview/d8a21c6`,
  `${TAB} musical_ly_2024001030 JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/musical_ly app_version/40.1.3 ByteLocale/en Region/US BytedanceWebview/d8a21c6`,
  `${MOTO} musical_ly_go_2024 JsSdk/1.0 NetType/4G Channel/googleplay AppName/musically_go app_version/40.1.0 ByteLocale/es Region/AR`,
  `${XIAOMI} aweme_330000 JsSdk/1.0 NetType/WIFI AppName/aweme app_version/33.0.0 ByteLocale/zh-CN Region/CN`,
  `${IPHONE} aweme_33.0.0 Region/CN AppTheme/light NetType/WIFI JsSdk/2.0 Channel/App ByteLocale/zh ByteFullLocale/zh-Hans-CN WKWebView/1`,
  `${XIAOMI} NewsArticle/9.8.4 JsSdk/2 NetType/wifi (news_article 9.8.4 36)`,
];

const SOCIAL: readonly string[] = [
  `${IPHONE} Snapchat/13.60.0.39 (like Safari/8621.3.11.10.3, panda)`,
  `${IPHONE_26} Snapchat/13.66.0.41 (like Safari/8622.2.11.11.9, panda)`,
  `${IPHONE_17} Snapchat/12.95.0.40 (like Safari/8615.3.12.10.4, panda)`,
  `${GALAXY} Snapchat/13.60.0.42 (SM-S928B; Android 15#S928BXXS4BYG1#35; gzip; )`,
  `${XIAOMI} Snapchat/13.58.0.57 (23117RA68G; Android 14#V816.0.9.0.UMRMIXM#34; gzip; )`,
  `${view("Android 11; RMX2001 Build/RP1A.200720.011", "124.0.6367.179")} Snapchat/12.87.0.44 (RMX2001; Android 11#1647528410731#30; gzip; )`,
  `${view("Android 13; I2011 Build/TP1A.220624.014", "125.0.6422.54")} Snapchat/12.89.0.40 (I2011; Android 13#eng.compil.20240430.095616#33; gzip; )`,
  `${FOSSIBOT}Snapchat/13.60.0.42 (FOSSiBOT F102; Android 13#20240501#33; gzip; )`,
  `${IPHONE} [Pinterest/iOS]`,
  `${IPHONE_26} [Pinterest/iOS]`,
  `${IPAD} [Pinterest/iOS]`,
  `${GALAXY} [Pinterest/Android]`,
  `${PIXEL} [Pinterest/Android]`,
  `${CUBOT} [Pinterest/Android]`,
  `${TAB} [Pinterest/Android]`,
  `${IPHONE} Twitter for iPhone/11.16`,
  `${IPHONE_26} Twitter for iPhone/11.40.1`,
  `${IPHONE_17} Twitter for iPhone`,
  `${IPAD} Twitter for iPad/11.16`,
  `${GALAXY} TwitterAndroid`,
  `${PIXEL} TwitterAndroid/11.20.0-release.0`,
  `${IPHONE} [LinkedInApp]/9.31.1426`,
  `${IPHONE_26} [LinkedInApp]/9.32.2485`,
  `${IPHONE_17} Safari/604.1 [LinkedInApp]/9.30.2144`,
  `${GALAXY} [LinkedInApp]`,
  `${PIXEL} [LinkedInApp]/4.1.1120`,
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0 LinkedIn/windows-native-app/edge-webview2`,
  `${IPHONE} Reddit/Version 2025.33.0/Build 625213/iOS Version 18.6.2 (Build 22G100)`,
  `${IPHONE_26} Reddit/Version 2025.44.0/Build 616760/iOS Version 26.1 (Build 23B85)`,
  `${GALAXY} Reddit/Version 2025.29.0/Build 2529021/Android 15`,
  `${PIXEL} Reddit/Version 2026.03.0/Build 2603061/Android 16`,
  `${GALAXY} Discord`,
  `${PIXEL} Discord/271.0`,
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) discord/1.0.9209 Chrome/134.0.6998.205 Electron/35.3.0 Safari/537.36`,
  `${IPHONE} Quora 9.0.12 rv:3672 env:prod (iPhone16,2; iOS 18.6.2; en_US) AppleWebKit`,
  `${IPHONE} Weibo (iPhone16,2__weibo__15.8.1__iphone__os18.6)`,
  `${XIAOMI} Weibo (Xiaomi-23117RA68G__weibo__15.8.1__android__android14)`,
  `${IPHONE} discover/8.92 XHSMiniapp/8.92 xhsdiscover NetType/WIFI xiaohongshu`,
  `${XIAOMI} xiaohongshu/8.92.0 NetType/WIFI`,
  `${IPHONE} bili-universal/85100100 os/ios model/iPhone mobi_app/iphone osVer/18.6.2 network/2`,
  `${GALAXY_A} Kwai/12.0.40`,
];

const CHAT: readonly string[] = [
  `${GALAXY} Telegram-Android/11.14.1 (Samsung SM-S928B; Android 15; SDK 35; HIGH)`,
  `${PIXEL} Telegram-Android/12.1.1 (Google Pixel 9; Android 16; SDK 36; HIGH)`,
  `${XIAOMI} Telegram-Android/11.13.2 (Xiaomi 23117RA68G; Android 14; SDK 34; AVERAGE)`,
  `${CUBOT} Telegram-Android/11.14.1 (Cubot CUBOT X50; Android 12; SDK 31; AVERAGE)`,
  `${FOSSIBOT} Telegram-Android/11.14.1 (Fossibot F102; Android 13; SDK 33; HIGH)`,
  `${IPHONE} MicroMessenger/8.0.60(0x18003c2f) NetType/WIFI Language/zh_CN`,
  `${IPHONE_26} MicroMessenger/8.0.65(0x18004130) NetType/5G Language/en`,
  `${XIAOMI} XWEB/1380117 MMWEBSDK/20250503 MMWEBID/4817 REV/6b2b MicroMessenger/8.0.60.2860(0x28003C3F) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64`,
  `${OPPO} XWEB/1380215 MMWEBSDK/20250503 MMWEBID/7223 MicroMessenger/8.0.61.2880(0x28003D35) Process/toolsmp WeChat/arm64 Weixin NetType/5G Language/zh_CN ABI/arm64`,
  `${GALAXY} MMWEBID/5305 MicroMessenger/8.0.58.2841(0x28003A3C) Process/tools WeChat/arm64 Weixin NetType/4G Language/en ABI/arm64`,
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36 NetType/WIFI MicroMessenger/7.0.20.1781(0x6700143B) WindowsWechat(0x63090c33) XWEB/13909 Flue`,
  `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) NetType/WIFI MicroMessenger/6.8.0(0x16080000) MacWechat/3.8.10(0x13080a11) XWEB/1227 Flue`,
  `${IPHONE} wxwork/4.1.38 MicroMessenger/7.0.1 Language/zh ColorScheme/Light`,
  `${IPHONE} QQ/9.2.10.614 V1_IPH_SQ_9.2.10_1_APP_A Pixel/1290 SimpleUISwitch/0 StudyMode/0 CurrentMode/0 CurrentFontScale/1.0 QQTheme/1000 AppId/537298210 Core/WKWebView Device/Apple(iPhone 15 Pro Max) NetType/WIFI QBWebViewType/1 WKType/1`,
  `${IPHONE} Safari Line/15.13.0`,
  `${IPHONE_26} Safari Line/15.19.1`,
  `${GALAXY} Line/15.12.2/IAB`,
  `${view("Android 15; Pixel 8a Build/AP4A.250205.002")} Line/15.13.0/IAB`,
  `${CUBOT} Line/15.12.2/IAB`,
  `${IPHONE} KAKAOTALK 11.7.1`,
  `${IPHONE_26} KAKAOTALK/11.9.5 (INAPP)`,
  `${GALAXY};KAKAOTALK 2611071`,
  `${GALAXY} KAKAOTALK/25.7.2 (INAPP)`,
  `${GALAXY} Viber/26.2.2.0`,
  `${view("Android 14; SM-A536B Build/UP1A.231005.007", "120.0.0.0")} Viber`,
  `${XIAOMI} Viber/25.9.1.0`,
  `${IPHONE} Zalo iOS/608 ZaloTheme/light ZaloLanguage/vi`,
  `${GALAXY_A} Zalo android/12100770 ZaloTheme/light ZaloLanguage/vi`,
  `${GALAXY} Botim/2.9.5`,
  `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.7204.235 Electron/37.3.1 Safari/537.36 Slack_SSB/4.46.99`,
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0 Teams/25198.1109.3837.4725`,
  `${IPHONE} TeamsMobile-iOS`,
  `${GALAXY} TeamsMobile-Android`,
];

const SEARCH_AND_NEWS: readonly string[] = [
  `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6_2 like Mac OS X) ${IOS} GSA/385.0.799442386 Mobile/15E148 Safari/604.1`,
  `Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) ${IOS} GSA/396.0.833910942 Mobile/15E148 Safari/604.1`,
  `Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) ${IOS} GSA/385.0.799442386 Mobile/15E148 Safari/604.1`,
  `${GALAXY} GSA/16.33.38.sa.arm64`,
  `${PIXEL} GoogleApp/16.33.38.sa.arm64`,
  `${XIAOMI} GoogleApp/15.20.36.ve.arm64`,
  `${IPHONE_26} GoogleWv/1.0 (WKWebView) GeminiiOS/1.2026.2270600`,
  `${IPHONE} Safari/605.1 NAVER(inapp; search; 2000; 12.15.3; 15PROMAX)`,
  `${GALAXY} NAVER(inapp; search; 2000; 12.15.2)`,
  `${GALAXY} NAVER(inapp; blog; 100; 8.3.0)`,
  `${GALAXY} NAVER(inapp; cafe; 500; 18.0.2)`,
  `${IPHONE} DaumApps/8.5.0 DaumDevice/mobile`,
  `${IPHONE} YJApp-IOS jp.co.yahoo.ipn.appli/4.146.0`,
  `${PIXEL} YJApp-ANDROID jp.co.yahoo.android.yjtop/3.202.0`,
  `${IPHONE} NewsBreak/25.33.0`,
  `${GALAXY} newsbreak/25.33.1`,
  `${PIXEL} NewsBreak/25.40.0`,
  `${IPHONE} Flipboard/4.3.38`,
  `${GALAXY} Flipboard/4.3.35/5570`,
  `${IPHONE} Version/17.4.1 Safari/605.1.15 NewsSapphire/1.0.420507003`,
  `${IPHONE} BingSapphire/31.5.430821001`,
  `${GALAXY} BingSapphire/31.4.2110003552`,
  `${GALAXY}HiSearch/22.0.6.315`,
  `${view("Android 14; SM-A546E Build/UP1A.231005.007")} YaApp_Android/25.84 YaSearchBrowser/25.84`,
  `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${IOS} Version/18.0 YaBrowser/25.8.4.612.10 YaApp_iOS/2508.10 Safari/604.1 SA/3 Mobile/15E148`,
  `${IPHONE} SogouSearch Ios/15.4.0`,
  `${XIAOMI} SogouSearch Android1.0 version3.0 AppVersion/13403`,
  `${GALAXY} ChatGPT/1.2025.217`,
  `${IPHONE} DuckDuckGo/7 Safari/605.1.15`,
];

const SHOPS_AND_MORE: readonly string[] = [
  `${GALAXY} Klarna/25.33.160`,
  `${IPHONE} AmazonWebView/Amazon/25.16.2/iOS/18.6.2/iPhone`,
  `${GALAXY} AmazonWebView/MShop/30.16.0.100/Android/15`,
  `${IPHONE} EtsyInc/7.30 rv:73000.99.0`,
  `${IPHONE} Shopee iOS Beeshop locale=id version=35430 appver=35430`,
  `${GALAXY_A} Shopee Android Beeshop locale/id version=35430 appver=35430`,
  `${IPHONE} AliApp(AliExpress/8.132.0) WindVane/8.7.2 1290x2796 WK`,
  `${XIAOMI} AliApp(TB/10.49.10) UCBS/2.11.1.1 TTID/600000@taobao_android_10.49.10 WindVane/8.5.0 1080X2400`,
  `${GALAXY} SheinApp(shein/12.6.0) TTID/shein Wing/1.0.1`,
  `${GALAXY_A} LazadaApp AliApp(LA/7.78.0) WindVane/8.7.2`,
  `${GALAXY} CamScanner/6.88.0.2508110000`,
  `${GALAXY} Outlook-Android/4.2533.1`,
  `${IPHONE} YahooMobileMail/1.0 (iPhone; 6.92.0)`,
  `${GALAXY} csh-cashify-flutter csh-store-checkout d2c-back-supported`,
  `${IPHONE} Safari/605.1.15 (AirWatch Browser v25.06)`,
  `${IPHONE} GoNativeIOS/1.0 median`,
];

/**
 * In-app browsers, and the bare web views of apps that add nothing or whose word isn't publicly known
 * (BeReal, Shop, Bluesky, Viber and WhatsApp on iOS, and most shops' own apps): none is guessed.
 */
export const IN_APP: readonly string[] = [
  ...META,
  ...BYTEDANCE,
  ...SOCIAL,
  ...CHAT,
  ...SEARCH_AND_NEWS,
  ...SHOPS_AND_MORE,
  IPHONE,
  IPHONE_26,
  IPHONE_17,
  IPAD,
  `${IPHONE} Safari/604.1`,
  GALAXY,
  PIXEL,
  CUBOT,
  FOSSIBOT,
  TAB,
];
