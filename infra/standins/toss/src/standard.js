// The stand-in's version of https://js.tosspayments.com/v2/standard: the same calls, by redirects only.
(() => {
  const home = new URL(document.currentScript.src).origin;

  const go = (clientKey, customerKey, amount, method, request) => {
    const { orderId, orderName, successUrl, failUrl } = request;
    if (!successUrl || !failUrl) {
      return Promise.reject(Object.assign(
        new Error("This stand-in works by redirects: successUrl and failUrl are required."), { code: "INVALID_PARAMETERS" }));
    }
    const query = new URLSearchParams({
      method, amount: String(amount.value), orderId, orderName, customerKey, clientKey,
      successUrl: new URL(successUrl, location.href).href,
      failUrl: new URL(failUrl, location.href).href,
    });
    if (request.taxFreeAmount !== undefined) {
      query.set("taxFreeAmount", String(request.taxFreeAmount));
    }
    if (request.virtualAccount?.validHours) {
      query.set("validHours", String(request.virtualAccount.validHours));
    }
    (request.windowTarget === "self" || window.top === window ? window : window.top).location.assign(`${home}/window?${query}`);
    return new Promise(() => {});
  };

  const inWon = (amount) => {
    if (amount?.currency !== "KRW" || !Number.isSafeInteger(amount.value) || amount.value < 1) {
      throw Object.assign(new Error("amount must be {currency: \"KRW\", value: a whole number of won}."), { code: "INVALID_PARAMETERS" });
    }
    return amount;
  };

  const show = (selector, text) => {
    const place = document.querySelector(selector);
    if (!place) {
      throw Object.assign(new Error(`No element matches ${selector}.`), { code: "INVALID_SELECTOR" });
    }
    const line = document.createElement("p");
    line.textContent = text;
    place.replaceChildren(line);
    return Promise.resolve({ on() {}, destroy() { line.remove(); return Promise.resolve(); } });
  };

  const TossPayments = (clientKey) => ({
    payment: ({ customerKey }) => ({
      requestPayment: async (request) => go(clientKey, customerKey, inWon(request.amount), request.method, request),
    }),
    widgets: ({ customerKey }) => {
      let amount;
      const set = () => {
        if (!amount) {
          throw Object.assign(new Error("Call setAmount first."), { code: "AMOUNT_NOT_SET" });
        }
        return amount;
      };
      return {
        setAmount: async (value) => { amount = inWon(value); },
        renderPaymentMethods: async ({ selector }) => (set(), show(selector, "연습용 결제 수단은 다음 화면에서 고릅니다. · You choose the payment method on the next page (practice).")),
        renderAgreement: async ({ selector }) => (set(), show(selector, "연습용이므로 약관이 없습니다. · Practice: there are no terms to accept.")),
        requestPayment: async (request) => go(clientKey, customerKey, set(), "CARD", request),
      };
    },
  });
  TossPayments.ANONYMOUS = "ANONYMOUS";
  window.TossPayments = TossPayments;
})();
