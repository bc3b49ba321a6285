(()=>{const k=document.getElementById("knocker"),t=document.getElementById("tap"),h=document.getElementById("heard"),f=document.getElementById("answer");if(!k||!t||!f)return;k.hidden=false;let g=[],last=0,n=0;
const knock=()=>{const now=Math.round(performance.now());if(n)g.push(Math.max(1,now-last));last=now;n++;h.textContent=n;f.value=g.join(" ")};
t.addEventListener("pointerdown",e=>{e.preventDefault();t.focus();knock()});
t.addEventListener("keydown",e=>{if((e.key===" "||e.key==="Enter")&&!e.repeat){e.preventDefault();knock()}});
t.addEventListener("click",e=>{if(e.detail===0&&!e.pointerType)knock()});
document.getElementById("again").addEventListener("click",()=>{g=[];last=0;n=0;h.textContent=0;f.value="";t.focus()})})()
