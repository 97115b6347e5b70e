/* Behaviour over pages that work without it: theme, menus, toasts, forms, margins of the minutes.
   Words come from #kj-words, so that every language has one catalogue. */
(function () {
  const root = document.documentElement;
  const wordsAt = document.getElementById('kj-words');
  const words = wordsAt ? JSON.parse(wordsAt.textContent) : {};
  const phone = matchMedia('(max-width:767px)');
  window.kjWords = words;
  // Words that wait in this browser are theirs who typed them: another person on the same device does not get them.
  window.kjDraft = 'kj-draft:' + (document.body.dataset.me || '') + ':';

  // ---------- clicks ----------
  const acts = {
    theme(button) {
      window.kjTheme(button.dataset.v || (root.dataset.bsTheme === 'dark' ? 'light' : 'dark'));
      document.querySelectorAll('[data-act=theme][data-v]').forEach(function (b) {
        b.setAttribute('aria-pressed', String(b.dataset.v === root.dataset.theme));
      });
    },
    show(button) {
      const field = document.getElementById(button.getAttribute('aria-controls'));
      const hidden = field.type === 'password';
      field.type = hidden ? 'text' : 'password';
      button.textContent = hidden ? words.hide : words.show;
      field.focus();
    },
    copy(button) {
      // Where the browser has no clipboard to give (an address without TLS), the selected text is copied in the old way.
      const field = document.getElementById(button.getAttribute('aria-controls'));
      const text = button.dataset.v || field.value;
      function old() {
        field.focus();
        field.select();
        return document.execCommand('copy') ? Promise.resolve() : Promise.reject(new Error('not copied'));
      }
      (navigator.clipboard ? navigator.clipboard.writeText(text).catch(old) : old())
        .then(function () { window.kjToast(button.dataset.done); }, function () { field.select(); });
    },
    fill(button) {
      // Demonstration sign-ins only: writes the address and leaves the rest to the person.
      const field = document.getElementById(button.getAttribute('aria-controls'));
      field.value = button.dataset.v;
      const next = document.querySelector('input[type=password]');
      if (next && button.dataset.p) next.value = button.dataset.p;
      (next || field).focus();
    },
    table(link, event) {
      event.preventDefault();
      const at = document.getElementById(link.getAttribute('aria-controls'));
      const open = at.classList.toggle('open');
      link.setAttribute('aria-expanded', String(open));
      if (open) at.focus();
    },
    diff() {
      const on = document.body.classList.toggle('diff-on');
      document.querySelectorAll('[data-act=diff]').forEach(function (b) { b.setAttribute('aria-pressed', String(on)); });
      margins();
    },
    print() { window.print(); },
    choose(link, event) {
      // A bar at the foot of a phone leads to the form with this opinion chosen; without a script the address does.
      const option = document.querySelector('#sign input[name=meaning][value="' + link.dataset.v + '"]');
      if (!option) return;
      event.preventDefault();
      option.checked = true;
      option.focus({ preventScroll: true });
      document.getElementById('sign').scrollIntoView();
    },
    press(button) {
      button.parentElement.querySelectorAll('[aria-pressed]').forEach(function (b) {
        b.setAttribute('aria-pressed', String(b === button));
      });
    },
    state(button) {
      const card = button.closest('[data-card]');
      card.dataset.card = button.dataset.v;
      card.querySelectorAll('[data-act=state]').forEach(function (b) { b.setAttribute('aria-pressed', String(b === button)); });
    },
    'first-field'(link, event) {
      // 「再改一改」: back to the first field of the form; what was typed is still there.
      const form = link.closest('form');
      const first = form && form.querySelector('input:not([type=hidden]),select,textarea');
      if (first && link.hash === '#main') { event.preventDefault(); first.focus(); }
    },
    font(button) {
      // Reader's size of the minutes: 16, 18 or 21.
      document.body.dataset.reader = button.dataset.v;
      acts.press(button);
      try { localStorage.setItem('kj-reader', button.dataset.v); } catch (e) { /* private window: not kept */ }
      margins();
    },
  };
  document.addEventListener('click', function (event) {
    const at = event.target.closest('[data-act]');
    if (at && acts[at.dataset.act]) acts[at.dataset.act](at, event);
    document.querySelectorAll('details.menu[open]').forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  // On paper nothing is folded: older browsers cannot be told so by a style.
  addEventListener('beforeprint', function () {
    document.querySelectorAll('.cm-long:not([open])').forEach(function (long) { long.open = long.dataset.printed = true; });
  });
  addEventListener('afterprint', function () {
    document.querySelectorAll('.cm-long[data-printed]').forEach(function (long) { long.open = false; delete long.dataset.printed; });
  });
  document.addEventListener('keydown', function (event) {
    if (event.key !== 'Escape') return;
    document.querySelectorAll('details.menu[open]').forEach(function (menu) {
      menu.open = false;
      menu.querySelector('summary').focus();
    });
  });
  // A radio of the three options opens what "will slip" needs; without a script everything is open.
  function card(input) {
    const at = input.closest('[data-card]');
    if (at && input.checked) at.dataset.card = input.dataset.state || input.value;
  }
  document.addEventListener('change', function (event) {
    const input = event.target;
    if (input.matches('[data-card] input[type=radio]') && input.closest('.opts')) card(input);
    const form = input.form;
    if (form && form.matches('form[data-auto]') && input.matches('select')) form.requestSubmit();
    // A chip that says "in two weeks" fills the date beside it.
    if (input.dataset.date && input.dataset.into) {
      const into = document.getElementById(input.dataset.into);
      if (into) { into.value = input.dataset.date; into.dispatchEvent(new Event('change', { bubbles: true })); }
    }
  });

  // A page that only passes something on sends itself; without a script its button does.
  const onward = document.querySelector('form[data-onward]');
  if (onward) onward.submit();

  // ---------- toast: eight seconds, pauses under the pointer or focus ----------
  function toast(at) {
    let left = 8000, since = Date.now(), timer;
    function stop() { clearTimeout(timer); left -= Date.now() - since; }
    function go() { since = Date.now(); timer = setTimeout(function () { at.remove(); }, Math.max(left, 800)); }
    ['mouseenter', 'focusin'].forEach(function (e) { at.addEventListener(e, stop); });
    ['mouseleave', 'focusout'].forEach(function (e) { at.addEventListener(e, go); });
    at.dataset.seen = '1';
    go();
    // A screen reader tells what changes in a page, not what it came with: the words are told once the page is there.
    const said = document.getElementById('said');
    if (!said) return;
    said.textContent = '';
    setTimeout(function () { said.textContent = at.querySelector('span').textContent; }, 250);
  }

  window.kjToast = function (text) {
    const at = document.createElement('div');
    at.className = 'toast-k';
    at.dataset.toast = '';
    at.append(Object.assign(document.createElement('span'), { textContent: text }));
    document.getElementById('toast').replaceChildren(at);
    toast(at);
  };

  // ---------- forms ----------
  // The answer to a form is left and read again like any page; Back would else end on a warning of the browser.
  if (document.body.dataset.readAt) history.replaceState(null, '', document.body.dataset.readAt);

  function key() {
    return crypto.randomUUID ? crypto.randomUUID()
      : Array.from(crypto.getRandomValues(new Uint8Array(16)), function (b) { return b.toString(16).padStart(2, '0'); }).join('');
  }
  function busy(form, submitter) {
    const pressed = submitter && submitter.matches('.vh') ? form.querySelector('button.btn-primary') : submitter;
    const button = pressed || form.querySelector('button[type=submit],button:not([type])');
    form.dataset.sent = '1';
    form.kjTimers = [
      setTimeout(function () {
        if (!button) return;
        button.kjWords = [...button.childNodes];
        button.setAttribute('aria-busy', 'true');
        if (button.classList.contains('btn')) button.textContent = words.saving;
      }, 300),
      setTimeout(function () { say(form, words.slow); }, 8000),
      // A request that never answers must not lock the form for good.
      setTimeout(function () { free(form); }, 30000),
    ];
    form.kjButton = button;
  }
  function free(form) {
    (form.kjTimers || []).forEach(clearTimeout);
    delete form.dataset.sent;
    const button = form.kjButton;
    if (button && button.getAttribute('aria-busy')) {
      button.removeAttribute('aria-busy');
      button.replaceChildren(...button.kjWords);
    }
    form.querySelectorAll('.slow').forEach(function (p) { p.remove(); });
  }
  function say(form, text) {
    let p = form.querySelector('.slow');
    if (!p) {
      p = document.createElement('p');
      p.className = 'slow';
      p.setAttribute('role', 'status');
      form.append(p);
    }
    p.textContent = text;
  }
  function once(form) {
    // The same press sent twice is one act: the server knows it by this key.
    let input = form.querySelector('input[name=idempotency_key]');
    if (!input) {
      input = document.createElement('input');
      input.type = 'hidden';
      input.name = 'idempotency_key';
      form.append(input);
    }
    if (!input.value) input.value = key();
    keepMarks(form);
  }
  // A page to which one goes back is made anew, with other marks: the marks of what was written and sent from it count
  // again, so that the same words saved once more are known for what they are.
  const MARKS = 'input[name=once],input[name=idempotency_key]';
  function placeOf(form) { return 'kj-once:' + location.pathname + location.search + ' ' + (form.getAttribute('action') || ''); }
  function keepMarks(form) {
    if (!form.querySelector('input[type=text],input:not([type]),textarea')) return; // a mere button may be pressed anew
    const told = {};
    form.querySelectorAll(MARKS).forEach(function (f) { told[f.name] = f.value; });
    try { sessionStorage.setItem(placeOf(form), JSON.stringify(told)); } catch (e) { /* then it counts again */ }
  }
  function marksAgain(form) {
    let told = null;
    try { told = JSON.parse(sessionStorage.getItem(placeOf(form))); } catch (e) { return; }
    if (!told || !told.once || !form.querySelector('input[name=once]')) return;
    form.querySelector('input[name=once]').value = told.once;
    const own = document.createElement('input');
    own.type = 'hidden';
    own.name = 'idempotency_key';
    own.value = told.idempotency_key;
    form.append(own);
  }
  const came = performance.getEntriesByType('navigation')[0];
  if (came && came.type === 'back_forward') document.querySelectorAll('form[method=post]').forEach(marksAgain);
  document.addEventListener('submit', function (event) {
    const form = event.target;
    if (form.method !== 'post' && !form.hasAttribute('hx-post')) return;
    if (form.dataset.sent) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    once(form);
    busy(form, event.submitter);
    form.dataset.clean = '1';
    if (!form.hasAttribute('hx-post')) keepBeside(form);
  }, true);
  addEventListener('pageshow', function (event) {
    if (event.persisted) document.querySelectorAll('form[data-sent]').forEach(free);
  });

  // One form sent, the page comes anew: what was typed into the others goes along and is put back there.
  const BESIDE = 'kj-beside';
  function others() { return Array.from(document.querySelectorAll('form[method=post]:not([data-draft])')); }
  function typedIn(form) {
    return Array.from(form.querySelectorAll('textarea,select,input:not([type]),input:is([type=text],[type=number],[type=date],[type=time])'))
      .filter(function (f) { return f.name && f.autocomplete !== 'one-time-code'; });
  }
  // Several forms may lead to one address: their first fields differ.
  function placeBeside(form) { return (form.getAttribute('action') || '').split('#')[0] + ' ' + (typedIn(form)[0] || {}).id; }
  function keepBeside(sent) {
    const kept = {};
    others().forEach(function (form) {
      const fields = typedIn(form);
      if (form === sent || !fields.some(function (f) { return f.value.trim() && f.defaultValue !== undefined && f.value !== f.defaultValue; })) return;
      kept[placeBeside(form)] = Object.fromEntries(fields.map(function (f) { return [f.name, f.value]; }));
    });
    try { sessionStorage.setItem(BESIDE, JSON.stringify(kept)); } catch (e) { /* not kept */ }
  }
  function besideAgain() {
    let kept;
    try { kept = JSON.parse(sessionStorage.getItem(BESIDE)); sessionStorage.removeItem(BESIDE); } catch (e) { return; }
    others().forEach(function (form) {
      const told = (kept || {})[placeBeside(form)] || {};
      const differs = typedIn(form).filter(function (f) { return f.name in told && f.value !== told[f.name]; });
      if (!differs.length) return;
      const folded = form.closest('details');
      if (folded) folded.open = true;
      restored(form, differs.map(function (f) { return [f, told[f.name]]; }), function () {});
    });
  }

  // Unsaved words of long forms stay in this browser until they are saved: <form data-draft="minutes-12" data-version="7">.
  function drafts(scope) {
    scope.querySelectorAll('form[data-draft]').forEach(function (form) {
      if (form.dataset.draftOn) return;
      form.dataset.draftOn = '1';
      const name = window.kjDraft + form.dataset.draft;
      const keep = 'input:not([type=hidden]):not([type=password]):not([type=file]),textarea,select';
      let store;
      try { store = localStorage; } catch (e) { return; }
      const was = store.getItem(name);
      if (form.hasAttribute('data-draft-saved')) { store.removeItem(name); return; }
      if (was) {
        const kept = JSON.parse(was);
        const differs = Array.from(form.querySelectorAll(keep)).filter(function (f) {
          return f.name in kept.values && f.type !== 'radio' && f.type !== 'checkbox' && f.value !== kept.values[f.name];
        });
        const offered = differs.length && !form.querySelector('.form-errs,.conf');
        if (offered && kept.version !== (form.dataset.version || '')) older(form, kept, differs, store, name);
        else if (offered) {
          restored(form, differs.map(function (f) { return [f, kept.values[f.name]]; }), function () { store.removeItem(name); });
        } else if (!differs.length) store.removeItem(name);
      }
      form.addEventListener('input', function () {
        const values = {};
        form.querySelectorAll(keep).forEach(function (f) { if (f.name && f.type !== 'radio' && f.type !== 'checkbox') values[f.name] = f.value; });
        delete form.dataset.clean;
        try { store.setItem(name, JSON.stringify({ version: form.dataset.version || '', at: form.dataset.at || form.getAttribute('action'), values: values })); } catch (e) { /* full: the page still holds the words */ }
      });
      form.addEventListener('submit', function () { sessionStorage.setItem('kj-sent', name); });
    });
  }
  // Words that were typed before are put into their fields, with a line that says so and takes them out again.
  function restored(form, pairs, forget) {
    const old = pairs.map(function (p) { return [p[0], p[0].value]; });
    fill(pairs);
    const note = document.createElement('div');
    note.className = 'note draft-note';
    note.setAttribute('role', 'status');
    const text = document.createElement('span');
    text.textContent = words.draft + ' ';
    const drop = document.createElement('button');
    drop.type = 'button';
    drop.className = 'btn-l';
    drop.textContent = words.discard;
    drop.addEventListener('click', function () {
      fill(old);
      forget();
      note.remove();
    });
    text.append(drop);
    note.append(document.createElement('span'), text);
    form.prepend(note);
  }
  // Fields with their words; a preview beside them shows the same.
  function fill(pairs) {
    pairs.forEach(function (p) {
      const f = p[0];
      f.value = p[1];
      if (f.getAttribute('hx-post')) window.htmx.ajax('POST', f.getAttribute('hx-post'), { source: f, target: f.getAttribute('hx-target'), swap: f.getAttribute('hx-swap') });
    });
  }
  // Somebody saved after these words were typed: both versions are shown, and neither is put in unasked.
  function older(form, kept, differs, store, name) {
    const note = document.createElement('div');
    note.className = 'conf draft-note';
    note.setAttribute('role', 'status');
    const head = document.createElement('p');
    head.textContent = words.draft_older;
    note.append(head);
    differs.forEach(function (f, i) {
      const box = document.createElement('div'), label = document.createElement('label'), text = document.createElement('textarea');
      const title = form.querySelector('label[for="' + f.id + '"]');
      box.className = 'fld';
      label.className = 'lbl';
      label.htmlFor = text.id = 'kj-older-' + i;
      label.textContent = words.draft_mine + (title ? ' · ' + title.textContent : '');
      text.className = 'form-control';
      text.readOnly = true;
      text.rows = 4;
      text.value = kept.values[f.name];
      box.append(label, text);
      note.append(box);
    });
    const bar = document.createElement('div');
    bar.className = 'row-x wrap-x';
    [[words.draft_use, 'btn btn-line', function () {
      fill(differs.map(function (f) { return [f, kept.values[f.name]]; }));
      note.remove();
    }], [words.discard, 'btn btn-text', function () { store.removeItem(name); note.remove(); }]].forEach(function (one) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = one[1];
      button.textContent = one[0];
      button.addEventListener('click', one[2]);
      bar.append(button);
    });
    note.append(bar);
    form.prepend(note);
  }
  // A saved form leads to another page; the draft goes when that page is not the form again.
  function clearSent() {
    let name;
    try { name = sessionStorage.getItem('kj-sent'); } catch (e) { return; }
    if (!name) return;
    sessionStorage.removeItem('kj-sent');
    if (!document.querySelector('.form-errs,.conf,.err,[data-kept]')) localStorage.removeItem(name);
  }

  // ---------- comments in the margin: lift overlaps ----------
  function margins() {
    const cards = document.querySelectorAll('.mg .cm');
    if (!cards.length) return;
    let low = -1e9;
    cards.forEach(function (c) {
      c.style.marginTop = '0px';
      if (phone.matches) return;
      const top = c.getBoundingClientRect().top + scrollY;
      const down = Math.max(low + 8 - top, 0);
      if (down) c.style.marginTop = down + 'px';
      // The line of a card below its paragraph would end at another one.
      c.classList.toggle('far', c.getBoundingClientRect().top + 21 > c.closest('.pg').getBoundingClientRect().bottom);
      low = c.getBoundingClientRect().bottom + scrollY;
    });
  }

  // ---------- whatever has just arrived on the page ----------
  function dress(scope) {
    scope.querySelectorAll('[data-toast]:not([data-seen])').forEach(toast);
    scope.querySelectorAll('form[method=post]').forEach(function (f) { f.noValidate = true; });
    scope.querySelectorAll('[data-card] .opts input[type=radio]:checked').forEach(card);
    drafts(scope);
    margins();
    const bad = scope.querySelector('[data-first-bad]');
    const first = scope.querySelector('[aria-invalid=true]');
    const focus = scope.querySelector('[data-focus]');
    if (focus) focus.focus();
    else if (first) {
      (first.matches('fieldset') ? first.querySelector('input') || first : first).focus();
      first.scrollIntoView({ block: 'center' });
    }
    else if (bad) { bad.tabIndex = -1; bad.focus(); }
  }
  try {
    const size = localStorage.getItem('kj-reader');
    if (size) {
      document.body.dataset.reader = size;
      const b = document.querySelector('[data-act=font][data-v="' + size + '"]');
      if (b) acts.press(b);
    }
  } catch (e) { /* private window */ }
  clearSent();
  dress(document);
  besideAgain();
  addEventListener('load', margins);
  addEventListener('resize', margins);

  // ---------- htmx ----------
  document.body.addEventListener('htmx:afterSettle', function (event) {
    dress(event.detail.elt.isConnected ? event.detail.elt : document);
    document.querySelectorAll('[data-toast]:not([data-seen])').forEach(toast);
    if (window.kjDraw) window.kjDraw();
  });
  document.body.addEventListener('htmx:afterRequest', function (event) {
    const form = event.detail.elt.closest('form');
    if (form) free(form);
  });
  ['htmx:sendError', 'htmx:responseError', 'htmx:timeout'].forEach(function (name) {
    document.body.addEventListener(name, function (event) {
      const form = event.detail.elt.closest('form'), ended = event.detail.xhr && event.detail.xhr.status === 401;
      if (!form) { if (ended && (event.detail.requestConfig.triggeringEvent || {}).type === 'click') location.reload(); return; }
      free(form);
      // The session has ended: the whole page asks for the sign-in and keeps what was typed.
      if (ended && form.action && form.method === 'post') HTMLFormElement.prototype.submit.call(form);
      else say(form, words.failed);
    });
  });
})();
