(()=>{const k=document.getElementById("knocker"),t=document.getElementById("tap"),h=document.getElementById("heard"),f=document.getElementById("answer");if(!k||!t||!f)return;k.hidden=false;let g=[],last=0,n=0,held=false,off=0;
const knock=()=>{const now=Math.round(performance.now());if(n)g.push(Math.max(1,now-last));last=now;n++;h.textContent=n;f.value=g.join(" ")};
const press=e=>{e.preventDefault();clearTimeout(off);held=true;knock()},release=()=>{clearTimeout(off);off=setTimeout(()=>held=false,80)};
t.addEventListener("pointerdown",e=>{if(e.button===0&&e.isPrimary){t.focus();press(e)}});
t.addEventListener("keydown",e=>{if(e.key!==" "&&e.key!=="Enter")return;if(e.repeat)e.preventDefault();else press(e)});
t.addEventListener("keyup",e=>{if(e.key===" "||e.key==="Enter"){e.preventDefault();release()}});
for(const up of["pointerup","pointercancel","blur"])addEventListener(up,release);
t.addEventListener("click",()=>{if(!held)knock()});
document.getElementById("again").addEventListener("click",()=>{g=[];last=0;n=0;h.textContent=0;f.value="";t.focus()})})()
