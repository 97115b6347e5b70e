/* The search field of the header suggests while one types; arrows move among suggestions and among results. */
(function () {
  const field = document.getElementById('hq'), box = document.getElementById('hs');
  let at = -1;
  function options() { return box ? Array.from(box.querySelectorAll('[role=option]')) : []; }
  function mark(next) {
    const all = options();
    at = all.length ? (next + all.length + 1) % (all.length + 1) : all.length;
    if (at === all.length) at = -1;
    all.forEach(function (o, n) { o.setAttribute('aria-selected', String(n === at)); });
    if (at < 0) { field.removeAttribute('aria-activedescendant'); return; }
    field.setAttribute('aria-activedescendant', all[at].id);
    all[at].scrollIntoView({ block: 'nearest' });
  }
  function show(on) {
    box.hidden = !on;
    field.setAttribute('aria-expanded', String(on && options().length > 0));
    if (!on) { at = -1; field.removeAttribute('aria-activedescendant'); }
  }
  if (field && box) {
    box.addEventListener('htmx:afterSwap', function () {
      at = -1;
      field.removeAttribute('aria-activedescendant');
      show(document.activeElement === field && box.childElementCount > 0);
    });
    field.addEventListener('focus', function () { if (box.childElementCount) show(true); });
    field.addEventListener('input', function () { if (!field.value.trim()) show(false); });
    field.form.addEventListener('focusout', function (event) {
      if (!field.form.contains(event.relatedTarget)) show(false);
    });
    // A click must not take the focus away before the link is followed.
    box.addEventListener('mousedown', function (event) { event.preventDefault(); });
    field.addEventListener('keydown', function (event) {
      if (event.isComposing || box.hidden) return;
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        mark(event.key === 'ArrowDown' ? at + 1 : at < 0 ? options().length - 1 : at - 1);
      } else if (event.key === 'Enter' && at >= 0) {
        event.preventDefault();
        location.assign(options()[at].querySelector('a').href);
      } else if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        show(false);
      }
    });
  }
  // On the page of results: from the field down to the first hit, then on; up from the first one back to the field.
  const page = document.getElementById('sq');
  document.addEventListener('keydown', function (event) {
    if (!page || !['ArrowDown', 'ArrowUp'].includes(event.key) || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const links = Array.from(document.querySelectorAll('[data-hit]>a.t')), here = links.indexOf(document.activeElement);
    if (!links.length || (here < 0 && document.activeElement !== page)) return;
    const next = here + (event.key === 'ArrowDown' ? 1 : -1);
    if (next >= links.length || (here < 0 && next < 0)) return;
    event.preventDefault();
    (next < 0 ? page : links[next]).focus();
  });
})();
