(()=>{const f=document.getElementById("writing"),s=document.getElementById("kept");if(!f||!s)return;
const here=location.pathname,mine="draft"+here;let timer=0,dirty=false,busy=false,sent=false;
const typed=()=>{const b=new URLSearchParams;for(const e of f.elements)if(e.name&&/^(text|textarea|radio)$/.test(e.type)&&(e.type!=="radio"||e.checked))b.append(e.name,e.value);return b};
const body=()=>{const b=typed();b.set("keep","quietly");return b},later=ms=>{clearTimeout(timer);timer=setTimeout(keep,ms)};
const keep=()=>{if(!dirty||busy||sent)return;dirty=false;busy=true;
fetch(here,{method:"POST",body:body()}).then(r=>r.status,()=>0).then(status=>{busy=false;if(sent)return;const late=status<200||status>499;
s.textContent=status===204?s.dataset.saved:status===413||status===422?s.dataset.long:s.dataset.failed;dirty=dirty||late;if(dirty)later(late?9000:900)})};
f.addEventListener("input",e=>{if(e.target.type!=="checkbox"){dirty=true;later(900)}});
f.addEventListener("submit",()=>{sent=true;clearTimeout(timer)});
addEventListener("pagehide",()=>{if(sent||!(dirty||busy))return;navigator.sendBeacon(here,body());try{sessionStorage.setItem(mine,Date.now()+" "+typed())}catch{}});
document.addEventListener("visibilitychange",()=>{if(document.hidden)keep()});
addEventListener("pageshow",e=>{sent=false;try{const[at,text]=(sessionStorage.getItem(mine)||"").split(" ");sessionStorage.removeItem(mine);
if(e.persisted||!(Date.now()-at<6e4))return;for(const[name,value]of new URLSearchParams(text)){const x=f.elements[name];if(x)x.value=value}dirty=true;keep()}catch{}})})()
