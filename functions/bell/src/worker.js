// Shows the shop's pushes and opens the page they point to. No page is within its scope.
addEventListener("install", () => skipWaiting());
addEventListener("push", event => {
  let word = {};
  try { word = event.data.json(); } catch { /* A push without a body is shown too: browsers require every push to be shown. */ }
  const path = /^\/[a-z]+$/.test(word.path) ? word.path : "/mailbox";
  const shown = registration.showNotification(word.title || "공간문학", { body: word.body || "", tag: word.tag, lang: word.lang, data: path });
  event.waitUntil(shown);
});
addEventListener("notificationclick", event => {
  event.notification.close();
  const path = event.notification.data;
  event.waitUntil((async () => {
    const open = await clients.matchAll({ type: "window", includeUncontrolled: true });
    const there = open.find(client => new URL(client.url).pathname === path);
    return there ? there.focus() : clients.openWindow(path);
  })());
});
