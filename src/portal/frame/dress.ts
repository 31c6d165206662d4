import { cspHash } from "../../ground/http/csp.ts";

/** What texts stand on: the page, a card, a chip; as in {@link STYLE}. */
export const GROUNDS = {
  light: ["#f5f4f1", "#ffffff", "#eeedfb"],
  dark: ["#14131a", "#1e1d26", "#2b2a40"],
} as const;

/** The style that all of a creator's pages share. No line of it begins with a space: see `shellPage`. */
export const STYLE = `:root{color-scheme:light dark;--bg:#f5f4f1;--card:#fff;--text:#1d1b26;--soft:#5d5a6b;--line:#e2dfd8;--clicks:#4b45c6;--sales:#0b7564;--chip:#eeedfb;--accent:var(--clicks)}
@media(prefers-color-scheme:dark){:root{--bg:#14131a;--card:#1e1d26;--text:#f0eff5;--soft:#aca9ba;--line:#35333f;--clicks:#a8a3ff;--sales:#4fd8c0;--chip:#2b2a40}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
nav:empty{display:none}
header,main,footer{max-width:64rem;margin:auto;padding:1.25rem 1rem}
.top{display:flex;flex-wrap:wrap;gap:.75rem 2rem;align-items:center;justify-content:space-between}
.brand{width:100%;display:flex;gap:.6rem;align-items:center;font-weight:600;color:var(--text)}
.brand img{width:auto;height:2.25rem;max-width:10rem;margin:0;background:none;object-fit:contain}
.tabs{width:100%;border-bottom:1px solid var(--line);gap:0 .25rem}
.tabs a{border:0;border-radius:0;background:none;padding:.6rem .7rem;color:var(--soft)}
.tabs a[aria-current]{background:none;color:var(--text);box-shadow:inset 0 -3px var(--accent)}
footer form{display:flex;flex-wrap:wrap;gap:.5rem;margin:.5rem 0}
footer button{min-width:0;padding:.3rem .7rem;font-size:.8rem}
@media(max-width:25rem){.tabs{gap:0}.tabs a{padding:.6rem .45rem}footer form{gap:.35rem}footer button{padding:.3rem .55rem}}
button[aria-current]{font-weight:650;border-color:var(--accent)}
header{display:flex;flex-wrap:wrap;gap:.75rem 2rem;justify-content:space-between;align-items:end;padding-top:2rem}
main{padding-top:0;display:grid;grid-template-columns:minmax(0,1fr);gap:1rem}
h1,h2,h3,p,dl,dd,figure{margin:0}
h1{font-size:clamp(1.6rem,5vw,2.25rem);line-height:1.15;letter-spacing:-.02em}
h2{font-size:1.15rem}
main>h2{margin-top:1rem}
h3{font-size:1.05rem}
p,small,dt,summary,footer,.axis{color:var(--soft)}
small,dt,summary,footer,.axis{font-size:.875rem}
a{color:var(--accent)}
nav{display:flex;flex-wrap:wrap;gap:.5rem}
nav a,button{font:inherit;font-size:.9rem;padding:.5rem .9rem;border:1px solid var(--line);border-radius:9rem;background:var(--card);color:var(--text);text-decoration:none}
button{cursor:pointer;flex:none;min-width:6.5rem}
nav a[aria-current],.main{background:var(--accent);border-color:var(--accent);color:var(--card);font-weight:600}
[hidden]{display:none}
.card,.row>div{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1rem 1.1rem}
.row{display:grid;gap:.75rem;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr))}
.row dd{overflow-wrap:break-word;font-size:clamp(1.2rem,5vw,1.5rem);font-weight:650;line-height:1.3;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
.row .why{font:inherit;font-size:.8rem;line-height:1.35;color:var(--soft);letter-spacing:0}
.list{display:flex;flex-wrap:wrap;gap:1rem}
.list>*{flex:1 1 26rem;min-width:min(100%,22rem)}
.list .row{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem}
.list .row>div{border:0;padding:0}
.list .row dd{font-size:1.1rem}
@media(max-width:40rem){main>.row{grid-template-columns:repeat(2,minmax(0,1fr))}main>.row>:first-child:nth-last-child(odd){grid-column:1/-1}}
.card{display:grid;gap:.75rem;align-content:start;grid-template-columns:minmax(0,1fr)}
.copy{display:flex;flex-wrap:wrap;gap:.4rem .75rem;align-items:center;justify-content:space-between;background:var(--bg);border-radius:.75rem;padding:.4rem .4rem .4rem .8rem;min-height:3rem}
.copy code{font:600 .95rem/1.4 ui-monospace,monospace;color:var(--text);user-select:all;flex:99 1 auto}
.copy button{flex:1 0 auto}
.chip{display:inline-block;background:var(--chip);color:var(--text);border-radius:9rem;padding:0 .6rem;font-size:.8rem;vertical-align:.1em}
figure{display:grid;gap:.4rem}
svg{display:block;width:100%;height:6rem;border-bottom:1px solid var(--line)}
.n0{color:var(--clicks)}
.n1{color:var(--sales)}
.axis{display:flex;justify-content:space-between;margin-top:-.5rem}
summary{cursor:pointer;padding:.35rem 0}
img{display:block;width:12rem;height:12rem;background:#fff;border-radius:.5rem;margin:.25rem 0}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:.35rem .5rem;border-bottom:1px solid var(--line);font-weight:400}
th:first-child{text-align:left}
thead th{font-weight:600}
.names :is(th,td){overflow-wrap:break-word}
.names :is(th,td):first-child{overflow-wrap:anywhere;min-width:5.5rem}
@media(max-width:40rem){.names :is(th,td){font-size:.8rem;padding:.35rem .25rem}}
@media(max-width:22rem){.names :is(th,td):nth-child(n){overflow-wrap:anywhere;min-width:0}}
.off{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}`;

/**
 * The script that all of them share: without it the buttons stay hidden, and what they copy can be selected. Where the
 * clipboard can't be written, as in the browsers of some apps, the old way is tried. What a button says once it has copied
 * is its `data-done`, or that of what it stands in; in a `data-share` each address gets a button of that name where the
 * browser can share, and whoever closes its sheet has no more to be told. The heading of an `article` says of what they are.
 */
export const SCRIPT = `for(const button of document.querySelectorAll(".copy button")){
const text=button.textContent,source=button.previousElementSibling,head=button.closest("article")?.querySelector("h3[id]"),said=document.getElementById("said"),word=key=>button.closest("[data-"+key+"]")?.dataset[key];
button.hidden=false;
if(head)button.setAttribute("aria-describedby",head.id);
button.onclick=async()=>{
const value=source.textContent.trim(),done=word("done");
try{await navigator.clipboard.writeText(value)}
catch{getSelection().selectAllChildren(source);if(!document.execCommand("copy"))return}
button.textContent=done;said.textContent=done+": "+value;
setTimeout(()=>{button.textContent=text;said.textContent=""},2500)};
if(word("share")&&navigator.share&&/^https?:/.test(source.textContent.trim())){
const share=button.cloneNode();
share.textContent=word("share");
share.onclick=()=>navigator.share({url:source.textContent.trim()}).catch(()=>{});
button.after(share)}}`;

/** What a page may load: its own styles and scripts by their SHA-256, and pictures and forms of this site. */
export async function policyOf(styles: readonly string[], scripts: readonly string[]): Promise<string> {
  const [style, script] = await Promise.all([styles, scripts].map((texts) => Promise.all(texts.map(cspHash))));
  return `default-src 'none'; style-src ${sources(style)}; script-src ${sources(script)}; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
}

function sources(hashes: readonly string[] = []): string {
  return hashes.length === 0 ? "'none'" : hashes.map((hash) => `'${hash}'`).join(" ");
}
