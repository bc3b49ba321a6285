(()=>{const d=document.getElementById("turning"),s=document.getElementById("says"),p=document.getElementById("poem"),b=document.getElementById("flow");if(!d||!s)return;
setTimeout(()=>{s.textContent=s.dataset.open;d.action=d.dataset.next;d.querySelector("button span").textContent=d.dataset.go},d.dataset.seconds*1000+500);
if(!b||!p||matchMedia("(prefers-reduced-motion:reduce)").matches)return;b.parentNode.hidden=false;let on=false,at=0,y=0;
const stop=()=>{on=false;b.setAttribute("aria-pressed","false")},flow=now=>{if(!on)return;const r=p.getBoundingClientRect();if(r.bottom<innerHeight*.7)return stop();
y+=(now-at)/1000*r.height/p.dataset.seconds;at=now;scrollTo({top:y,behavior:"instant"});requestAnimationFrame(flow)};
b.addEventListener("click",()=>{if(on)return stop();on=true;b.setAttribute("aria-pressed","true");y=scrollY;at=performance.now();requestAnimationFrame(flow)});
for(const e of["wheel","touchmove","keydown"])addEventListener(e,stop,{passive:true})})()
