(()=>{const box=document.getElementById("postcode-search"),pane=document.getElementById("postcode-pane");if(!box||!pane)return;
const open=box.querySelector("button"),said=box.querySelector("[role=status]"),service=()=>window.kakao?.Postcode??window.daum?.Postcode;let loading=null;
const load=()=>loading??=new Promise((done,failed)=>{if(service())return done();const s=document.createElement("script");s.onload=()=>service()?done():failed();s.onerror=()=>{s.remove();failed()};s.src=box.dataset.script;document.head.append(s)});
const shut=()=>{pane.hidden=true;pane.replaceChildren();open.setAttribute("aria-expanded","false")};
const put=(name,text)=>{const field=document.getElementById(name);field.value=text;field.dispatchEvent(new Event("input",{bubbles:true}))};
const taken=a=>{const road=a.userSelectedType!=="J",near=road?[/[동로가]$/.test(a.bname)&&a.bname,a.apartment==="Y"&&a.buildingName].filter(Boolean).join(", "):"";
put("postcode",a.zonecode);put("street",(road?a.roadAddress:a.jibunAddress)+(near&&` (${near})`));shut();said.textContent=box.dataset.filled;document.getElementById("detail").focus()};
open.addEventListener("click",async()=>{if(!pane.hidden)return shut();said.textContent="";try{await load();pane.hidden=false;open.setAttribute("aria-expanded","true");new(service())({oncomplete:taken,width:"100%",height:"100%"}).embed(pane,{autoClose:false});pane.focus()}catch{loading=null;shut();said.textContent=box.dataset.failed}});
box.addEventListener("keydown",e=>{if(e.key==="Escape"&&!pane.hidden){shut();open.focus()}});box.hidden=false})()
