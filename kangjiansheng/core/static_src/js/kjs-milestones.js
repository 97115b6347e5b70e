/* The three answers about a milestone: what saving would do to the later ones, and words that survive a lost
   connection. Pages work without it. */
(function () {
  const words = window.kjWords;
  const fields = ['choice', 'quick', 'date', 'actual', 'reason', 'note', 'follow', 'obstacle'];

  function typed(form) {
    const values = {};
    const data = new FormData(form);
    fields.forEach(function (name) { if (data.get(name)) values[name] = data.get(name); });
    return values;
  }

  // ---------- a date that was typed is not that of a chip ----------
  document.addEventListener('change', function (event) {
    const date = event.target;
    if (date.name !== 'date' || !date.form) return;
    date.form.querySelectorAll('[name=quick]:checked').forEach(function (chip) {
      if (chip.dataset.date !== date.value) chip.checked = false;
    });
  });

  // ---------- what was asked for and is given now is no longer asked for: while it is typed, lest the button that is
  // pressed next moves away under the finger ----------
  function answered(event) {
    const given = event.target, form = given.form;
    if (!form || !form.dataset.effect || !given.value) return;
    const name = given.name === 'quick' ? 'date' : given.name;
    form.querySelectorAll('.fe[id^="' + name + '-"]').forEach(function (said) {
      form.querySelectorAll('[aria-describedby="' + said.id + '"]').forEach(function (at) {
        at.removeAttribute('aria-invalid');
        at.removeAttribute('aria-describedby');
        at.classList.remove('is-bad');
      });
      said.remove();
    });
  }
  document.addEventListener('input', answered);
  document.addEventListener('change', answered);

  // ---------- asked anew whenever the form changes; who chooses within it goes on from there ----------
  function put(into, text) {
    const open = into.querySelector('details[open]');
    const at = into.contains(document.activeElement) && document.activeElement.name === 'follow';
    into.innerHTML = text;
    if (open && into.querySelector('details')) into.querySelector('details').open = true;
    if (at) { const chosen = into.querySelector('[name=follow]:checked'); if (chosen) chosen.focus({ preventScroll: true }); }
  }
  function ask(form) {
    const into = form.querySelector('[data-effect-into]');
    if (!navigator.onLine) { into.textContent = ''; return; }
    const values = typed(form);
    if (values.choice === 'blocked') { form.kjAsked = into.textContent = ''; return; } // its date stays
    delete values.reason;
    delete values.note;
    const asked = new URLSearchParams(values).toString();
    form.kjAsked = asked;
    fetch(form.dataset.effect + '?' + asked, { headers: { 'HX-Request': 'true' } })
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : ''; })
      .then(function (text) { if (form.kjAsked === asked) put(into, text); })
      .catch(function () { into.textContent = ''; });
  }
  document.addEventListener('change', function (event) {
    const form = event.target.form;
    if (form && form.dataset.effect && !/^(note|reason)$/.test(event.target.name)) ask(form);
  });

  // ---------- kept in this browser, for its person, until the server has it: then the milestone has another version ----------
  let store = null;
  try { store = localStorage; } catch (e) { /* private window: nothing is kept */ }
  function key(form) { return 'kj-card:' + (document.body.dataset.me || '') + ':' + form.getAttribute('action'); }
  // What blocks a milestone is written down beside it and leaves its version: it counts here all the same.
  function version(form) { return form.elements.version.value + (form.dataset.stops ? '/' + form.dataset.stops : ''); }
  function keep(form) {
    if (!store || !form || !form.dataset.effect) return;
    const button = waiting.get(form), files = form.querySelector('input[type=file]');
    const kept = { version: version(form), values: typed(form), waits: waiting.has(form) && !(files && files.value) }; // a file is in this page alone
    if (button && button.name) kept.values[button.name] = button.value;
    try { store.setItem(key(form), JSON.stringify(kept)); } catch (e) { /* full */ }
  }
  ['input', 'change'].forEach(function (name) {
    document.addEventListener(name, function (event) { keep(event.target.form); });
  });

  function say(form, text) {
    let at = form.querySelector('.kept');
    if (!at) {
      at = document.createElement('p');
      at.className = 'kept sm';
      at.setAttribute('role', 'status');
      form.append(at);
    }
    at.textContent = text;
  }
  function fill(form, values) {
    Object.keys(values).forEach(function (name) {
      form.querySelectorAll('[name="' + name + '"]').forEach(function (f) {
        if (f.type === 'submit') return;
        if (f.type === 'radio') f.checked = f.value === values[name];
        else f.value = values[name];
      });
    });
    const chosen = form.querySelector('[name=choice]:checked');
    if (chosen) chosen.dispatchEvent(new Event('change', { bubbles: true }));
  }
  function restore(form) {
    const was = store && store.getItem(key(form));
    if (!was) return;
    const kept = JSON.parse(was);
    if (form.querySelector('.fe,.conf') || !kept.values.choice) return;
    const button = form.querySelector('button[name=choice][value="' + kept.values.choice + '"]');
    const newer = kept.version !== version(form);
    if (newer && !kept.waits) { store.removeItem(key(form)); return; }
    fill(form, kept.values);
    if (kept.waits && !newer) { wait(form, button); return; }
    keep(form);
    say(form, newer ? words.card_older : words.draft);
  }

  // ---------- without a connection a save waits for it; of one milestone the last answer counts ----------
  const waiting = new Map(); // the forms that wait → the button that was pressed
  function wait(form, button) {
    waiting.set(form, button);
    keep(form);
    say(form, words.offline);
  }
  // In turn, and only the last as its page would: that one leads to another page, on which the others would be lost.
  // What is refused stays in its card.
  let sending = false;
  async function send() {
    if (sending || !navigator.onLine) return;
    sending = true;
    for (const form of [...waiting.keys()]) {
      if (!waiting.has(form)) continue;
      const button = waiting.get(form), last = waiting.size === 1;
      if (last || form.hasAttribute('hx-post')) {
        waiting.delete(form);
        keep(form);
        form.requestSubmit(button || undefined);
      } else if (!await sent(form, button)) break;
    }
    sending = false;
    if (waiting.size) setTimeout(send, 10000);
  }
  // Whether the server has answered, whatever it said.
  async function sent(form, button) {
    const data = new FormData(form);
    if (button && button.name) data.set(button.name, button.value);
    let answer;
    try {
      answer = await fetch(form.action, { method: 'POST', body: data, redirect: 'manual' });
    } catch (e) { return false; }
    if (answer.type !== 'opaqueredirect' && (answer.status >= 500 || [401, 408, 429].includes(answer.status))) {
      return answer.status === 401 && waiting.delete(form); // the next asks for the sign-in, and this one waits in the browser
    }
    waiting.delete(form);
    if (answer.type === 'opaqueredirect') store && store.removeItem(key(form));
    else keep(form);
    return true;
  }
  addEventListener('online', send);
  addEventListener('submit', function (event) {
    const form = event.target;
    if (!form.dataset || !form.dataset.effect || navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    wait(form, event.submitter);
  }, true);
  // Who thinks again before it was sent has not answered yet.
  document.addEventListener('change', function (event) {
    const form = event.target.form;
    if (event.target.name !== 'choice' || !waiting.delete(form)) return;
    keep(form);
    form.querySelector('.kept').remove();
  });

  document.querySelectorAll('form[data-effect]').forEach(restore);
  send();
})();
