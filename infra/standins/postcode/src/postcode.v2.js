// The stand-in's version of Kakao's postcode.v2.js: the same calls, as far as the shop makes them.
(() => {
  const home = new URL(document.currentScript.src).origin;

  class Postcode {
    constructor(options) {
      if (typeof options?.oncomplete !== "function") {
        throw new Error("oncomplete is required.");
      }
      this.options = options;
    }

    embed(element) {
      const frame = document.createElement("iframe");
      frame.src = `${home}/search`;
      frame.title = "우편번호 검색";
      const heard = (event) => {
        if (event.origin !== home || event.source !== frame.contentWindow) return;
        removeEventListener("message", heard);
        this.options.oncomplete(event.data);
        this.options.onclose?.("COMPLETE_CLOSE");
      };
      addEventListener("message", heard);
      element.replaceChildren(frame);
    }
  }

  window.kakao = { ...window.kakao, Postcode };
  window.daum = { ...window.daum, Postcode };
})();
