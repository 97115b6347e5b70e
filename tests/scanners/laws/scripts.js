// Planted faults, read by semgrep and never served.
function shown(at, words) {
  // ruleid: words-are-no-markup
  at.innerHTML = words;
  // ruleid: words-are-no-markup
  at.insertAdjacentHTML('beforeend', words);
  // ok: words-are-no-markup
  at.textContent = words;
}

function made(words) {
  // ruleid: no-words-become-script
  eval(words);
  // ruleid: no-words-become-script
  setTimeout("go()", 10);
  // ok: no-words-become-script
  setTimeout(made, 10);
}

function asked() {
  // ruleid: pages-ask-their-own-server
  fetch('https://elsewhere.example/x', {});
  // ok: pages-ask-their-own-server
  fetch('/search', {});
}

function told(other) {
  // ruleid: a-message-says-from-where
  window.addEventListener('message', shown);
  // ruleid: a-message-says-from-where
  other.postMessage('words', '*');
  // ok: a-message-says-from-where
  window.addEventListener('load', shown);
}
