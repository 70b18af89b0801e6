// Security keys: hands the server's question to the browser, and its answer to the form. Needs a form with
// data-webauthn="create" or "get", a hidden field "credential", and the question in the element named by data-options.
(function () {
  "use strict";

  const toBytes = function (text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (character) { return character.charCodeAt(0); });
  };
  const toText = function (buffer) {
    const plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };

  const question = function (options) {
    const asked = options.publicKey;
    asked.challenge = toBytes(asked.challenge);
    if (asked.user) { asked.user.id = toBytes(asked.user.id); }
    ["excludeCredentials", "allowCredentials"].forEach(function (list) {
      (asked[list] || []).forEach(function (one) { one.id = toBytes(one.id); });
    });
    return { publicKey: asked };
  };

  const answer = function (credential) {
    const response = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (part) {
      if (credential.response[part]) { response[part] = toText(credential.response[part]); }
    });
    return {
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response: response,
      clientExtensionResults: credential.getClientExtensionResults()
    };
  };

  document.addEventListener("submit", function (event) {
    const form = event.target.closest("form[data-webauthn]");
    if (!form || form.dataset.webauthnDone) { return; }
    event.preventDefault();
    const act = form.dataset.webauthn;
    const failed = document.getElementById(form.dataset.failed);
    failed.hidden = true;
    const options = question(JSON.parse(document.getElementById(form.dataset.options).textContent)[form.dataset.key]);
    Promise.resolve().then(function () { return navigator.credentials[act](options); }).then(function (credential) {
      form.elements.credential.value = JSON.stringify(answer(credential));
      form.dataset.webauthnDone = "yes";
      form.submit();
    }).catch(function () { failed.hidden = false; });
  });

  if (!window.PublicKeyCredential) {
    document.querySelectorAll("form[data-webauthn]").forEach(function (form) {
      form.hidden = true;
      document.getElementById(form.dataset.failed).hidden = false;
    });
  }
})();
