(()=>{const f=document.getElementById("pushing");if(!f)return;const e=f.elements,b=f.querySelector("button:not([type])"),w=document.getElementById("by-push");
const say=n=>{for(const p of f.querySelectorAll("[data-when]"))p.hidden=p.dataset.when!==n};
const back=n=>{say(n);b.disabled=false;const m=document.getElementById("way-mailbox");if(m)m.checked=true};
if(!isSecureContext||!("serviceWorker"in navigator)||!("PushManager"in window)||!("Notification"in window))return say("never");
if(Notification.permission==="denied")return say("denied");
w.hidden=false;
const awake=r=>r.active?r:new Promise((ok,no)=>{const s=r.installing||r.waiting;s.addEventListener("statechange",()=>{if(s.state==="activated")ok(r);else if(s.state==="redundant")no()})});
const subscribe=async r=>{const o={userVisibleOnly:true,applicationServerKey:f.dataset.key};try{return await r.pushManager.subscribe(o)}catch(x){const old=await r.pushManager.getSubscription();if(!old)throw x;await old.unsubscribe();return r.pushManager.subscribe(o)}};
f.addEventListener("submit",async ev=>{if(e.way.value!=="push")return;ev.preventDefault();b.disabled=true;say("asking");
try{if(await Notification.requestPermission()!=="granted")return back("denied");
const s=(await subscribe(await awake(await navigator.serviceWorker.register("/bell/worker.js",{scope:"/bell/"})))).toJSON();
e.endpoint.value=s.endpoint;e.p256dh.value=s.keys.p256dh;e.auth.value=s.keys.auth;f.submit()}catch{back("failed")}});
addEventListener("pageshow",()=>{b.disabled=false})})()
