/** Every element of a page, including those in open shadow roots. */
function everything(root) {
  const found = [];
  for (const element of root.querySelectorAll('*')) {
    found.push(element);
    if (element.shadowRoot) found.push(...everything(element.shadowRoot));
  }
  return found;
}

function parentOf(node) {
  if (node.parentElement) return node.parentElement;
  const root = node.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}

function contains(outer, inner) {
  for (let node = inner; node !== null; node = parentOf(node)) if (node === outer) return true;
  return false;
}

/** Whether a person can see the element. Honeypots are hidden, off the page, transparent or have no size. */
function isSeen(element) {
  if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
  const box = element.getBoundingClientRect();
  if (box.width < 3 || box.height < 3 || box.right + scrollX <= 0 || box.bottom + scrollY <= 0) return false;
  for (let around = parentOf(element); around !== null && around !== document.body; around = parentOf(around)) {
    const outer = around.getBoundingClientRect();
    if ((outer.height < 3 || outer.width < 3) && getComputedStyle(around).overflow !== 'visible') return false;
  }
  return true;
}

function labelOf(field) {
  const labels = [...(field.labels ?? [])].map((label) => label.textContent);
  return [field.getAttribute('aria-label'), field.placeholder, field.title, field.name, field.id, ...labels]
    .filter(Boolean)
    .join(' ')
    .replace(/[_-]/g, ' ')
    .slice(0, 300);
}

function textOf(button) {
  const image = button.querySelector('img[alt]')?.alt;
  return [button.value, button.textContent, button.getAttribute('aria-label'), button.title, button.alt, image]
    .filter(Boolean)
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 120);
}

const TEXT_TYPES = new Set(['text', 'email', 'tel', 'password', 'number']);
const BUTTONS =
  'button, input[type=submit], input[type=image], input[type=button], [role=button], a[onclick], a[href^="javascript:"]';

function isPassword(field) {
  if (field.type === 'password') return !WORDS.other.test(labelOf(field)) || WORDS.password.test(labelOf(field));
  if (field.autocomplete.includes('current-password')) return true;
  if (field.type !== 'text' || field.autocomplete.includes('username') || WORDS.recover.test(labelOf(field)))
    return false;
  return (
    WORDS.password.test(labelOf(field)) && !WORDS.username.test(labelOf(field)) && !WORDS.search.test(labelOf(field))
  );
}

/** The form of a field. Without a `<form>`, the nearest ancestor with a button and another field. */
function scopeOf(field, fields, buttons) {
  if (field.form) return field.form;
  let scope = field;
  for (let node = parentOf(field), step = 0; node !== null && step < 12; node = parentOf(node), step++) {
    scope = node;
    const hasField = fields.some((other) => other !== field && contains(node, other));
    if (buttons.some((button) => contains(node, button)) && (hasField || !isPassword(field))) break;
  }
  return scope;
}

function belongs(element, scope) {
  return contains(scope, element) || (scope instanceof HTMLFormElement && element.form === scope);
}

/** The button of the form that most likely sends it. */
function submitOf(field, scope, buttons) {
  let best = null;
  let bestScore = 0;
  for (const button of buttons) {
    if (!belongs(button, scope)) continue;
    const text = textOf(button);
    let score = 1;
    if (button.type === 'submit' || button.type === 'image') score += 4;
    if (WORDS.signIn.test(text)) score += 5;
    else if (WORDS.next.test(text)) score += 3;
    if (WORDS.signUp.test(text)) score -= 6;
    if (WORDS.recover.test(text)) score -= 8;
    if (button.getAttribute('role') === 'tab') score -= 6;
    if (field.compareDocumentPosition(button) & Node.DOCUMENT_POSITION_FOLLOWING) score += 2;
    if (isSeen(button) === isSeen(field)) score += 3;
    if (score > bestScore) [best, bestScore] = [button, score];
  }
  return best;
}

function usernameScore(field) {
  const label = labelOf(field);
  let score = 0;
  if (/username|email|webauthn/.test(field.autocomplete)) score += 6;
  if (field.type === 'email') score += 3;
  if (WORDS.username.test(label)) score += 4;
  if (WORDS.search.test(label) || field.closest('[role=search]')) score -= 8;
  if (WORDS.other.test(label)) score -= 5;
  if (WORDS.subscribe.test(label)) score -= 6;
  if (field.getAttribute('tabindex') === '-1') score -= 3;
  return score;
}

function aboutScope(scope) {
  const names = ['action', 'id', 'name', 'class', 'aria-label']
    .map((key) => scope.getAttribute?.(key) ?? '')
    .join(' ')
    .replace(/[_-]/g, ' ');
  const heading =
    scope.querySelector?.('h1, h2, h3, h4, legend')?.textContent ?? scope.previousElementSibling?.textContent ?? '';
  return `${names} ${heading.slice(0, 80)}`;
}

function withPassword(password, fields, buttons) {
  const scope = scopeOf(password, fields, buttons);
  const seen = isSeen(password);
  const mates = fields.filter((field) => field !== password && belongs(field, scope) && isSeen(field) === seen);
  const names = mates.filter((field) => !isPassword(field));
  const scored = names.map((field) => ({
    field,
    score: usernameScore(field) + (password.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_PRECEDING ? 3 : -2),
  }));
  const username = scored.toSorted((a, b) => b.score - a.score)[0]?.field ?? null;
  const submit = submitOf(password, scope, buttons);
  const sends = submit === null ? '' : textOf(submit);
  const about = aboutScope(scope);
  let score = seen ? 10 : 0;
  if (username) score += 3;
  score -= 5 * (mates.length - names.length);
  if (names.length > 2) score -= 2 * (names.length - 2);
  if (password.autocomplete.includes('current-password')) score += 3;
  if (password.autocomplete.includes('new-password')) score -= 3;
  if (password.type === 'password') score += 4;
  if (WORDS.signIn.test(sends)) score += 4;
  if (WORDS.signUp.test(sends)) score -= 5;
  if (WORDS.signIn.test(about)) score += 3;
  if (WORDS.signUp.test(about)) score -= 4;
  if (/new|confirm|again|repeat|retype|2$/i.test(`${password.name} ${password.id}`)) score -= 2;
  return { password, username, submit, score };
}

/** The first step of a sign-in with two steps. */
function withoutPassword(username, fields, buttons) {
  const scope = scopeOf(username, fields, buttons);
  const submit = submitOf(username, scope, buttons);
  const sends = submit === null ? '' : textOf(submit);
  const about = aboutScope(scope);
  let score = usernameScore(username);
  if (WORDS.next.test(sends) || WORDS.signIn.test(sends)) score += 4;
  if (WORDS.signUp.test(sends) || WORDS.subscribe.test(sends) || WORDS.search.test(sends)) score -= 6;
  if (WORDS.signIn.test(about)) score += 2;
  if (WORDS.subscribe.test(about) || WORDS.recover.test(about)) score -= 6;
  if (fields.filter((other) => belongs(other, scope) && isSeen(other)).length > 2) score -= 4;
  return { password: null, username, submit, score };
}

/** The login form of the document, or null. */
function findForm() {
  const all = everything(document);
  const fields = all.filter(
    (element) =>
      element instanceof HTMLInputElement &&
      TEXT_TYPES.has(element.type) &&
      (!element.readOnly || element.type === 'password'),
  );
  const buttons = all.filter((element) => element.matches(BUTTONS));
  const best = (forms) => forms.toSorted((a, b) => b.score - a.score)[0] ?? null;
  const whole = best(fields.filter(isPassword).map((field) => withPassword(field, fields, buttons)));
  if (whole !== null && isSeen(whole.password)) return whole;
  const half = best(
    fields
      .filter((field) => !isPassword(field) && isSeen(field))
      .map((field) => withoutPassword(field, fields, buttons)),
  );
  return half !== null && half.score >= 8 ? half : whole;
}
