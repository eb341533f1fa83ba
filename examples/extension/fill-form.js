/** As if a person had typed it: frameworks that keep their own copy of a field hear of it too. */
function type(field, text) {
  field.focus();
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, text);
  field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  field.dispatchEvent(new Event('change', { bubbles: true, composed: true }));
}

/** By its button; where it has none that a person can see, as Enter does it. */
function send({ password, username, submit }) {
  const last = password ?? username;
  if (submit !== null && isSeen(submit)) return submit.click();
  if (last.form) return last.form.requestSubmit();
  for (const name of ['keydown', 'keypress', 'keyup'])
    last.dispatchEvent(
      new KeyboardEvent(name, { key: 'Enter', code: 'Enter', keyCode: 13, bubbles: true, composed: true }),
    );
}

/** Fills in what the form shows, and sends it. */
function fillForm(form, account) {
  const password = form.password !== null && isSeen(form.password) ? form.password : null;
  if (form.username !== null && isSeen(form.username)) type(form.username, account.username);
  if (password !== null) type(password, account.password);
  send({ ...form, password });
}
