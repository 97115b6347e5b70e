/* A list whose rows are put into another order: dragged, moved by the arrow keys, or by the buttons. The places are
   fields of one form, so that the same list works without a script; nothing is saved before the form is sent. */
(function () {
  const list = document.querySelector('[data-order]');
  if (!list) return;
  const form = document.getElementById(list.dataset.order);
  const box = document.querySelector('[data-hours]');
  const said = document.querySelector('[data-said]');
  let dragged = null;

  function rows() { return Array.from(list.children); }
  function minutes(row) { return parseInt(row.querySelector('[data-minutes]').value, 10) || 0; }
  function instant(text) {
    if (!text) return null;
    const parts = text.split(':');
    return Number(parts[0]) * 60 + Number(parts[1]);
  }
  function clock(at) {
    const of = ((at % 1440) + 1440) % 1440;
    return String(Math.floor(of / 60)).padStart(2, '0') + ':' + String(of % 60).padStart(2, '0');
  }
  function put(selector, text) {
    const found = box.querySelector(selector);
    if (found) found.textContent = text;
  }

  // ---------- places, hours and sums, as they would be when saved ----------
  function renew() {
    const starts = instant(list.dataset.starts);
    const ends = instant(list.dataset.ends);
    const besides = Number(list.dataset.besides);
    const kinds = {};
    let at = starts;
    rows().forEach(function (row, index) {
      row.querySelector('[name^="at-"]').value = index + 1;
      row.querySelector('[data-at]').textContent = at === null ? '' : clock(at);
      const kind = row.querySelector('[data-minutes]').dataset.kind;
      kinds[kind] = (kinds[kind] || 0) + minutes(row);
      if (at !== null) at += minutes(row);
    });
    const total = besides + Object.values(kinds).reduce(function (a, b) { return a + b; }, 0);
    box.querySelectorAll('[data-of]').forEach(function (part) {
      part.textContent = part.dataset.word.replace('{n}', kinds[part.dataset.of] || 0);
    });
    put('[data-total]', box.dataset.sum.replace('{n}', total));
    if (starts === null) return;
    put('[data-end]', box.dataset.fits.replace('{end}', clock(starts + total)));
    if (ends === null) return;
    const over = starts + total - ends;
    put('[data-late] b', box.dataset.over.replace('{n}', over));
    put('[data-early]', box.dataset.spare.replace('{n}', -over));
    box.querySelector('[data-late]').hidden = over <= 0;
    box.querySelector('[data-early]').hidden = over >= 0;
  }
  function changed() {
    renew();
    document.querySelector('[data-unsaved]').hidden = false;
  }
  function move(row, by) {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (by < 0) list.insertBefore(row, other); else list.insertBefore(other, row);
    changed();
    said.textContent = row.dataset.name + ' ' + said.dataset.place.replace('{n}', rows().indexOf(row) + 1);
  }

  // ---------- by keys and buttons ----------
  list.addEventListener('keydown', function (event) {
    const grip = event.target.closest('[data-grip]');
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!grip || !by) return;
    event.preventDefault();
    move(grip.closest('li'), by);
    grip.focus();
  });
  list.addEventListener('click', function (event) {
    const button = event.target.closest('button[name=move]');
    if (!button) return;
    event.preventDefault();
    move(button.closest('li'), button.value.endsWith(':-1') ? -1 : 1);
    button.focus();
  });
  list.addEventListener('input', function (event) {
    if (event.target.matches('[data-minutes]')) changed();
  });

  // ---------- by dragging ----------
  rows().forEach(function (row) { row.querySelector('[data-grip]').draggable = true; });
  list.addEventListener('dragstart', function (event) {
    const grip = event.target.closest && event.target.closest('[data-grip]');
    if (!grip) return;
    dragged = grip.closest('li');
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', dragged.dataset.name);
    event.dataTransfer.setDragImage(dragged, 8, 8);
    dragged.classList.add('moving');
  });
  list.addEventListener('dragover', function (event) {
    const row = event.target.closest('li');
    if (!dragged || !row) return;
    event.preventDefault();
    if (row === dragged) return;
    const middle = row.getBoundingClientRect().top + row.offsetHeight / 2;
    list.insertBefore(dragged, event.clientY < middle ? row : row.nextElementSibling);
  });
  list.addEventListener('drop', function (event) { if (dragged) event.preventDefault(); });
  list.addEventListener('dragend', function () {
    if (!dragged) return;
    dragged.classList.remove('moving');
    dragged = null;
    changed();
  });
  if (form.querySelector('.conf')) renew();
})();
