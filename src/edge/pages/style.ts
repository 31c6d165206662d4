/** The style that all pages for shoppers share. No line of it begins with a space, and none is blank: see `page`. */
export const STYLE = `:root{color-scheme:light dark;--bg:#f5f4f1;--card:#fff;--text:#1d1b26;--soft:#5d5a6b;--line:#e2dfd8;--edge:#8b8798;--accent:#4b45c6}
@media(prefers-color-scheme:dark){:root{--bg:#14131a;--card:#1e1d26;--text:#f0eff5;--soft:#aca9ba;--line:#35333f;--edge:#77748a;--accent:#a8a3ff}}
*{box-sizing:border-box}
body{margin:0;padding:clamp(1rem,6vh,5rem) 1rem 1rem;background:var(--bg);color:var(--text);font:1.0625rem/1.55 system-ui,sans-serif;overflow-wrap:break-word}
main,footer{max-width:35rem;margin:0 auto}
main{background:var(--card);border:1px solid var(--line);border-radius:1.25rem;padding:clamp(1.25rem,5vw,2rem)}
h1,h2,p,ul,ol{margin:0}
h1{font-size:clamp(1.45rem,5.5vw,1.8rem);line-height:1.2;letter-spacing:-.015em;text-wrap:balance}
h2{font-size:1.05rem;margin-top:1.5rem}
h1~p,h1~ul,h1~form{margin-top:.75rem}
h2+p,h2+ul,h2+ol{margin-top:.25rem}
.by{color:var(--soft);font-weight:600;margin-bottom:.4rem}
.soft{color:var(--soft);font-size:.9375rem}
.to,.host{overflow-wrap:anywhere}
.host b,b.to{display:inline-block;max-width:100%}
.host{font-size:clamp(1.25rem,6.2vw,2.1rem);line-height:1.2;letter-spacing:-.02em;color:var(--soft)}
.host b{color:var(--text);font-weight:750}
h1~.ways{display:flex;flex-wrap:wrap;gap:.6rem;margin:1.25rem 0 .25rem}
a{color:var(--accent)}
.ways a,button{display:inline-block;font:inherit;font-weight:600;padding:.55rem 1.25rem;border:1px solid var(--edge);border-radius:9rem;background:none;color:var(--text);text-decoration:none;cursor:pointer;max-width:100%}
.ways .main{background:var(--accent);border-color:var(--accent);color:var(--card)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
details{border-top:1px solid var(--line);margin-top:1rem;padding-top:.75rem}
details+details{margin-top:.75rem}
summary{cursor:pointer;font-weight:600;padding:.25rem 0}
summary h2{display:inline;margin:0}
details>:not(summary){margin-top:.5rem}
ul,ol{padding-left:1.2rem}
label{display:block;margin:.75rem 0}
textarea,select{display:block;width:100%;margin-top:.25rem;font:inherit;padding:.5rem .65rem;border:1px solid var(--edge);border-radius:.6rem;background:var(--bg);color:var(--text)}
input{accent-color:var(--accent);width:1.1rem;height:1.1rem;vertical-align:-.15rem}
footer{padding:.75rem 0;text-align:center}
footer :is(a,button){display:inline-block;border:0;padding:.4rem .55rem;font-size:.875rem;font-weight:400;color:var(--soft);text-decoration:underline}
footer [aria-current]{color:var(--text);font-weight:650;text-decoration:none}`;
