import { existsSync, lstatSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { portablePath } from '../os/portable-path.ts';
import { refusal } from '../core/fault.ts';
import type { ReporterOptions } from '../core/options.ts';
import type { Reporter } from '../core/ports.ts';
import { REPORTER_NAMES } from '../core/reporter-names.ts';
import { CTRF_JSON, JUNIT_XML, REPORT_HTML } from '../results/layout.ts';
import { CtrfReporter } from './ctrf.ts';
import { DotReporter } from './terminal/dot.ts';
import { FileStream } from './terminal/file-stream.ts';
import { GithubReporter } from './github/github.ts';
import { HtmlReporter } from './html/html-reporter.ts';
import { JsonReporter } from './json.ts';
import { JUnitReporter } from './junit/junit.ts';
import { LineReporter } from './terminal/line.ts';
import { ListReporter } from './terminal/list.ts';
import { reportName, type NamedReporter } from './multiplexer.ts';
import type { TerminalSetup } from './terminal/terminal.ts';

export interface ReportersSetup extends TerminalSetup {
  /** The base of every relative path. */
  readonly cwd: string;
  /** The environment that GitHub gives to a job. Default: that of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Reporters that write a file or a format of their own. */
const NOT_TERMINAL: ReadonlySet<string> = new Set(['junit', 'html', 'ctrf', 'github']);

/**
 * Creates the reporters that the user asked for, and those of junit.xml and report.html, which are always written.
 * Terminal reporters come last, because their summary lists the reports that failed. Throws a refusal that names every
 * unknown reporter.
 */
export function createReporters(asked: readonly ReporterOptions[], setup: ReportersSetup): NamedReporter[] {
  const unknown = asked.filter(({ name }) => !REPORTER_NAMES.some((known) => known === name));
  if (unknown.length > 0) {
    const mistakes = unknown.map(({ name }) => `there is no reporter ${JSON.stringify(name)}`);
    throw refusal('reporter.unknown', 'unknown reporter', {
      mistakes,
      hint: `the reporters are ${REPORTER_NAMES.join(', ')}`,
    });
  }
  const pathsOf = (file: string): string[] => asked.flatMap(({ name, path }) => (name === file ? (path ?? []) : []));
  const { out, cwd, state } = setup;
  const junits = [`${out}/${JUNIT_XML}`, ...pathsOf('junit')].map((path) => {
    const reporter = new JUnitReporter(state, { path: resolve(cwd, path), attachmentBase: attachmentBase(cwd, out) });
    return { name: reportName('junit', path), reporter };
  });
  const reportNotes = (): string[] => junits.flatMap(({ reporter }) => reporter.note() ?? []);
  const of = (wanted: string): ReporterOptions[] => asked.filter(({ name }) => name === wanted);
  return [
    ...junits,
    ...[`${out}/${REPORT_HTML}`, ...pathsOf('html')].map((path) => html(path, setup)),
    ...of('ctrf').map((options) => ctrf(options, setup)),
    ...of('github').map((options) => github(options, setup)),
    ...asked
      .filter(({ name }) => !NOT_TERMINAL.has(name))
      .map((options) => terminal(options, { ...setup, reportNotes })),
  ];
}

/**
 * A report replaces what is at its path, so that must not be a device, a pipe or a folder. Throws a refusal that names
 * each such path.
 */
export async function refuseNotFiles(asked: readonly ReporterOptions[], cwd: string): Promise<void> {
  const mistakes = asked.flatMap(({ name, path }) => {
    const isThere = path !== undefined && existsSync(resolve(cwd, path));
    return isThere && !lstatSync(resolve(cwd, path)).isFile()
      ? [`--reporter ${name}=${path}: exists, but is not a file`]
      : [];
  });
  if (mistakes.length > 0)
    throw refusal('reporter.not-a-file', 'a report path is not a file', {
      mistakes,
      hint: 'pass the path of a file; gridrun creates its folder',
    });
}

/** The reporters that work without a terminal. */
export function withoutTerminal(asked: readonly ReporterOptions[]): ReporterOptions[] {
  return asked.filter(({ name, path }) => path !== undefined || name === 'ctrf');
}

/** The results folder as CI servers need it for attachments: relative if it is in the working directory, else absolute. */
export function attachmentBase(cwd: string, out: string): string {
  const absolute = resolve(cwd, out);
  const within = relative(cwd, absolute);
  const base = within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within) ? absolute : within;
  return base.split(sep).join('/');
}

function html(path: string, setup: ReportersSetup): NamedReporter {
  const absolute = resolve(setup.cwd, path);
  const base = portablePath(dirname(absolute), resolve(setup.cwd, setup.out));
  return {
    name: reportName('html', path),
    reporter: new HtmlReporter(setup.state, { path: absolute, evidenceBase: base }),
  };
}

function ctrf({ path }: ReporterOptions, setup: ReportersSetup): NamedReporter {
  const { state, cwd, out } = setup;
  const file = path === undefined ? resolve(cwd, out, CTRF_JSON) : resolve(cwd, path);
  return {
    name: `ctrf=${path ?? `${out}/${CTRF_JSON}`}`,
    reporter: new CtrfReporter(state, { path: file, attachmentBase: attachmentBase(cwd, out) }),
  };
}

function github({ path }: ReporterOptions, setup: ReportersSetup): NamedReporter {
  const { state, cwd, stream, reportFailures } = setup;
  const out = attachmentBase(cwd, setup.out);
  const html = reportName('html', `${setup.out}/${REPORT_HTML}`);
  const hasReport = (): boolean => reportFailures().every(({ reporter }) => reporter !== html);
  const unwritten = (): string[] => reportFailures().map(({ reporter }) => reporter);
  const { GITHUB_STEP_SUMMARY } = setup.env ?? process.env;
  // With a path, the summary goes only there, and is short enough for a comment.
  if (path !== undefined)
    return {
      name: `github=${path}`,
      reporter: new GithubReporter(state, { out, hasReport, unwritten, summaryPath: resolve(cwd, path) }),
    };
  const summary =
    GITHUB_STEP_SUMMARY === undefined || GITHUB_STEP_SUMMARY === '' ? {} : { summaryPath: GITHUB_STEP_SUMMARY };
  return { name: 'github', reporter: new GithubReporter(state, { out, hasReport, unwritten, stream, ...summary }) };
}

function terminal({ name, path }: ReporterOptions, setup: ReportersSetup): NamedReporter {
  if (path === undefined) return { name, reporter: terminalReporter(name, setup) };
  const file = new FileStream(resolve(setup.cwd, path));
  const reporter = terminalReporter(name, { ...setup, stream: file, isTTY: false, color: false });
  return {
    name: `${name}=${path}`,
    reporter: {
      onEvent: (event) => reporter.onEvent?.(event),
      finish: async () => {
        await reporter.finish?.();
        file.close();
      },
    },
  };
}

function terminalReporter(name: string, setup: TerminalSetup): Reporter {
  if (name === 'json') return new JsonReporter(setup.stream);
  if (name === 'dot') return new DotReporter(setup);
  return name === 'line' ? new LineReporter(setup) : new ListReporter(setup);
}
