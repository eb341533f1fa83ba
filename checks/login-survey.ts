/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { LoginWords } from './login-words.ts';

/** A field or button of the page. */
export interface Sighting<E> {
  readonly element: E;
  readonly visible: boolean;
  readonly enabled: boolean;
  readonly tag: string;
  readonly type: string;
  readonly label: string;
  /** Its index among all elements with its tag in the document; -1 in a shadow root. */
  readonly index: number;
}

/**
 * What to do next on the page:
 * - `form`: a login form is ready.
 * - `username`: the username field is ready, but no password field is visible yet.
 * - `frame`: look into this frame.
 * - `cover`: something covers the form, and this button removes it.
 * - `opener`: this button may open the form.
 * - `nothing`: there is nothing to do yet.
 */
export interface Survey<E> {
  readonly kind: 'form' | 'username' | 'frame' | 'cover' | 'opener' | 'nothing';
  readonly username: Sighting<E> | null;
  readonly password: Sighting<E> | null;
  readonly submit: Sighting<E> | null;
  /** The frame to enter or the button to click. */
  readonly target: E | null;
  readonly targetText: string;
}

/**
 * Looks for the login form of the page: in the light DOM, in open shadow roots and in frames of the same origin. It does
 * everything in one function, because one call is one WebDriver command. The driver sends the function to the page as text,
 * so it must not use anything from outside.
 */
export function surveyLogin(words: LoginWords): Survey<Element> {
  const match = Object.fromEntries(
    Object.entries(words).map(([key, source]) => [key, new RegExp(source as string, 'iu')]),
  ) as Record<keyof LoginWords, RegExp>;
  const nothing: Survey<Element> = {
    kind: 'nothing',
    username: null,
    password: null,
    submit: null,
    target: null,
    targetText: '',
  };

  interface Field {
    readonly element: HTMLElement;
    readonly type: string;
    readonly autocomplete: string;
    readonly label: string;
    readonly names: string;
    readonly visible: boolean;
    readonly order: number;
  }
  interface Candidate {
    readonly password: Field | undefined;
    readonly username: Field | undefined;
    readonly submit: Field | undefined;
    readonly score: number;
  }

  function everything(root: Document | ShadowRoot): Element[] {
    const found: Element[] = [];
    for (const element of root.querySelectorAll('*')) {
      found.push(element);
      if (element.shadowRoot) found.push(...everything(element.shadowRoot));
    }
    return found;
  }

  /** Whether a person can see the element. Honeypots are hidden, off the page, transparent or have no size. */
  function seen(element: Element): boolean {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }))
      return false;
    const box = element.getBoundingClientRect();
    if (box.width < 3 || box.height < 3) return false;
    if (box.right + scrollX <= 0 || box.bottom + scrollY <= 0) return false;
    if (element.closest('[aria-hidden="true"]') && element.getAttribute('tabindex') === '-1') return false;
    for (let around = parentOf(element); around !== null; around = parentOf(around)) {
      const style = getComputedStyle(around);
      if (style.clipPath.startsWith('inset(50%') || style.clip === 'rect(0px, 0px, 0px, 0px)') return false;
      const outer = around.getBoundingClientRect();
      if (
        style.overflow !== 'visible' &&
        around !== document.body &&
        around !== document.documentElement &&
        (outer.height < 3 || outer.width < 3)
      )
        return false;
    }
    return true;
  }

  function parentOf(node: Element): Element | null {
    if (node.parentElement) return node.parentElement;
    const root = node.getRootNode();
    return root instanceof ShadowRoot ? root.host : null;
  }

  const clean = (text: string | null | undefined): string => (text ?? '').replace(/\s+/gu, ' ').trim();

  /** The text that labels a field: its labels, or the words right before it. */
  function labelOf(element: HTMLElement): string {
    const root = element.getRootNode() as Document | ShadowRoot;
    const byId = (element.getAttribute('aria-labelledby') ?? '')
      .split(/\s+/u)
      .map((id) => (id === '' ? '' : root.getElementById(id)?.textContent));
    const labels =
      element instanceof HTMLInputElement ? [...(element.labels ?? [])].map((label) => label.textContent) : [];
    const own = [
      element.getAttribute('aria-label'),
      ...byId,
      ...labels,
      element.getAttribute('placeholder'),
      element.getAttribute('title'),
    ]
      .map(clean)
      .filter((text) => text !== '');
    if (own.length > 0) return own.join(' ').slice(0, 200);
    for (let node: Element | null = element, step = 0; node !== null && step < 4; node = node.parentElement, step++) {
      for (let before = node.previousSibling; before !== null; before = before.previousSibling) {
        if (
          before instanceof Element &&
          (before.matches('input, select, textarea, script, style') || before.querySelector('input'))
        )
          return '';
        const text = clean(before.textContent);
        if (text !== '') return text.slice(-80);
      }
    }
    return '';
  }

  function textOf(element: Element): string {
    const value = element instanceof HTMLInputElement ? element.value : '';
    const image = element.querySelector('img[alt]')?.getAttribute('alt');
    return clean(
      [
        value,
        element.textContent,
        element.getAttribute('aria-label'),
        element.getAttribute('title'),
        element.getAttribute('alt'),
        image,
      ]
        .filter(Boolean)
        .join(' '),
    ).slice(0, 120);
  }

  const all = everything(document);
  const fields: Field[] = [];
  const buttons: Field[] = [];
  all.forEach((element, order) => {
    if (!(element instanceof HTMLElement)) return;
    const names = ['name', 'id', 'class', 'formcontrolname', 'data-testid', 'ng-model']
      .map((key) => element.getAttribute(key) ?? '')
      .join(' ');
    const type = element instanceof HTMLInputElement ? element.type : '';
    const base = {
      element,
      type,
      order,
      names,
      autocomplete: (element.getAttribute('autocomplete') ?? '').toLowerCase(),
    };
    if (element instanceof HTMLInputElement && ['text', 'email', 'tel', 'password', 'number', 'url'].includes(type)) {
      if (!element.readOnly || type === 'password')
        fields.push({ ...base, label: labelOf(element), visible: seen(element) });
    } else if (element.matches('button, input[type=submit], input[type=image], input[type=button], [role=button], a')) {
      if (!element.matches('a') || textOf(element) !== '')
        buttons.push({ ...base, label: textOf(element), visible: seen(element) });
    }
  });

  /** The name and id of a field. The class is left out, because it describes the style more than the field. */
  const nameOf = (field: Field): string =>
    clean(`${field.element.getAttribute('name') ?? ''} ${field.element.id}`)
      .replace(/([a-z])([A-Z])/gu, '$1 $2')
      .replace(/[_-]/gu, ' ');

  function isPassword(field: Field): boolean {
    if (field.type === 'password')
      return !match.otherField.test(`${field.label} ${nameOf(field)}`) || match.password.test(field.label);
    if (field.autocomplete.includes('current-password')) return true;
    if (field.autocomplete.includes('username') || field.type === 'email' || match.recover.test(field.label))
      return false;
    const asked = match.password.test(field.label) || /pass(word|wd)?\b|\bpwd\b/iu.test(nameOf(field));
    return asked && !match.username.test(field.label) && !match.search.test(nameOf(field)) && field.type === 'text';
  }

  function usernameScore(field: Field): number {
    const name = nameOf(field);
    let score = 0;
    if (/\b(username|email|webauthn)\b/u.test(field.autocomplete)) score += 6;
    if (field.type === 'email') score += 3;
    if (match.username.test(field.label)) score += 3;
    if (match.username.test(name)) score += 3;
    if (
      match.search.test(`${name} ${field.type}`) ||
      /search/iu.test(field.element.closest('form')?.getAttribute('role') ?? '')
    )
      score -= 6;
    if (match.otherField.test(`${name} ${field.label}`)) score -= 5;
    if (match.subscribe.test(`${name} ${field.label}`)) score -= 6;
    if (field.element.getAttribute('tabindex') === '-1') score -= 2;
    if (!(field.element as HTMLInputElement).disabled) score += 1;
    return score;
  }

  /**
   * The form that a field belongs to. Without a `<form>`, the nearest ancestor that has a button and, for a password, a
   * second field.
   */
  function scopeOf(field: Field): Element {
    const form = field.element instanceof HTMLInputElement ? field.element.form : null;
    if (form) return form;
    let node: Element | null = field.element;
    let best: Element = document.documentElement;
    for (let step = 0; node !== null && step < 12; node = parentOf(node), step++) {
      const inside = (other: Field): boolean => contains(node as Element, other.element);
      const hasButton = buttons.some((button) => inside(button) && !button.element.matches('a'));
      const hasField = fields.some(
        (other) => other !== field && inside(other) && (!field.visible || other.visible) && other.type !== 'password',
      );
      best = node;
      if (hasButton && (hasField || !isPassword(field))) break;
    }
    return best;
  }

  function contains(outer: Element, inner: Element): boolean {
    for (let node: Element | null = inner; node !== null; node = parentOf(node)) if (node === outer) return true;
    return false;
  }

  const belongs = (field: Field, scope: Element): boolean =>
    contains(scope, field.element) ||
    (scope instanceof HTMLFormElement && (field.element as HTMLInputElement).form === scope);

  function submitScore(button: Field, last: Field, scope: Element): number {
    const text = button.label;
    let score = 0;
    if (
      button.type === 'submit' ||
      button.type === 'image' ||
      (button.element instanceof HTMLButtonElement && button.element.type === 'submit')
    )
      score += 4;
    else if (button.element.matches('a')) score -= 2;
    if (match.signIn.test(text)) score += 5;
    else if (match.next.test(text)) score += 3;
    else if (match.signIn.test(button.names.replace(/[_-]/gu, ' '))) score += 3;
    if (match.signUp.test(text)) score -= 6;
    if (match.recover.test(text)) score -= 8;
    if (match.elsewhere.test(text)) score -= 7;
    if (match.password.test(text) && !match.signIn.test(text)) score -= 6;
    if (/captcha|refresh|reload|listen|language|menu/iu.test(`${text} ${button.names}`)) score -= 4;
    if (button.element.getAttribute('role') === 'tab' || button.element.matches('[aria-haspopup]')) score -= 4;
    if (text.length > 50) score -= 3;
    if (button.order > last.order) score += 2;
    if (button.visible === last.visible) score += 3;
    if (!contains(scope, button.element) && !belongs(button, scope)) score -= 20;
    return score - Math.min(2, Math.abs(button.order - last.order) / 100);
  }

  function submitOf(last: Field, scope: Element): Field | undefined {
    const near = buttons
      .filter((button) => belongs(button, scope))
      .map((button) => ({ button, score: submitScore(button, last, scope) }));
    const best = near.reduce<{ button: Field; score: number } | undefined>(
      (top, next) => (top === undefined || next.score > top.score ? next : top),
      undefined,
    );
    return best && best.score > 0 ? best.button : undefined;
  }

  function scopeText(scope: Element): string {
    const facts = ['action', 'id', 'name', 'class', 'aria-label']
      .map((key) => scope.getAttribute(key) ?? '')
      .join(' ')
      .replace(/[_-]/gu, ' ');
    const heading =
      scope.querySelector('h1, h2, h3, h4, legend')?.textContent ?? scope.previousElementSibling?.textContent ?? '';
    return `${facts} ${clean(heading).slice(0, 80)}`;
  }

  function candidateOf(password: Field): Candidate {
    const scope = scopeOf(password);
    const mates = fields.filter((field) => field !== password && belongs(field, scope));
    const texts = mates.filter((field) => !isPassword(field));
    const shown = texts.filter((field) => field.visible === password.visible);
    const ranked = (shown.length > 0 ? shown : texts)
      .map((field) => {
        const before = field.order < password.order;
        const nearness = before
          ? 3 - Math.min(3, mates.filter((mate) => mate.order > field.order && mate.order < password.order).length)
          : -2;
        return { field, score: usernameScore(field) + nearness };
      })
      .toSorted((a, b) => b.score - a.score);
    const username = ranked[0] !== undefined && ranked[0].score > -3 ? ranked[0].field : undefined;
    const submit = submitOf(password, scope);
    const passwords = mates.filter(
      (field) => isPassword(field) && field.visible === password.visible && belongs(field, scope),
    ).length;
    const text = scopeText(scope);
    let score = password.visible ? 10 : 0;
    if (username !== undefined) score += 3;
    if (passwords > 0) score -= 5 * passwords;
    if (shown.length > 2) score -= 2 * (shown.length - 2);
    if (password.autocomplete.includes('current-password')) score += 3;
    if (password.autocomplete.includes('new-password')) score -= 3;
    if (password.type === 'password') score += 4;
    if (submit !== undefined) {
      score += 1;
      if (match.signIn.test(submit.label)) score += 4;
      if (match.signUp.test(submit.label)) score -= 5;
    }
    if (match.signIn.test(text)) score += 3;
    if (match.signUp.test(text)) score -= 4;
    if (match.recover.test(text)) score -= 3;
    if (/new|confirm|again|repeat|retype|verify|2$/iu.test(nameOf(password))) score -= 2;
    return { password, username, submit, score };
  }

  const best = (candidates: readonly Candidate[]): Candidate | undefined =>
    candidates.reduce<Candidate | undefined>(
      (top, next) => (top === undefined || next.score > top.score ? next : top),
      undefined,
    );

  const byTag = new Map<string, Element[]>();
  function sighting(field: Field | undefined): Sighting<Element> | null {
    if (field === undefined) return null;
    const { element } = field;
    const tag = element.localName;
    if (!byTag.has(tag)) byTag.set(tag, [...document.querySelectorAll(tag)]);
    const enabled = !element.matches(':disabled') && element.getAttribute('aria-disabled') !== 'true';
    return {
      element,
      visible: field.visible,
      enabled,
      tag,
      type: field.type,
      label: field.label,
      index: byTag.get(tag)?.indexOf(element) ?? -1,
    };
  }

  function survey(
    kind: Survey<Element>['kind'],
    found: Candidate | undefined,
    target: Element | null = null,
  ): Survey<Element> {
    return {
      kind,
      username: sighting(found?.username),
      password: sighting(found?.password),
      submit: sighting(found?.submit),
      target,
      targetText: target === null ? '' : textOf(target),
    };
  }

  /** The element that covers a field, if there is one. */
  function coverOf(field: Field): Element | undefined {
    field.element.scrollIntoView({ block: 'center' });
    const box = field.element.getBoundingClientRect();
    let top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    while (top?.shadowRoot) {
      const deeper = top.shadowRoot.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      if (deeper === null || deeper === top) break;
      top = deeper;
    }
    if (top === null || contains(top, field.element) || contains(field.element, top)) return undefined;
    if (top instanceof HTMLLabelElement && top.control === field.element) return undefined;
    return contains(scopeOf(field), top) ? undefined : top;
  }

  function consentIn(cover: Element): Element | undefined {
    let layer = cover;
    for (let node: Element | null = cover; node !== null && node !== document.body; node = parentOf(node)) {
      layer = node;
      if (buttons.some((button) => contains(layer, button.element) && match.consent.test(button.label))) break;
    }
    const choices = buttons.filter(
      (button) =>
        button.visible &&
        contains(layer, button.element) &&
        !match.settings.test(button.label) &&
        match.consent.test(button.label),
    );
    return (choices.find((button) => !button.element.matches('a')) ?? choices[0])?.element;
  }

  const candidates = fields.filter((field) => isPassword(field)).map(candidateOf);
  const shown = best(candidates.filter((candidate) => candidate.password?.visible));
  const openers = buttons
    .filter(
      (button) =>
        button.visible &&
        button.label.length < 40 &&
        match.signIn.test(button.label) &&
        !match.elsewhere.test(button.label) &&
        !match.recover.test(button.label),
    )
    .map((button) => ({
      button,
      score:
        (match.signUp.test(button.label) ? -4 : 0) +
        (button.element.matches('[role=tab], button, [aria-haspopup], a[href^="#"]') ? 2 : 0) -
        button.label.length / 40,
    }))
    .toSorted((a, b) => b.score - a.score);

  // A form that asks for a new password twice is for signing up. A tab or a button may lead to the login form.
  const forNewcomers = shown !== undefined && shown.score < 12;
  if (shown !== undefined && !(forNewcomers && openers.length > 0)) {
    const cover = coverOf(shown.username ?? (shown.password as Field));
    const consent = cover && consentIn(cover);
    return consent === undefined ? survey('form', shown) : survey('cover', shown, consent);
  }

  for (const frame of all.filter((element) => element instanceof HTMLIFrameElement)) {
    try {
      const inner = frame.contentDocument;
      if (inner !== null && seen(frame) && inner.querySelector('input[type=password], input[autocomplete*=password]'))
        return survey('frame', undefined, frame);
    } catch {
      // The frame has another origin, so its fields are not accessible from here.
    }
  }

  const halves = fields
    .filter((field) => field.visible && !isPassword(field))
    .map((field): Candidate => {
      const scope = scopeOf(field);
      const submit = submitOf(field, scope);
      const text = scopeText(scope);
      let score = usernameScore(field);
      if (submit && match.next.test(submit.label)) score += 4;
      if (submit && match.signIn.test(submit.label)) score += 4;
      if (submit && (match.signUp.test(submit.label) || match.subscribe.test(submit.label))) score -= 6;
      if (match.signIn.test(text)) score += 2;
      if (match.subscribe.test(text) || match.recover.test(text)) score -= 6;
      if (match.search.test(submit?.label ?? '')) score -= 6;
      if (fields.filter((other) => other.visible && belongs(other, scope)).length > 2) score -= 4;
      return { password: undefined, username: field, submit, score };
    });
  const half = best(halves);
  if (half !== undefined && half.score >= 8) {
    const cover = coverOf(half.username as Field);
    const consent = cover && consentIn(cover);
    // The password field often exists already but stays hidden until the username is sent.
    const whole = { ...half, password: best(candidates)?.password };
    return consent === undefined ? survey('username', whole) : survey('cover', whole, consent);
  }
  const hidden = best(candidates);
  const opener = openers[0]?.button.element;
  if (opener !== undefined) return survey('opener', hidden, opener);
  if (hidden !== undefined) return survey('nothing', hidden);
  return half !== undefined && half.score >= 5 ? survey('username', half) : nothing;
}
