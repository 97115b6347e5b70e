/* Passkeys: a button asks the browser, and its form is sent with the answer. Bytes travel as base64url. */
(function () {
  function bytes(text) {
    const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(plain, function (c) { return c.charCodeAt(0); });
  }
  function text(buffer) {
    let plain = '';
    new Uint8Array(buffer).forEach(function (b) { plain += String.fromCharCode(b); });
    return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }
  function known(list) {
    return (list || []).map(function (one) { return Object.assign({}, one, { id: bytes(one.id) }); });
  }
  function readable(options) {
    const found = Object.assign({}, options, { challenge: bytes(options.challenge) });
    if (options.user) found.user = Object.assign({}, options.user, { id: bytes(options.user.id) });
    if (options.allowCredentials) found.allowCredentials = known(options.allowCredentials);
    if (options.excludeCredentials) found.excludeCredentials = known(options.excludeCredentials);
    return found;
  }
  function sendable(made) {
    const answer = made.response;
    const response = { clientDataJSON: text(answer.clientDataJSON) };
    ['attestationObject', 'authenticatorData', 'signature', 'userHandle'].forEach(function (name) {
      if (answer[name]) response[name] = text(answer[name]);
    });
    if (answer.getTransports) response.transports = answer.getTransports();
    return { id: made.id, rawId: text(made.rawId), type: made.type, response: response, clientExtensionResults: {} };
  }
  document.querySelectorAll('[data-passkey]').forEach(function (button) {
    const form = button.form;
    const said = form.querySelector('[data-passkey-said]');
    if (!window.PublicKeyCredential) {
      button.hidden = true;
      said.textContent = said.dataset.missing;
      return;
    }
    button.addEventListener('click', async function () {
      if (!form.reportValidity()) return;
      const options = readable(JSON.parse(form.querySelector('[data-passkey-options]').textContent));
      said.textContent = '';
      button.disabled = true;
      try {
        const made = await navigator.credentials[button.dataset.passkey]({ publicKey: options });
        form.elements.passkey.value = JSON.stringify(sendable(made));
        form.submit();
      } catch (problem) {
        said.textContent = said.dataset.failed;
        button.disabled = false;
      }
    });
  });
})();
