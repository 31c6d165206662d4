/**
 * How the reference is searched, as text of its script. `finderOf(data)` takes what `searchIndexOf` made and gives
 * `index`, all that can be found, and `find(asked)`: what has the words that were asked, in whichever order, singular
 * or plural, or by another name for the same; the best first. What is a word of the path or the title counts more than
 * one of a field, and that more than one of what is told. No line begins with a space.
 */
export const SEARCH_SCRIPT = `const ANOTHER_NAME=[
"creator influencer affiliate partner","code coupon voucher promo","store shop merchant","contact customer shopper person",
"delete remove erase forget revoke retire unblock end","create add make new draft register enter give post","change edit update set put patch rename",
"read show see get view","list all","pay payment payout paid","iban bank account","key token","period month book","lock close",
"host domain site","report statistic stat analytics numbers","again retry replay resend repeat","bonus extra","refuse reject decline deny",
"conversion goal","webhook hook notification","archive old","export download csv","import upload put","audit log history trail","portal invite invitation","erase gdpr privacy","abuse spam phishing fraud","qr barcode",
"why explanation reason","sale revenue turnover","phone telephone","secret signature"].map(line=>line.split(" "));
const IDLE=new Set("a about all an and any are as be by can do does for from have how i in is it its me my no of on one or our out short such that the their them to up we what when where which who will with you your".split(" "));
const stem=word=>word.length<4?word:word.replace(/ies$/,"y").replace(/(?<=x|ch|sh|ss)es$|(?<![sui])s$/,"").replace(/(?<=.{4})(?:ing|ed)$/,"").replace(/(?<=.{3})e$/,"");
const partsOf=text=>text.replace(/([a-z0-9])([A-Z])/g,"$1 $2").toLowerCase().match(/[a-z0-9]+/g)??[];
const others=new Map();
for(const names of ANOTHER_NAME)for(const name of names)others.set(stem(name),[...others.get(stem(name))??[],...names.filter(other=>other!==name).map(stem)]);
const finderOf=({words,areas,entries})=>{
const anchorOf=text=>text.toLowerCase().replace(/[^a-z0-9]+/g,"-").replace(/^-|-$/g,"");
const stems=words.map(word=>partsOf(word).map(stem));
const index=entries.map(([kind,title,told,area,has,says])=>{
const [place,name]=areas[area]??[],isProblem=area<0,method=isProblem||!kind?"":kind;
const summary=isProblem?"Problem "+kind+": "+told:method?told:"Schema in "+name;
const href=isProblem?"/docs#problem-"+title:"/docs/"+place+"#"+(method?anchorOf(method+" "+title):"schema-"+title);
const text=(method+" "+title+" "+summary).toLowerCase();
return{method,title,summary,href,text,own:new Set(partsOf(method+" "+title+" "+(method||isProblem?told:"")).map(stem)),area:new Set(partsOf(name??"").map(stem)),has,says}});
const fit=(part,name)=>part===name?1:name.length>1&&part.startsWith(name)?.6:0;
const best=(parts,name)=>{let most=0;for(const part of parts)most=Math.max(most,fit(part,name));return most};
const bestWord=(places,name)=>{let most=0,at=-1;for(const place of places){const one=best(stems[place],name);if(one>most){most=one;at=place}}return[most,at]};
const worth=(entry,{name,raw,names})=>{
let most=0,word,isTold=false;
const take=(points,at,told)=>{if(points>most){most=points;word=at===undefined?undefined:words[at];isTold=told}};
for(const each of [name,...names]){
const share=each===name?1:.7;
take(10*share*best(entry.own,each));
take(4*share*best(entry.area,each));
const [has,hasAt]=bestWord(entry.has,each);
take(4*share*has,hasAt,false);
const [says,saysAt]=bestWord(entry.says,each);
take(2*share*says,saysAt,true)}
if(raw.length>2&&entry.text.includes(raw))take(3);
if(most===0&&raw.length>2){const at=entry.has.find(at=>words[at].toLowerCase().includes(raw));if(at!==undefined)take(1,at,false)}
return{most,word,isTold}};
const find=asked=>{
const all=asked.toLowerCase().split(/[\\s?!,;:"“”]+/).filter(Boolean).map(raw=>raw.replace(/['’]s$|\\.$/,"")),busy=all.filter(raw=>!IDLE.has(raw)),name=all.join(" ");
const terms=(busy.length?busy:all).flatMap(raw=>{
const inner=/[\\/_{}-]/.test(raw)?[raw]:partsOf(raw);
return inner.map(part=>({raw:part,name:stem(part),names:others.get(stem(part))??[]}))});
if(terms.length===0)return[];
const worths=terms.map(term=>index.map(entry=>worth(entry,term)));
const telling=worths.map(row=>Math.log(1+index.length/(1+row.filter(({most})=>most>=3).length)));
const found=index.flatMap((entry,at)=>{
const all=worths.map(row=>row[at]),met=all.filter(({most})=>most>0);
if(met.length===0||met.length*2<terms.length)return[];
const whole=entry.title.toLowerCase(),isIt=whole===name||(entry.method+" "+whole).toLowerCase()===name;
const points=(all.reduce((sum,{most},term)=>sum+most*telling[term],0)+9*met.filter(({most})=>most>=6).length/entry.own.size)*(met.length/terms.length)**2*(entry.method?1:.7)+(isIt?1000:0);
const wordsOf=told=>met.filter(({word,isTold})=>word&&isTold===told).map(({word})=>word);
return[{...entry,at,points,within:wordsOf(false),says:wordsOf(true)}]}).sort((a,b)=>b.points-a.points||a.at-b.at);
return found.filter(({points})=>points>=Math.min(found[0].points,100)/4)};
return{index,find}};`;
