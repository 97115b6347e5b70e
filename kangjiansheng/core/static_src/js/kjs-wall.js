/* The screen on the wall reads itself anew. What stands there is exchanged as a whole, in places that do not move; while
   somebody marks words on it nothing is exchanged. Nobody scrolls there: a row for which there is no room is left out
   and counted. Without a connection it says of when the figures are, and once the session is over it shows none. */
(function () {
  function place() { return document.getElementById('wall'); }
  function say(text, late) {
    const at = place().querySelector('[data-read]');
    if (!at) return;
    at.textContent = text;
    at.classList.toggle('wl-lost', late);
  }
  function fit() {
    for (const section of place().querySelectorAll('.wl-g section')) {
      const rows = [...section.querySelectorAll('li')];
      const more = section.querySelector('.wl-more');
      let shown = rows.length;
      for (const row of rows) row.hidden = false;
      const count = function () {
        const left = more.dataset.total - shown;
        more.hidden = !left;
        more.textContent = more.textContent.replace(/\d+/, left);
      };
      for (count(); shown && section.scrollHeight > section.clientHeight; count()) rows[--shown].hidden = true;
    }
  }
  function over() {
    const text = place().dataset.over;
    const link = Object.assign(document.createElement('a'), { href: location.href, textContent: text });
    const line = document.createElement('p');
    line.className = 'answer';
    line.append(link);
    place().replaceChildren(line);
  }
  function read() {
    if (String(getSelection())) return wait();
    // A redirect leads to the sign-in page: it is not followed.
    fetch(location.href, { redirect: 'manual', cache: 'no-store' }).then(function (answer) {
      if (answer.type === 'opaqueredirect' || answer.status === 401) return over();
      if (!answer.ok) throw new Error(answer.status);
      return answer.text().then(function (text) {
        const found = new DOMParser().parseFromString(text, 'text/html').getElementById('wall');
        if (found) { place().replaceWith(found); fit(); }
        wait();
      });
    }).catch(function () { say(place().dataset.lost, true); wait(); });
  }
  function wait() { setTimeout(read, Number(place().dataset.wall) * 1000); }
  window.kjWall = read;
  addEventListener('resize', fit);
  document.fonts.ready.then(fit);
  wait();
})();
