/* Reading a draft: words chosen in a paragraph go into a comment, and an @ offers the names of those who may read it.
   Without this script both are typed. */
(function () {
  const words = window.kjWords || {};
  const speakers = {}; // by the address that tells them: those who may read one paragraph

  // ---------- a selection in one paragraph ----------
  const offer = document.createElement('button');
  offer.type = 'button';
  offer.className = 'btn btn-primary cm-sel';
  offer.textContent = words.quote || '';
  offer.hidden = true;
  document.body.append(offer);
  let chosen = null;

  function choose() {
    const selection = document.getSelection();
    chosen = null;
    offer.hidden = true;
    if (!selection || selection.isCollapsed || !selection.rangeCount) return;
    const range = selection.getRangeAt(0);
    const from = range.startContainer.parentElement && range.startContainer.parentElement.closest('[data-words]');
    if (!from || !from.contains(range.endContainer)) return;
    const text = range.toString();
    if (!text.trim() || text.length > 2000) return;
    const before = document.createRange();
    before.selectNodeContents(from);
    before.setEnd(range.startContainer, range.startOffset);
    chosen = { paragraph: from.closest('.pg'), text: text.trim(), at: before.toString().length + text.length - text.trimStart().length };
    const box = range.getBoundingClientRect();
    offer.hidden = false;
    offer.style.top = (box.bottom + scrollY + 8) + 'px';
    offer.style.left = Math.max(8, Math.min(box.left + scrollX, document.documentElement.clientWidth - offer.offsetWidth - 8)) + 'px';
  }
  let timer;
  document.addEventListener('selectionchange', function () { clearTimeout(timer); timer = setTimeout(choose, 150); });
  offer.addEventListener('mousedown', function (event) { event.preventDefault(); });
  offer.addEventListener('click', function () {
    if (!chosen) return;
    const box = chosen.paragraph.querySelector('details.cm-add');
    const form = box.querySelector('form.cm-f');
    box.open = true;
    form.elements.quote.value = chosen.text;
    form.elements.quote_at.value = String(chosen.at);
    offer.hidden = true;
    document.getSelection().removeAllRanges();
    form.elements.text.focus();
  });
  // Words that were typed over are another quote: where they lie is then for the server to find.
  document.addEventListener('input', function (event) {
    if (event.target.matches('.cm-f [name=quote]')) event.target.form.elements.quote_at.value = '';
  });

  // ---------- names after an @ ----------
  const list = document.createElement('ul');
  list.className = 'cm-at';
  list.id = 'cm-at';
  list.setAttribute('role', 'listbox');
  list.hidden = true;
  let field = null, start = 0, now = 0;

  function close() {
    list.hidden = true;
    if (field) { field.removeAttribute('aria-activedescendant'); field.removeAttribute('aria-controls'); }
    field = null;
  }
  function light(n) {
    now = (n + list.children.length) % list.children.length;
    Array.from(list.children).forEach(function (li, i) { li.setAttribute('aria-selected', String(i === now)); });
    field.setAttribute('aria-activedescendant', list.children[now].id);
  }
  function put(name) {
    const end = field.selectionStart;
    field.setRangeText('@' + name + ' ', start, end, 'end');
    field.focus();
    close();
  }
  function show(here, names) {
    const typed = /[@＠]([^\s@＠]{0,20})$/.exec(here.value.slice(0, here.selectionStart));
    const fit = names.filter(function (name) { return typed && name.toLowerCase().includes(typed[1].toLowerCase()); });
    if (!fit.length || document.activeElement !== here) { close(); return; }
    field = here;
    start = here.selectionStart - typed[0].length;
    list.replaceChildren.apply(list, fit.map(function (name, i) {
      const li = document.createElement('li');
      li.id = 'cm-at-' + i;
      li.setAttribute('role', 'option');
      li.textContent = name;
      li.addEventListener('mousedown', function (press) { press.preventDefault(); put(name); });
      return li;
    }));
    here.after(list);
    here.setAttribute('aria-controls', 'cm-at');
    list.hidden = false;
    light(0);
  }
  document.addEventListener('input', function (event) {
    const here = event.target;
    if (!here.matches('.cm-f textarea[name=text]')) return;
    const from = here.form.dataset.speak;
    if (!/[@＠][^\s@＠]{0,20}$/.test(here.value.slice(0, here.selectionStart))) { close(); return; }
    if (!speakers[from]) {
      speakers[from] = fetch(from, { headers: { Accept: 'application/json' } })
        .then(function (answer) { return answer.ok ? answer.json() : []; })
        .catch(function () { delete speakers[from]; return []; });
    }
    speakers[from].then(function (names) { show(here, names); });
  });
  document.addEventListener('keydown', function (event) {
    if (!field || list.hidden || event.target !== field) return;
    if (event.key === 'ArrowDown') light(now + 1);
    else if (event.key === 'ArrowUp') light(now - 1);
    else if (event.key === 'Enter' || event.key === 'Tab') put(list.children[now].textContent);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
  });
  document.addEventListener('focusout', function (event) { if (event.target === field) setTimeout(close, 100); });
})();
