import type { Sighting } from '../../checks/login-survey.ts';

/** A field that a person labeled: the element with this tag and this index in the document. */
export interface LabelledField {
  readonly tag: string;
  readonly index: number;
  readonly label: string;
}

/**
 * - `right`: found, and it is the labeled field.
 * - `wrong`: found, but it is not the labeled field.
 * - `missed`: labeled, but not found.
 * - `absent`: neither labeled nor found.
 * - `unlabelled`: found, but nobody labeled this kind of field on the page, so the answer is unknown.
 */
export type Answer = 'right' | 'wrong' | 'missed' | 'absent' | 'unlabelled';

export interface Agreement {
  readonly username: Answer;
  readonly password: Answer;
  readonly submit: Answer;
}

export interface FoundFields {
  readonly username: Place | null;
  readonly password: Place | null;
  readonly submit: Place | null;
}

type Place = Pick<Sighting<unknown>, 'tag' | 'index'>;

const PASSWORDS = new Set(['password', 'password.current', 'p1']);
const USERNAMES = new Set(['username', 'emailAddress', 'username OR emailAddress', 'us', 'e1', 'ue', 'phone', 'ph']);
const SUBMITS = new Set(['submit', 'Bs']);

/** Compares the fields that a finder found with the fields that people labeled. */
export function agreementOf(truth: readonly LabelledField[], found: FoundFields): Agreement {
  const passwords = truth.filter((field) => PASSWORDS.has(field.label));
  return {
    username: answer(usernamesFor(truth, passwords), found.username),
    password: answer(passwords, found.password),
    submit: buttonAnswer(
      truth.filter((field) => SUBMITS.has(field.label)),
      found.submit,
    ),
  };
}

/** The name or e-mail field right before each password field or, if there is none before it, the first one on the page. */
function usernamesFor(truth: readonly LabelledField[], passwords: readonly LabelledField[]): readonly LabelledField[] {
  const names = truth.filter((field) => field.tag === 'input' && USERNAMES.has(field.label));
  if (passwords.length === 0) return names;
  return passwords.flatMap((password) => {
    const before = names.filter((name) => name.index < password.index);
    return before.toSorted((a, b) => b.index - a.index)[0] ?? names[0] ?? [];
  });
}

/** Compares a button. People labeled all fields of every page, but the buttons only on some pages. */
function buttonAnswer(expected: readonly LabelledField[], found: Place | null): Answer {
  return expected.length === 0 && found !== null ? 'unlabelled' : answer(expected, found);
}

function answer(expected: readonly LabelledField[], found: Place | null): Answer {
  if (found === null) return expected.length === 0 ? 'absent' : 'missed';
  return expected.some((field) => field.tag === found.tag && field.index === found.index) ? 'right' : 'wrong';
}
