/* The page that presents a meeting: the clock runs on, and the arrow keys change the item. Without this the page
   works the same, with the time as it was when it was opened. */
(function () {
  // The clock of this machine may be wrong: only its pace is used.
  const began = performance.now();
  let box = null, offset = 0;
  function two(n) { return (n < 10 ? '0' : '') + n; }
  function shown(seconds) {
    const h = Math.floor(seconds / 3600), m = Math.floor(seconds % 3600 / 60), s = seconds % 60;
    return h ? h + ':' + two(m) + ':' + two(s) : m + ':' + two(s);
  }
  function take() {
    const found = document.querySelector('[data-opened]');
    if (found === box) return;
    box = found;
    if (box) offset = Date.parse(box.dataset.now) - Date.parse(box.dataset.opened) - (performance.now() - began);
  }
  function tick() {
    take();
    if (!box) return;
    const spent = Math.max(0, Math.floor((performance.now() - began + offset) / 1000));
    const more = spent - Number(box.dataset.planned) * 60;
    box.querySelector('[data-clock]').textContent = shown(spent);
    box.classList.toggle('over', more > 0);
    const over = box.querySelector('[data-over]');
    over.hidden = more <= 0;
    if (more > 0) box.querySelector('[data-more]').textContent = shown(more);
  }
  tick();
  setInterval(tick, 1000);
  document.addEventListener('keydown', function (e) {
    if (e.ctrlKey || e.metaKey || e.altKey || e.shiftKey) return;
    if (e.target.closest && e.target.closest('input,textarea,select,[contenteditable],dialog')) return;
    const way = { ArrowLeft: 'prev', ArrowRight: 'next', PageUp: 'prev', PageDown: 'next' }[e.key];
    const link = way && document.querySelector('[data-present=' + way + ']');
    if (link) { e.preventDefault(); link.click(); }
  });
})();
