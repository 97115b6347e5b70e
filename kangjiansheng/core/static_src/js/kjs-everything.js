/* Lists with rows to tick: how many, all of the page, a stretch with Shift; and forms that show what an answer needs.
   Without it everything is there and works by sending the form. */
(function () {
  const form = document.querySelector('form[data-bulk]');
  function boxes() {
    return Array.from(document.querySelectorAll('input[name=row][form=bulk]'))
      .filter(function (box) { return box.offsetParent !== null; });
  }
  if (form) {
    const count = form.querySelector('[data-tick-count]');
    const every = form.querySelector('input[name=every]');
    const all = document.querySelector('[data-tick-all]');
    let last = null, shift = false;
    const show = function () {
      const ticked = boxes().filter(function (box) { return box.checked; }).length;
      form.classList.toggle('on', ticked > 0 || every.checked);
      count.textContent = count.dataset.words.replace('{n}', ticked);
      if (all) {
        all.checked = ticked > 0 && ticked === boxes().length;
        all.indeterminate = ticked > 0 && !all.checked;
      }
    };
    document.addEventListener('click', function (event) { shift = event.shiftKey; }, true);
    document.addEventListener('change', function (event) {
      const box = event.target;
      if (box === all) boxes().forEach(function (one) { one.checked = all.checked; });
      if (box.matches('input[name=row][form=bulk]')) {
        const found = boxes();
        if (shift && last && found.includes(last)) {
          const ends = [found.indexOf(last), found.indexOf(box)].sort(function (a, b) { return a - b; });
          found.slice(ends[0], ends[1] + 1).forEach(function (one) { one.checked = box.checked; });
        }
        last = box;
      }
      show();
    });
    document.body.addEventListener('htmx:afterSettle', show);
    addEventListener('pageshow', show);
    show();
  }
  document.addEventListener('change', function (event) {
    const at = event.target.closest('.bulk-f');
    if (at && event.target.name === 'act') at.dataset.card = event.target.value;
  });
})();
