/* How much of a long text is written: the form refuses what is too long, and nothing is cut. */
document.addEventListener('input', function (event) {
  const field = event.target, hint = field.dataset.most && document.getElementById(field.id + '-hint');
  if (!hint) return;
  hint.dataset.says = hint.dataset.says || hint.textContent;
  hint.textContent = hint.dataset.says + ' ' + Array.from(field.value).length + ' / ' + field.dataset.most;
});
