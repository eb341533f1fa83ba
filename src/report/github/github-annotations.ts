import { stripVTControlCharacters } from 'node:util';
import type { Fault } from '../../core/fault.ts';
import { groupNewFaults, type FaultGroup } from '../../core/fault-groups.ts';
import type { RunState, SiteState } from '../../core/run-state.ts';

/** GitHub shows this many errors and this many warnings of a step, and silently drops the rest. */
const MAX_PER_LEVEL = 10;
const MAX_MESSAGE_CHARS = 3000;
const MAX_TITLE_CHARS = 200;
const MAX_SITES = 10;

interface Annotation {
  readonly title: string;
  readonly message: string;
  readonly file?: string;
  readonly line?: string;
}

/** Workflow commands, one a line: an error for each group of failures, a warning for flaky sites and for each notice. */
export function githubAnnotations(state: RunState, unwritten: readonly string[] = []): string[] {
  const errors = [
    ...unwritten.map((name): Annotation => ({ title: 'a report could not be written', message: name })),
    ...(state.ended?.faults ?? []).map((fault): Annotation => ({ title: fault.code, message: withHint(fault) })),
    ...groupNewFaults(state.sites()).map((group) => ofGroup(state, group)),
  ];
  const flaky = [...state.sites()].filter(({ verdict }) => verdict.verdict === 'flaky');
  const warnings = [
    ...(flaky.length === 0 ? [] : [ofFlaky(flaky)]),
    ...state.notices
      .filter(({ level }) => level === 'warning')
      .map(({ code, text }): Annotation => ({ title: code, message: text })),
  ];
  return [
    ...atMost(errors, 'groups of failures').map((one) => command('error', one)),
    ...atMost(warnings, 'warnings').map((one) => command('warning', one)),
  ];
}

function ofGroup(state: RunState, { representative, siteIds, titles, count }: FaultGroup): Annotation {
  const sites = `${siteIds.slice(0, MAX_SITES).join(', ')}${siteIds.length > MAX_SITES ? `, … and ${siteIds.length - MAX_SITES} more` : ''}`;
  const plan = state.checks.find(({ title }) => title === titles[0]);
  const line = plan === undefined ? undefined : lineIn(representative, plan.file);
  return {
    title: `${titles.length === 1 ? (titles[0] ?? '') : `${titles.length} checks`}: ${siteIds.length} ${siteIds.length === 1 ? 'site' : 'sites'}`,
    message: `${withHint(representative)}\n\n${count} failed ${count === 1 ? 'check' : 'checks'} on ${sites}`,
    ...(plan === undefined ? {} : { file: plan.file }),
    ...(line === undefined ? {} : { line }),
  };
}

function ofFlaky(sites: readonly SiteState[]): Annotation {
  const ids = sites
    .slice(0, MAX_SITES)
    .map(({ site }) => site.id)
    .join(', ');
  return {
    title: `flaky: ${sites.length} ${sites.length === 1 ? 'site' : 'sites'}`,
    message: `${ids}${sites.length > MAX_SITES ? ', …' : ''}`,
  };
}

/** The line of the check's own file that threw it. */
function lineIn(fault: Fault, file: string): string | undefined {
  const at = fault.stack?.split('\n').find((line) => line.includes(file));
  return at === undefined ? undefined : /^[^:]*?(?:\?[^:]*)?:(\d+)/.exec(at.slice(at.indexOf(file) + file.length))?.[1];
}

function withHint({ message, hint }: Fault): string {
  return hint === undefined ? message : `${message.slice(0, MAX_MESSAGE_CHARS)}\n${hint}`;
}

/** The last annotation says how many are not shown. */
function atMost(all: readonly Annotation[], what: string): Annotation[] {
  if (all.length <= MAX_PER_LEVEL) return [...all];
  const rest = all.length - MAX_PER_LEVEL + 1;
  return [
    ...all.slice(0, MAX_PER_LEVEL - 1),
    {
      title: `${rest} more ${what}`,
      message: 'GitHub shows no more here. See the job summary and the report.',
    },
  ];
}

function command(level: 'error' | 'warning', { title, message, file, line }: Annotation): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`]),
    ...(line === undefined ? [] : [`line=${property(line)}`]),
    `title=${property(plain(title).slice(0, MAX_TITLE_CHARS))}`,
  ];
  return `::${level} ${properties.join(',')}::${data(plain(message).slice(0, MAX_MESSAGE_CHARS))}`;
}

function plain(text: string): string {
  return stripVTControlCharacters(text).toWellFormed();
}

/** As the runner unescapes it: https://github.com/actions/toolkit/blob/main/docs/commands.md */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
