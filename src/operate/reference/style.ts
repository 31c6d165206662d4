/** The style of the reference: all of it in one, by whose hash a page's policy lets it through. */
export const STYLE = `:root{color-scheme:light dark;--bg:#f5f4f1;--card:#fff;--text:#1d1b26;--soft:#5d5a6b;--line:#e2dfd8;--accent:#4b45c6;--chip:#eeedfb;--code:#211f2c;--ink:#eceaf6;--get:#0b6b5b;--post:#4b45c6;--patch:#8a5300;--delete:#b3261e}
@media(prefers-color-scheme:dark){:root{--bg:#14131a;--card:#1e1d26;--text:#f0eff5;--soft:#aca9ba;--line:#35333f;--accent:#a8a3ff;--chip:#2b2a40;--code:#0d0c13;--get:#4fd8c0;--post:#a8a3ff;--patch:#f0b35e;--delete:#ff9d94}}
*{box-sizing:border-box}
[hidden]{display:none!important}
html{scroll-padding-top:5rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--text);font:1rem/1.55 system-ui,sans-serif;overflow-wrap:anywhere}
a{color:var(--accent);text-underline-offset:.2em}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,monospace}
code{font-size:.875em;background:var(--chip);border-radius:.3rem;padding:.05em .3em}
a code{color:inherit}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;z-index:9;background:var(--card);padding:.5rem 1rem}
.bar{position:sticky;top:0;z-index:5;background:var(--bg);border-bottom:1px solid var(--line)}
.bar>div{max-width:96rem;margin:auto;padding:.6rem 1rem;display:flex;gap:.5rem 1.5rem;align-items:center;justify-content:space-between}
.brand{font-weight:650;text-decoration:none;color:var(--text);white-space:nowrap}
.brand small{font-weight:400;color:var(--soft)}
.find{flex:0 1 30rem;position:relative}
.find label{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden;white-space:nowrap}
.find input{width:100%;font:inherit;color:inherit;background:var(--card);border:1px solid var(--soft);border-radius:.6rem;padding:.45rem .8rem}
.page{max-width:96rem;margin:auto;padding:0 1rem 6rem}
main{min-width:0}
h1{font-size:clamp(1.7rem,5vw,2.4rem);line-height:1.15;letter-spacing:-.02em;margin:1.5rem 0 .5rem}
h2{font-size:1.3rem;line-height:1.3;letter-spacing:-.01em;margin:0}
h3{font-size:.8rem;letter-spacing:.06em;text-transform:uppercase;color:var(--soft);margin:1.5rem 0 .35rem}
p{margin:.4rem 0}
.lead{font-size:1.1rem;color:var(--soft);max-width:46rem;margin-bottom:1.5rem}
.say>p,.say>ul:not(.f),.guide p,.guide>ul,.guide dl{max-width:46rem}
h2 a{color:inherit;text-decoration:none}
h2 a::after,.s h3 a::after{content:" #";color:var(--accent);opacity:0}
h2 a:hover::after,h2 a:focus-visible::after,.s h3 a:hover::after{opacity:1}
.op,.s,.guide{border-top:1px solid var(--line);padding:2rem 0}
.s h3{font-size:1.1rem;letter-spacing:0;text-transform:none;margin-top:0}
.s h3 a{color:var(--text);text-decoration:none}
.s:first-of-type{border:0}
.path{font-size:.95rem}
.path code{background:none;padding:0;font-size:1em}
.m{font:700 .75rem/1 ui-monospace,monospace;letter-spacing:.03em;display:inline-block;min-width:4.3em;margin-right:.5em}
.GET{color:var(--get)}.POST{color:var(--post)}.PATCH,.PUT{color:var(--patch)}.DELETE{color:var(--delete)}
.f,.v,.list{list-style:none;margin:0;padding:0}
.f>li{padding:.6rem 0;border-top:1px solid var(--line)}
.f>li:first-child{border:0}
.n{font-weight:650;background:none;padding:0}
.t,.l,.e{color:var(--soft);font-size:.875rem}
.f p,.f ul:not(.f,.v){margin:.15rem 0;font-size:.925rem}
.f .l,.f .e{font-size:.825rem}
.r,.o{font-size:.75rem;font-weight:600;margin-left:.35rem;color:var(--patch)}
.o{color:var(--soft);font-weight:400}
.e code{display:inline-block;margin:.15rem .15rem 0 0}
summary{cursor:pointer;color:var(--accent);font-size:.875rem;padding:.25rem 0}
.w[open]{border-left:2px solid var(--line);padding-left:.85rem;margin-top:.2rem}
.v>li{padding:.5rem 0}
.v>li+li{border-top:1px dashed var(--line)}
.v>li>b{font-size:.925rem}
fieldset{border:0;margin:1.25rem 0 0;padding:0;min-width:0}
legend{float:left;padding:.35rem .75rem .35rem 0;font-size:.8rem;color:var(--soft)}
fieldset label{display:inline-block;padding:.35rem .8rem;font-size:.85rem;border-radius:.5rem;cursor:pointer;color:var(--soft)}
fieldset input{position:absolute;opacity:0}
fieldset :checked+label{background:var(--chip);color:var(--text);font-weight:600}
fieldset :focus-visible+label{outline:2px solid var(--accent);outline-offset:2px}
fieldset .code{clear:both}
.ts,[value=ts]:checked~.sh{display:none}
[value=ts]:checked~.ts{display:block}
.code{position:relative;margin:.4rem 0}
pre{margin:0;background:var(--code);color:var(--ink);border-radius:.75rem;padding:.9rem 1rem;overflow:auto;max-height:26rem;font-size:.8125rem;line-height:1.55;overflow-wrap:normal}
pre code{background:none;padding:0;font-size:1em}
.cp{position:absolute;top:-2.15rem;right:0;font:600 .75rem/1 system-ui,sans-serif;color:var(--soft);background:none;border:1px solid var(--line);border-radius:.4rem;padding:.45rem .6rem;cursor:pointer}
.cp:hover{color:var(--text);border-color:var(--soft)}
.guide>.code:has(.cp){margin-top:2.6rem}
.said{position:fixed;left:50%;bottom:1.25rem;translate:-50%;background:var(--text);color:var(--bg);border-radius:9rem;padding:.5rem 1.1rem;margin:0;font-size:.9rem;z-index:9}
.said:empty{display:none}
nav ul{list-style:none;margin:0;padding:0}
nav a{display:block;padding:.3rem .6rem;border-radius:.5rem;color:var(--text);text-decoration:none;font-size:.9rem}
nav a:hover{background:var(--chip)}
nav [aria-current]{font-weight:650;background:var(--chip)}
nav ul ul{margin:.25rem 0 .5rem .6rem;border-left:1px solid var(--line)}
nav ul ul a{font-size:.825rem;padding:.25rem .6rem;color:var(--soft)}
nav li li a{display:flex;gap:.4rem;align-items:baseline}
nav .m{flex:none;width:4.6em;min-width:0;font-size:.65rem;margin:0}
#hits{margin:.5rem 0 1rem;color:var(--soft)}
#hits:empty{display:none}
#rest:focus{outline:0}
.side{display:none}
.fold{border:1px solid var(--line);border-radius:.75rem;background:var(--card);margin-top:1rem;padding:.4rem .8rem}
.list li{padding:.2rem 0}
.list a{display:block;padding:.25rem 0;text-decoration:none;color:var(--text)}
.list a:hover{color:var(--accent)}
.list code{background:none;padding:0}
.list small{display:block;color:var(--soft)}
.areas{display:grid;gap:1.5rem 2.5rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr))}
.areas h3{font-size:1rem;letter-spacing:0;text-transform:none;margin:.5rem 0 .25rem}
.p{display:grid;gap:.75rem 2rem}
.p dt{margin-top:.9rem}
.p dd{margin:.5rem 0;border-radius:.4rem}
.p dd:target{background:var(--chip);box-shadow:0 0 0 .4rem var(--chip)}
dl.g{margin:.5rem 0}
.g dt{font-weight:600;margin-top:.5rem}
.g dd{margin:0;color:var(--soft)}
@media(min-width:60rem){.page{display:grid;grid-template-columns:16rem minmax(0,1fr);gap:0 2.5rem}.fold{display:none}.side{display:block;position:sticky;top:3.9rem;max-height:calc(100vh - 3.9rem);overflow-y:auto;align-self:start;padding:1.5rem .25rem 3rem 0}}
@media(min-width:80rem){.op{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,32rem);gap:0 2.5rem}.op>h2,.op>.path{grid-column:1/-1}.say>:first-child{margin-top:.4rem}.eg{position:sticky;top:5rem;align-self:start;max-height:calc(100vh - 6rem);overflow-y:auto}fieldset{margin-top:.5rem}.eg pre{max-height:40vh}}
@media print{.bar,.side,.fold{display:none}pre{white-space:pre-wrap;max-height:none}}`;
