/* A text is saved while its writer writes on, and once more on leaving: <form data-autosave> with [data-saved] for the
   words. Where somebody else saved first it stops, and the words stay in this browser until the form is sent; pages that
   pass the whole text on say which are still here only: <div data-held="/the/address/of/its/parts/" hidden> with [data-held-list].
   Pages work without it. */
(function () {
  document.querySelectorAll('form[data-autosave]').forEach(function (form) {
    const state = form.querySelector('[data-saved]'), text = form.querySelector('textarea');
    let timer = null, pending = null, stopped = false, sent = text.defaultValue, typed = false;

    function say(name, more) { state.textContent = state.dataset[name] + (more ? ' ' + more : ''); }
    function unsaved() { return typed && !stopped && text.value !== sent && Boolean(text.value.trim()); }

    function save() {
      clearTimeout(timer);
      if (pending || !unsaved()) return pending;
      const words = text.value;
      say('saving');
      // A request that outlives its page carries at most 64 KiB.
      const outlives = words.length < 20000;
      pending = fetch(form.action, { method: 'POST', body: new FormData(form), headers: { Accept: 'application/json' }, keepalive: outlives })
        .then(function (answer) { return answer.json().then(function (told) { return [answer, told]; }); })
        .then(function (got) {
          if (!got[0].ok) { stopped = true; say(got[1].conflict ? 'conflict' : 'refused'); return; }
          sent = words;
          form.elements.version.value = form.dataset.version = got[1].version;
          document.querySelectorAll('input[name=version]').forEach(function (f) { f.value = got[1].version; });
          say('done', got[1].at);
          if (text.value === words) try { localStorage.removeItem(window.kjDraft + form.dataset.draft); } catch (e) { /* not kept */ }
          else timer = setTimeout(save, 3000);
        })
        .catch(function () { say('failed'); timer = setTimeout(save, 10000); })
        .finally(function () { pending = null; });
      return pending;
    }

    form.addEventListener('input', function () { typed = true; clearTimeout(timer); timer = setTimeout(save, 3000); });
    form.addEventListener('submit', function () { clearTimeout(timer); stopped = true; });
    addEventListener('pagehide', save);
    document.addEventListener('visibilitychange', function () { if (document.hidden) save(); });
    // The page to which a link leads shows the text: it is asked for once that is saved, or cannot be.
    document.addEventListener('click', function (event) {
      const link = event.target.closest('a[href]');
      if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || link.target || !unsaved()) return;
      event.preventDefault();
      const late = new Promise(function (go) { setTimeout(go, 5000); });
      Promise.race([Promise.resolve(pending).then(save), late]).then(function () { location.assign(link.href); });
    });
  });

  // ---------- words that only this browser has ----------
  const box = document.querySelector('[data-held]');

  function kept() {
    try {
      return Object.keys(localStorage).filter(function (name) { return name.startsWith(window.kjDraft); })
        .map(function (name) { return Object.assign(JSON.parse(localStorage.getItem(name)), { name: name }); })
        .filter(function (one) {
          return (one.at || '').startsWith(box.dataset.held) && !document.querySelector('form[data-draft="' + one.name.slice(window.kjDraft.length) + '"]');
        });
    } catch (e) { return []; }
  }
  // What was sent as its page was left may have arrived: the page of the part says what is saved.
  function asked(one) {
    return fetch(one.at).then(function (answer) { return answer.ok ? answer.text() : ''; }).then(function (html) {
      const form = new DOMParser().parseFromString(html, 'text/html').querySelector('form[data-draft="' + one.name.slice(window.kjDraft.length) + '"]');
      if (!form) return null;
      const differs = Object.keys(one.values).some(function (key) { return form.elements[key] && form.elements[key].value !== one.values[key]; });
      if (!differs) localStorage.removeItem(one.name);
      return differs;
    }).catch(function () { return true; });
  }
  function tell(again) {
    Promise.all(kept().map(function (one) { return asked(one).then(function (differs) { return [one, differs]; }); })).then(function (all) {
      // One that has arrived since this page was asked for is missing in it.
      if (all.some(function (got) { return got[1] === false; })) { location.reload(); return; }
      const held = all.filter(function (got) { return got[1]; });
      if (held.length && again) setTimeout(tell, 2000); // it may be under way
      box.hidden = !held.length;
      box.querySelector('[data-held-list]').replaceChildren(...held.map(function (got) {
        const line = document.createElement('li'), link = document.createElement('a');
        const words = got[0].values.text || '';
        link.className = 'ul';
        link.lang = 'zh-Hans';
        link.href = got[0].at;
        link.textContent = words.length > 40 ? words.slice(0, 40) + '…' : words;
        line.append(link);
        return line;
      }));
    });
  }
  if (box) {
    tell(true);
    addEventListener('pageshow', function (event) { if (event.persisted) location.reload(); });
  }
})();
