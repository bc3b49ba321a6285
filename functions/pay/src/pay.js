(()=>{const f=document.getElementById("paying"),t=document.getElementById("trouble");if(!f||typeof TossPayments!=="function")return;
f.addEventListener("submit",async e=>{e.preventDefault();t.hidden=true;const v=Object.fromEntries(new FormData(f));
try{await TossPayments(v.clientKey).payment({customerKey:v.customerKey}).requestPayment({method:v.method,amount:{currency:"KRW",value:Number(v.amount)},taxFreeAmount:Number(v.taxFreeAmount),orderId:v.orderId,orderName:v.orderName,successUrl:v.successUrl,failUrl:v.failUrl,windowTarget:"self",...(v.method==="VIRTUAL_ACCOUNT"?{virtualAccount:{validHours:Number(v.validHours),useEscrow:false}}:{card:{useEscrow:false,flowMode:"DEFAULT"}})})}
catch(x){if(x&&x.code==="USER_CANCEL")return;t.hidden=false}})})()
