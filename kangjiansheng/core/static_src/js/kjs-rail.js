/* The time rail: a slider over the days since the founding. The date field beside it does the same without a script. */
(function () {
  const rail = document.querySelector('[data-rail]');
  if (!rail) return;
  const out = rail.parentElement.querySelector('output');
  const dot = rail.parentElement.querySelector('.d');
  const start = Date.parse(rail.dataset.rail + 'T00:00:00Z');
  const first = rail.value;
  function day() { return new Date(start + Number(rail.value) * 86400000).toISOString().slice(0, 10); }
  rail.addEventListener('input', function () {
    out.hidden = false;
    out.textContent = day();
    rail.setAttribute('aria-valuetext', day());
    dot.setAttribute('cx', (100 * rail.value / rail.max) + '%');
  });
  let timer;
  rail.addEventListener('change', function () {
    // Arrow keys change the day one by one: wait until the hand rests.
    clearTimeout(timer);
    timer = setTimeout(function () {
      if (rail.value === first) return;
      const address = new URL(location.href);
      address.pathname = rail.dataset.to;
      address.hash = '';
      if (rail.value === rail.max) address.searchParams.delete('as_of');
      else address.searchParams.set('as_of', day());
      if ((address.searchParams.get('compare') || '') >= day()) address.searchParams.delete('compare');
      location.assign(address);
    }, 500);
  });
})();
