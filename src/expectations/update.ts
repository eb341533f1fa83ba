import { isMap, isSeq, parseDocument, visit, type Document, type YAMLSeq } from 'yaml';
import type { Cause } from '../core/fault.ts';
import type { RunState, SiteState } from '../core/run-state.ts';
import { isFailing, type CheckVerdict } from '../core/verdict.ts';
import { coveredChecks, isOver, type ExpectationFacts } from './apply.ts';
import { compareExpectations, dayOf, type Expectation } from './expectation.ts';
import { parseExpectations } from './read.ts';

/** How long a new expectation applies. By then a person should have looked at it. */
const NEW_HOLDS_DAYS = 30;
const DAY_MS = 86_400_000;
const MAX_REASON_CHARS = 120;

/** A lost grid is not a known failure of a site. */
const NOT_EXPECTED: ReadonlySet<Cause> = new Set<Cause>(['grid', 'runner', 'browser']);

/** A file of expectations after a run. */
export interface ExpectationsUpdate {
  /** The new text of the file. The same text if nothing changes. */
  readonly text: string;
  readonly added: readonly Expectation[];
  readonly removed: readonly Expectation[];
}

/**
 * Writes the failures of a run into the text of a file. Adds what failed, with a reason to fill in. Removes what passed.
 * Keeps everything else with its reason, owner and day. Sorts the entries and keeps the form of the file: YAML with its
 * comments, or JSON. A second update changes nothing. Throws a refusal as `parseExpectations` does.
 */
export function updateExpectations(
  text: string,
  name: string,
  state: RunState,
  facts: Pick<ExpectationFacts, 'today' | 'extension'>,
): ExpectationsUpdate {
  const { expectations, document } = parseExpectations(text, name);
  const removed = expectations.filter((expectation) =>
    isOver(expectation, coveredBy(expectation, state, facts), state),
  );
  const kept = expectations.filter((expectation) => !removed.includes(expectation));
  const added = [...state.sites()].flatMap((entry) => newOnes(entry, kept, state, facts));
  const wanted = [...kept, ...added].sort(compareExpectations);
  const isSame =
    wanted.length === expectations.length && wanted.every((expectation, index) => expectation === expectations[index]);
  if (isSame && text.trim() !== '') return { text, added, removed };
  return {
    text: isJson(text, name) ? jsonText(text, expectations, wanted) : yamlText(document, expectations, wanted),
    added,
    removed,
  };
}

function coveredBy(expectation: Expectation, state: RunState, facts: ExpectationFacts): CheckVerdict[] {
  const entry = state.site(expectation.site);
  return entry === undefined ? [] : coveredChecks(expectation, entry, state, facts);
}

/**
 * One new expectation for the site if every check of the suite failed there, or else one for each failed check. A run of a
 * part of the suite does not know the other checks of the site.
 */
function newOnes(
  entry: SiteState,
  kept: readonly Expectation[],
  state: RunState,
  facts: ExpectationFacts,
): Expectation[] {
  // The run was stopped before the site's next attempt, which may have passed.
  if (entry.verdict.stoppedBy !== undefined) return [];
  const known = new Set(
    kept
      .filter(({ site }) => site === entry.site.id)
      .flatMap((one) => coveredChecks(one, entry, state, facts).map(({ title }) => title)),
  );
  const isNew = (check: CheckVerdict): boolean =>
    isFailing(check.status) && !known.has(check.title) && (check.cause === undefined || !NOT_EXPECTED.has(check.cause));
  const { checks } = entry.verdict;
  const fresh = checks.filter(isNew);
  const until = dayOf(Date.parse(`${facts.today}T00:00:00Z`) + NEW_HOLDS_DAYS * DAY_MS);
  const make = (check: CheckVerdict, title?: string): Expectation => ({
    site: entry.site.id,
    ...(title === undefined ? {} : { check: title }),
    reason: reasonOf(check),
    owner: 'TODO',
    until,
  });
  const [first] = fresh;
  const isWhole = checks.length > 1 && fresh.length === checks.length && state.started?.checksLeftOut !== true;
  if (first !== undefined && isWhole) return [make(first)];
  return fresh.map((check) => make(check, check.title));
}

function reasonOf({ fault }: CheckVerdict): string {
  const line = (fault?.message ?? '').trim().split(/\r?\n/, 1)[0] ?? '';
  // A page can put anything into a message, and people read this file.
  const safe = line.toWellFormed().replaceAll(/\p{C}/gu, ' ').slice(0, MAX_REASON_CHARS).toWellFormed().trim();
  return safe === '' ? 'TODO: why?' : `TODO: why? ${safe}`;
}

function isJson(text: string, name: string): boolean {
  if (text.trim() === '') return name.toLowerCase().endsWith('.json');
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Keeps the user's order of keys in entries that stay. */
function jsonText(text: string, before: readonly Expectation[], wanted: readonly Expectation[]): string {
  const entries = text.trim() === '' ? [] : (JSON.parse(text) as readonly unknown[]);
  const written = wanted.map((expectation) => entries[before.indexOf(expectation)] ?? expectation);
  return `${JSON.stringify(written, undefined, 2)}\n`;
}

/** The same for YAML. Entries that stay keep their comments and their style. */
function yamlText(document: Document, before: readonly Expectation[], wanted: readonly Expectation[]): string {
  const target: Document = isSeq(document.contents) ? document : parseDocument('[]');
  if (target !== document) target.commentBefore = document.commentBefore ?? document.comment;
  const list = target.contents as YAMLSeq;
  // Sorting may move an anchor behind its alias, or remove it. So write such entries out in full.
  const nodes = isSeq(document.contents) && !hasAlias(document) ? document.contents.items : [];
  list.items = wanted.map((expectation) => {
    const node = nodes[before.indexOf(expectation)];
    return isMap(node) ? node : target.createNode(expectation);
  });
  list.flow = list.items.length === 0;
  return target.toString({ lineWidth: 0 });
}

function hasAlias(document: Document): boolean {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}
