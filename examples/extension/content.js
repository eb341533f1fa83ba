/** How long to wait after a change before looking again. A page that is loading changes often. */
const SETTLE_MS = 40;
/** When to look again without a change. Attaching a shadow root to an existing element triggers no mutation. */
const LOOK_AGAIN_MS = [250, 1000, 3000];

const observed = new WeakSet();
const observer = new MutationObserver(lookSoon);
let timer;
let current = null;
let button = null;
/** The username field that was sent last. A first step that the site rejects must not be sent over and over. */
let sentUsername = null;

function lookSoon() {
  timer ??= setTimeout(() => {
    timer = undefined;
    void look();
  }, SETTLE_MS);
}

async function look() {
  observe();
  const form = findForm();
  if (form?.password !== current?.password || form?.username !== current?.username) mark(form);
  current = form;
  const isNew = form !== null && (isPasswordShown(form) || form.username !== sentUsername);
  if (isNew && (await ask('isPending'))) await signIn(form);
}

function isPasswordShown(form) {
  return form.password !== null && isSeen(form.password);
}

/** Observes the document and each shadow root. A shadow root needs an observer of its own. */
function observe() {
  for (const root of [document, ...everything(document).flatMap((element) => element.shadowRoot ?? [])]) {
    if (observed.has(root)) continue;
    observed.add(root);
    observer.observe(root, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['type', 'hidden', 'style', 'class', 'open'],
    });
  }
}

/** Marks the fields with an attribute and puts the button after the last one. */
function mark(form) {
  for (const field of [current?.password, current?.username]) field?.removeAttribute('data-oneclick');
  button?.remove();
  button = null;
  form?.username?.setAttribute('data-oneclick', 'username');
  form?.password?.setAttribute('data-oneclick', 'password');
  const last = form?.password ?? form?.username;
  if (last === undefined || last === null) return;
  // In a closed shadow root, neither the page's styles nor its scripts can reach the button.
  button = document.createElement('one-click-button');
  button.setAttribute('data-oneclick-button', '');
  button.style.cssText =
    'all: initial; display: inline-block; width: 22px; height: 22px; margin: 2px; cursor: pointer; vertical-align: middle';
  button.attachShadow({ mode: 'closed' }).innerHTML =
    '<button type="button" title="One-Click Sign-In" style="all: unset; display: block; width: 22px; height: 22px; text-align: center; font: 16px/22px sans-serif">⚡</button>';
  button.addEventListener('click', (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (event.isTrusted) void begin();
  });
  place(button, last, form);
}

/** Puts the button after the last field. In a form with two steps, that is the field that is visible. */
function place(element, last, form) {
  const anchor = isSeen(last) || form.username === null ? last : form.username;
  anchor.after(element);
}

async function begin() {
  await ask('begin');
  if (current !== null) await signIn(current);
}

async function signIn(form) {
  const account = await ask('account');
  if (account === null || form !== current) return;
  const whole = isPasswordShown(form);
  sentUsername = form.username;
  // Store this before sending, because the page may navigate right after. In a form with two steps, the second is pending.
  await ask(whole ? 'done' : 'begin');
  fillForm(form, account);
}

async function ask(question) {
  return await chrome.runtime.sendMessage(question);
}

void look();
document.addEventListener('focusin', lookSoon);
for (const delayMs of LOOK_AGAIN_MS) setTimeout(lookSoon, delayMs);
