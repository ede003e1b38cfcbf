/* New messages join the list without a reload; the open message is left alone. */
let seen = null;
setInterval(async () => {
  if (document.hidden) return;
  try {
    const now = await (await fetch("/pulse.json")).text();
    if (seen !== null && now !== seen) {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      const list = document.getElementById("list"), focused = list.contains(document.activeElement) && document.activeElement.getAttribute("href");
      list.innerHTML = page.getElementById("list").innerHTML;
      if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    }
    seen = now;
  } catch { /* the mailbox is down for a moment; the next look will tell */ }
}, 1500);
