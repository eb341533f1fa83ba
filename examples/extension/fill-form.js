/** Types like a person would, so that frameworks with their own copy of the value notice. */
function type(field, text) {
  field.focus();
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, text);
  field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  field.dispatchEvent(new Event('change', { bubbles: true, composed: true }));
}

/** Sends the form with its button, or like Enter if it has no visible button. */
function send({ password, username, submit }) {
  const last = password ?? username;
  if (submit !== null && isSeen(submit)) return submit.click();
  if (last.form) return last.form.requestSubmit();
  for (const name of ['keydown', 'keypress', 'keyup'])
    last.dispatchEvent(
      new KeyboardEvent(name, { key: 'Enter', code: 'Enter', keyCode: 13, bubbles: true, composed: true }),
    );
}

/** Fills in the visible fields and sends the form. */
function fillForm(form, account) {
  const password = form.password !== null && isSeen(form.password) ? form.password : null;
  if (form.username !== null && isSeen(form.username)) type(form.username, account.username);
  if (password !== null) type(password, account.password);
  send({ ...form, password });
}
