/* A text is saved while its writer writes on: <form data-autosave> with [data-saved] for the words. Where somebody else
   saved first it stops, and the words stay in this browser until the form is sent. Pages work without it. */
(function () {
  document.querySelectorAll('form[data-autosave]').forEach(function (form) {
    const state = form.querySelector('[data-saved]'), text = form.querySelector('textarea');
    let timer = null, busy = false, stopped = false, sent = text.value;

    function say(name, more) { state.textContent = state.dataset[name] + (more ? ' ' + more : ''); }

    function save() {
      if (busy || stopped || text.value === sent || !text.value.trim()) return;
      const words = text.value;
      busy = true;
      say('saving');
      fetch(form.action, { method: 'POST', body: new FormData(form), headers: { Accept: 'application/json' } })
        .then(function (answer) { return answer.json().then(function (told) { return [answer, told]; }); })
        .then(function (got) {
          if (!got[0].ok) { stopped = true; say(got[1].conflict ? 'conflict' : 'refused'); return; }
          sent = words;
          form.elements.version.value = form.dataset.version = got[1].version;
          document.querySelectorAll('input[name=version]').forEach(function (f) { f.value = got[1].version; });
          say('done', got[1].at);
          if (text.value === words) try { localStorage.removeItem('kj-draft:' + form.dataset.draft); } catch (e) { /* not kept */ }
          else timer = setTimeout(save, 3000);
        })
        .catch(function () { say('failed'); timer = setTimeout(save, 10000); })
        .finally(function () { busy = false; });
    }

    form.addEventListener('input', function () { clearTimeout(timer); timer = setTimeout(save, 3000); });
    form.addEventListener('submit', function () { clearTimeout(timer); stopped = true; });
  });
})();
