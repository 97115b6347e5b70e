/* The three answers about a milestone: what saving would do to the later ones, and words that survive a lost
   connection. Pages work without it. */
(function () {
  const words = window.kjWords;
  const fields = ['choice', 'quick', 'date', 'actual', 'reason', 'note', 'follow'];

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

  // ---------- what was asked for and is given now is no longer asked for ----------
  document.addEventListener('change', function (event) {
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
  });

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
    const values = typed(form);
    delete values.reason;
    delete values.note;
    const asked = new URLSearchParams(values).toString();
    form.kjAsked = asked;
    fetch(form.dataset.effect + '?' + asked, { headers: { 'HX-Request': 'true' } })
      .then(function (answer) { return answer.ok ? answer.text() : ''; })
      .then(function (text) { if (form.kjAsked === asked) put(into, text); })
      .catch(function () { into.textContent = ''; });
  }
  document.addEventListener('change', function (event) {
    const form = event.target.form;
    if (form && form.dataset.effect && !/^(note|reason)$/.test(event.target.name)) ask(form);
  });

  // ---------- kept in this browser until the server has it: then the milestone has another version ----------
  let store = null;
  try { store = localStorage; } catch (e) { /* private window: nothing is kept */ }
  function key(form) { return 'kj-card:' + form.getAttribute('action'); }
  function version(form) { return form.elements.version.value; }
  function keep(event) {
    const form = event.target.form;
    if (!store || !form || !form.dataset.effect) return;
    try { store.setItem(key(form), JSON.stringify({ version: version(form), values: typed(form) })); } catch (e) { /* full */ }
  }
  document.addEventListener('input', keep);
  document.addEventListener('change', keep);

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
    if (kept.version !== version(form)) { store.removeItem(key(form)); return; }
    if (form.querySelector('.fe,.conf') || !kept.values.choice) return;
    fill(form, kept.values);
    say(form, words.draft);
  }
  document.querySelectorAll('form[data-effect]').forEach(restore);

  // ---------- without a connection a save waits for it ----------
  addEventListener('submit', function (event) {
    const form = event.target;
    if (!form.dataset || !form.dataset.effect || navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say(form, words.offline);
    const button = event.submitter;
    addEventListener('online', function () { form.requestSubmit(button || undefined); }, { once: true });
  }, true);
})();
