(()=>{const s=document.getElementById("sharing"),b=document.getElementById("share"),l=document.getElementById("link");if(!s||!b||!l)return;
l.addEventListener("focus",()=>l.select());document.getElementById("sharable").hidden=false;
b.addEventListener("click",()=>{const p=new Image;p.onload=()=>{const c=document.createElement("canvas");c.width=1080;c.height=1350;c.getContext("2d").drawImage(p,0,0,1080,1350);
c.toBlob(async blob=>{const file=new File([blob],"gonggan-munhak-poem.png",{type:"image/png"});
if(navigator.canShare&&navigator.canShare({files:[file]})){try{await navigator.share({files:[file],url:l.value})}catch{}return}
const a=document.createElement("a");a.href=URL.createObjectURL(blob);a.download=file.name;a.click();setTimeout(()=>URL.revokeObjectURL(a.href),9e3)},"image/png")};p.src=s.dataset.picture})})()