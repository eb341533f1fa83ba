import { refusal } from '../core/fault.ts';
import type { ReporterOptions } from '../core/options.ts';
import { REPORTER_NAMES } from '../core/reporter-names.ts';
import { nearest } from '../text/nearest.ts';

/**
 * Reads the `--reporter` of a command other than `run`: names, separated by commas, each with an optional `=path`.
 * @throws GridrunError that names every unknown reporter
 */
export function reporterOptions(given: readonly string[]): ReporterOptions[] {
  const mistakes: string[] = [];
  const names = given.flatMap((entry) => entry.split(',')).filter(Boolean);
  const reporters = readReporters(names, mistakes);
  if (mistakes.length > 0) throw refusal('options', 'the settings are not valid', { mistakes });
  return reporters;
}

/** Splits each `name=path`. Adds a mistake for each unknown name. */
export function readReporters(given: readonly string[], mistakes: string[]): ReporterOptions[] {
  return given.map((entry) => {
    const [name = '', path = ''] = entry.split(/=(.*)/s);
    if (!REPORTER_NAMES.some((known) => known === name)) {
      const meant = nearest(name, REPORTER_NAMES);
      const hint = meant === undefined ? `the reporters are ${REPORTER_NAMES.join(', ')}` : `did you mean ${meant}?`;
      mistakes.push(`--reporter ${name}: there is no such reporter; ${hint}`);
    }
    return path === '' ? { name } : { name, path };
  });
}
