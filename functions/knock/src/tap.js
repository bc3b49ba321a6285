(()=>{const $=id=>document.getElementById(id),k=$("knocker"),t=$("tap"),f=$("answer");if(!k||!t||!f)return;
const d=document.querySelector("main>.drawing");if(d)t.prepend(d);k.hidden=false;
const ms=document.createElement("input");ms.type="hidden";f.after(ms);
let g=[],last=0,n=0,held=false,off=0,audio;
const sound=(at=0)=>{try{if(!audio&&navigator.userActivation?.hasBeenActive===false)return;audio??=new AudioContext;const o=audio.createOscillator(),v=audio.createGain(),s=audio.currentTime+at;o.type="triangle";o.frequency.setValueAtTime(190,s);o.frequency.exponentialRampToValueAtTime(70,s+.09);v.gain.setValueAtTime(.5,s);v.gain.exponentialRampToValueAtTime(.001,s+.13);o.connect(v).connect(audio.destination);o.start(s);o.stop(s+.14)}catch{}};
const move=()=>{t.classList.remove("down");void t.offsetWidth;t.classList.add("down")};
const show=()=>{const m=(Math.min(...g)+Math.max(...g))/2,even=Math.max(...g)<Math.min(...g)*1.6;f.value=g.map(x=>!even&&x>m?"—":"·").join("")+(n?"·":"");
ms.value=g.join(" ");const own=n>1;ms.name=own?"answer":"";f.name=own?"":"answer";$("heard").textContent=n;$("none").hidden=n>0;$("some").hidden=!n};
const knock=()=>{const now=Math.round(performance.now());if(n)g.push(Math.max(1,now-last));last=now;n++;sound();move();show()};
const press=e=>{e.preventDefault();clearTimeout(off);held=true;knock()},release=()=>{clearTimeout(off);off=setTimeout(()=>held=false,80)};
t.addEventListener("pointerdown",e=>{if(e.button===0&&e.isPrimary){t.focus({preventScroll:true});press(e)}});
t.addEventListener("keydown",e=>{if(e.key!==" "&&e.key!=="Enter")return;if(e.repeat)e.preventDefault();else press(e)});
t.addEventListener("keyup",e=>{if(e.key===" "||e.key==="Enter"){e.preventDefault();release()}});
for(const up of["pointerup","pointercancel","blur"])addEventListener(up,release);
t.addEventListener("click",()=>{if(!held)knock()});
f.addEventListener("input",()=>{ms.name="";f.name="answer"});
$("again").addEventListener("click",()=>{g=[];last=0;n=0;show();t.focus()});
const x=document.querySelector(".aside")?.textContent.match(/[·—]{2,}(?: +[·—]{2,})+/),l=$("listen");
if(x&&l&&"AudioContext"in window){$("listening").hidden=false;l.addEventListener("click",()=>{let at=.05;for(const c of x[0]){if(c===" ")continue;sound(at);setTimeout(move,at*1000);at+=c==="—"?.84:.28}})}})()