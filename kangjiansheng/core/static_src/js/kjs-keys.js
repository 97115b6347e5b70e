/* Keys: / search, g then a letter for a section, j k rows, e o d s x and Enter in a row, c and v in the minutes, ? this list.
   Off while a person types, and off for good when switched off in the list. */
(function () {
  const words = window.kjWords || {};
  const sections = { h: 'overview', l: 'labs', p: 'projects', c: 'committee', m: 'mine', t: 'table' };
  let waiting = 0, row = null, rowId = '', answer = '', dialog = null;
  function off() { try { return localStorage.getItem('kj-keys') === 'off'; } catch (e) { return false; } }
  function rows() {
    return Array.from(document.querySelectorAll('main [data-row], main .tb tbody tr, main .qc, main .mc, main .pg, main .att li'))
      .filter(function (r) {
        return r.offsetParent !== null && !r.closest('.fig-t,.grp') && !r.parentElement.closest('[data-row]');
      });
  }
  // A row that was swapped (edited, saved) is found again by its id.
  function current() {
    if (row && !row.isConnected) row = (rowId && document.getElementById(rowId)) || null;
    return row;
  }
  function step(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(current());
    answer = '';
    row = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    rowId = row.id;
    all.forEach(function (r) { r.classList.remove('kj-row'); });
    row.classList.add('kj-row');
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: 'nearest' });
  }
  function press(selector) {
    const at = (current() || document).querySelector(selector);
    if (!at) return false;
    // A key may come before htmx has taken hold of a row that has just arrived: the link would leave the page.
    if (window.htmx) window.htmx.process(at);
    at.click();
    if (at.focus) at.focus();
    return true;
  }
  // An answer in a row that is not open yet: open it, and answer when it has come.
  function say(selector) {
    if (press(selector) || !current() || !row.querySelector('[data-key-edit][hx-get]')) return;
    answer = selector;
    press('[data-key-edit]');
  }
  document.addEventListener('htmx:afterSettle', function () {
    if (!rowId || !current()) return;
    row.classList.add('kj-row');
    // Another row may have settled first: the answer waits for its own.
    if (answer) { if (row.querySelector(answer)) { press(answer); answer = ''; } }
    else if (document.activeElement === document.body) { row.tabIndex = -1; row.focus({ preventScroll: true }); }
  });
  function list() {
    if (dialog && dialog.open) { dialog.close(); return; }
    if (!dialog) {
      dialog = document.createElement('dialog');
      dialog.className = 'keys';
      dialog.setAttribute('aria-labelledby', 'kj-keys-h');
      const h = document.createElement('h2');
      h.id = 'kj-keys-h';
      h.textContent = words.keys;
      const dl = document.createElement('dl');
      const shown = [[['/'], words.k_search]];
      Object.entries(sections).forEach(function (pair) {
        const a = document.querySelector('.nav1 [data-nav="' + pair[1] + '"]');
        if (a) shown.push([['g', pair[0]], a.firstChild.textContent.trim()]);
      });
      shown.push([['j'], words.k_next], [['k'], words.k_prev]);
      // Only what this page answers to.
      [['e', '[data-key-edit]', words.k_edit], ['o', '[data-key-ontrack],input[data-state=ok]', words.k_ontrack],
        ['d', '[data-key-done],input[data-state=done]', words.k_done], ['s', '[data-key-slip],input[data-state=slip]', words.k_slip],
        ['x', '[data-key-select]', words.k_select], ['Enter', '[data-key-open]', words.k_open],
        ['c', '[data-key-comment]', words.k_comment], ['v', '[data-act=diff]', words.k_versions]].forEach(function (one) {
        // A row that fetches its answers when it is asked answers to them, too.
        const fetched = 'ods'.includes(one[0]) && document.querySelector('[data-key-edit][hx-get]');
        if (fetched || document.querySelector(one[1])) shown.push([[one[0]], one[2]]);
      });
      shown.push([['Esc'], words.k_close], [['?'], words.k_list]);
      shown.forEach(function (pair) {
        const dt = document.createElement('dt'), dd = document.createElement('dd');
        pair[0].forEach(function (k) { const kbd = document.createElement('kbd'); kbd.textContent = k; dt.append(kbd); });
        dd.textContent = pair[1];
        dl.append(dt, dd);
      });
      const bar = document.createElement('div');
      bar.className = 'row-x';
      const close = document.createElement('button');
      close.className = 'btn btn-primary';
      close.textContent = words.close;
      close.addEventListener('click', function () { dialog.close(); });
      const toggle = document.createElement('button');
      toggle.className = 'btn btn-text';
      toggle.textContent = off() ? words.keys_on : words.keys_off;
      toggle.addEventListener('click', function () {
        try { if (off()) localStorage.removeItem('kj-keys'); else localStorage.setItem('kj-keys', 'off'); } catch (e) { /* not kept */ }
        toggle.textContent = off() ? words.keys_on : words.keys_off;
      });
      bar.append(close, toggle);
      dialog.append(h, dl, bar);
      document.body.append(dialog);
    }
    dialog.showModal();
  }
  document.addEventListener('click', function (event) {
    if (event.target.closest('[data-act=keys]')) list();
  });
  document.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    const field = event.target.closest('input,textarea,select,[contenteditable=true]');
    if (field && !field.matches('input[type=radio],input[type=checkbox]')) {
      if (event.key === 'Escape') {
        const cancel = field.closest('tr,form') && field.closest('tr,form').querySelector('[data-cancel]');
        if (cancel) cancel.click(); else field.blur();
      }
      return;
    }
    if (off() || (dialog && dialog.open)) return;
    if (waiting && Date.now() - waiting < 1200) {
      waiting = 0;
      const a = document.querySelector('.nav1 [data-nav="' + sections[event.key] + '"]');
      if (a) { event.preventDefault(); location.assign(a.href); return; }
    }
    switch (event.key) {
      case '/': { const q = document.getElementById('hq'); if (q) { event.preventDefault(); q.focus(); q.select(); } break; }
      case 'g': waiting = Date.now(); break;
      case 'j': step(1); break;
      case 'k': step(-1); break;
      case 'e': if (press('[data-key-edit]')) event.preventDefault(); break;
      case 'o': say('[data-key-ontrack],input[data-state=ok]'); break;
      case 'd': say('[data-key-done],input[data-state=done]'); break;
      case 's': say('[data-key-slip],input[data-state=slip]'); break;
      case 'x': if (current() && row.querySelector('[data-key-select]')) { press('[data-key-select]'); row.focus({ preventScroll: true }); } break;
      case 'Enter': if (current() && event.target === row && press('[data-key-open]')) event.preventDefault(); break;
      case 'Escape': if (current() && row.querySelector('[data-cancel]')) press('[data-cancel]'); break;
      case 'c': if (press('[data-key-comment]')) event.preventDefault(); break;
      case 'v': press('[data-act=diff]'); break;
      case '?': event.preventDefault(); list(); break;
    }
  });
})();
