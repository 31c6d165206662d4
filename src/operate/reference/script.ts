import { SEARCH_SCRIPT } from "./search-script.ts";

/**
 * What the reference does in a browser that lets it: searches, copies, and shows all examples in the language that
 * was chosen for one. The choice goes along in the address, and is kept nowhere. No line begins with a space.
 */
export const SCRIPT = `const by=id=>document.getElementById(id),field=by("q"),found=by("found"),hits=by("hits"),rest=by("rest"),said=by("said");
${SEARCH_SCRIPT}
const {index,find}=finderOf(JSON.parse(by("index").textContent));
const make=(tag,text,name)=>{const made=document.createElement(tag);if(text)made.textContent=text;if(name)made.className=name;return made};
const MOST=60;
const show=()=>{
const asked=field.value.trim(),isAsked=asked.length>0;
rest.hidden=isAsked;found.hidden=by("asked").hidden=!isAsked;
if(!isAsked){hits.textContent="";found.replaceChildren();return}
const all=find(asked);
hits.textContent=all.length===0?"Nothing has “"+asked+"”":all.length===1?"1 hit":all.length+" hits"+(all.length>MOST?", the first "+MOST+" of them here":"");
found.replaceChildren(...all.slice(0,MOST).map(({method,title,summary,href,within,says})=>{
const item=make("li"),link=make("a");link.href=href;
if(method)link.append(make("span",method,"m "+method));
link.append(make("code",title)," ",make("small",summary));
for(const [told,some] of [["has ",within],["speaks of ",says]])if(some.length){const note=make("small",told);for(const word of new Set(some))note.append(told==="has "?make("code",word):word," ");link.append(note)}
item.append(link);return item}))};
const clear=()=>{field.value="";show()};
by("find").hidden=false;
const side=document.querySelector(".side"),here=side.querySelector("[aria-current]");
side.scrollTop=Math.max(0,here.offsetTop-side.clientHeight/4);
field.oninput=show;
field.onkeydown=event=>{
if(event.key==="Escape"){clear();field.blur()}
if(event.key==="Enter")found.querySelector("a")?.click()};
if(field.value)show();
document.addEventListener("keydown",event=>{
if(event.key!=="/"||event.ctrlKey||event.metaKey||event.altKey||event.target.matches("input,textarea,select"))return;
event.preventDefault();field.focus();field.select()});
let later;
const say=text=>{said.textContent=text;clearTimeout(later);later=setTimeout(()=>{said.textContent=""},2500)};
const copy=async(text,what)=>{try{await navigator.clipboard.writeText(text);say(what+" copied")}catch{}};
for(const box of document.querySelectorAll(".code")){
const button=make("button","Copy","cp");button.type="button";
button.setAttribute("aria-label","Copy "+box.dataset.what);
button.onclick=()=>copy(box.firstElementChild.textContent,"Example");box.append(button)}
const radios=[...document.querySelectorAll("fieldset input")];
const choose=language=>{for(const radio of radios)radio.checked=radio.value===language};
const TS="?in=typescript";
if(location.search===TS)choose("ts");
document.addEventListener("change",({target})=>{
if(!radios.includes(target))return;
const before=target.parentElement.getBoundingClientRect().top;
choose(target.value);
scrollBy(0,target.parentElement.getBoundingClientRect().top-before);
history.replaceState(null,"",location.pathname+(target.value==="ts"?TS:"")+location.hash)});
document.addEventListener("click",event=>{
const link=event.target.closest("a");
if(!link||link.origin!==location.origin)return;
if(link.pathname.startsWith("/docs"))link.search=location.search===TS?TS:"";
if(found.contains(link))clear();
if(link.matches("h2 a,h3 a"))copy(link.href.replace(TS,""),"Link")})`;
