import { isAbsolute, relative, resolve, sep } from 'node:path';
import { refusal } from '../core/fault.ts';
import type { ReporterOptions } from '../core/options.ts';
import type { Reporter } from '../core/ports.ts';
import { REPORTER_NAMES } from '../core/reporter-names.ts';
import { DotReporter } from './dot.ts';
import { FileStream } from './file-stream.ts';
import { JsonReporter } from './json.ts';
import { JUnitReporter } from './junit.ts';
import { LineReporter } from './line.ts';
import { ListReporter } from './list.ts';
import type { NamedReporter } from './multiplexer.ts';
import type { TerminalSetup } from './terminal.ts';

export interface ReportersSetup extends TerminalSetup {
  /** Everything relative is relative to this folder. */
  readonly cwd: string;
}

/**
 * The reporters that the user asked for and junit.xml, which is always written. Those of a terminal come last,
 * because their summary tells of the others' failures. Throws a refusal that names every unknown reporter.
 */
export function createReporters(asked: readonly ReporterOptions[], setup: ReportersSetup): NamedReporter[] {
  const unknown = asked.filter(({ name }) => !REPORTER_NAMES.some((known) => known === name));
  if (unknown.length > 0) {
    const mistakes = unknown.map(({ name }) => `there is no reporter ${JSON.stringify(name)}`);
    throw refusal('reporter.unknown', 'a reporter is unknown', mistakes, `known are ${REPORTER_NAMES.join(', ')}`);
  }
  const junits = asked.filter(({ name, path }) => name === 'junit' && path !== undefined).map(({ path }) => path ?? '');
  const terminals = asked.filter(({ name }) => name !== 'junit');
  return [
    ...[`${setup.out}/junit.xml`, ...junits].map((path) => junit(path, setup)),
    ...terminals.map((options) => terminal(options, setup)),
  ];
}

/** The results folder as CI servers look for attachments: from the working directory where it lies in it, else absolute. */
export function attachmentBase(cwd: string, out: string): string {
  const absolute = resolve(cwd, out);
  const within = relative(cwd, absolute);
  const base = within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within) ? absolute : within;
  return base.split(sep).join('/');
}

function junit(path: string, setup: ReportersSetup): NamedReporter {
  const options = { path: resolve(setup.cwd, path), attachmentBase: attachmentBase(setup.cwd, setup.out) };
  return { name: `junit=${path}`, reporter: new JUnitReporter(setup.state, options) };
}

function terminal({ name, path }: ReporterOptions, setup: ReportersSetup): NamedReporter {
  if (path === undefined) return { name, reporter: terminalReporter(name, setup) };
  const file = new FileStream(resolve(setup.cwd, path));
  const reporter = terminalReporter(name, { ...setup, stream: file, isTTY: false, color: false });
  return {
    name: `${name}=${path}`,
    reporter: {
      onEvent: (event) => reporter.onEvent(event),
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
