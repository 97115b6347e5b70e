/* Runs in the head before anything is drawn: marks that scripts run, and settles the theme of readers who follow
   their system, so that no page flashes in the wrong one. The server has already written a chosen theme. */
(function () {
  const root = document.documentElement;
  root.classList.add('js');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  function settle() {
    const chosen = root.dataset.theme || 'auto';
    root.dataset.bsTheme = chosen === 'auto' ? (dark.matches ? 'dark' : 'light') : chosen;
    document.dispatchEvent(new CustomEvent('kj:theme'));
  }
  window.kjTheme = function (value) {
    root.dataset.theme = value;
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    document.cookie = 'kjs_theme=' + value + '; Path=/; Max-Age=31536000; SameSite=Lax' + secure;
    settle();
  };
  settle();
  dark.addEventListener('change', settle);
})();
