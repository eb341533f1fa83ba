import type { Sighting } from '../../checks/login-survey.ts';

/** A field as a person labelled it: the `index`-th element of its tag in the document. */
export interface LabelledField {
  readonly tag: string;
  readonly index: number;
  readonly label: string;
}

/**
 * `right` and `wrong`: found, and it is or is not the labelled one; `missed`: labelled, not found; `absent`: neither;
 * `unlabelled`: found, but of this kind nobody labelled any on the page, so that nothing can be said.
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

/** Compares what a finder found with what people labelled. */
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

/** Of a page's many name and e-mail fields, those that stand right before a password; after it where none is before. */
function usernamesFor(truth: readonly LabelledField[], passwords: readonly LabelledField[]): readonly LabelledField[] {
  const names = truth.filter((field) => field.tag === 'input' && USERNAMES.has(field.label));
  if (passwords.length === 0) return names;
  return passwords.flatMap((password) => {
    const before = names.filter((name) => name.index < password.index);
    return before.toSorted((a, b) => b.index - a.index)[0] ?? names[0] ?? [];
  });
}

/** People labelled every field of a page, but its buttons only on some. */
function buttonAnswer(expected: readonly LabelledField[], found: Place | null): Answer {
  return expected.length === 0 && found !== null ? 'unlabelled' : answer(expected, found);
}

function answer(expected: readonly LabelledField[], found: Place | null): Answer {
  if (found === null) return expected.length === 0 ? 'absent' : 'missed';
  return expected.some((field) => field.tag === found.tag && field.index === found.index) ? 'right' : 'wrong';
}
