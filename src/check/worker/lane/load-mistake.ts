import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { asError } from '../../../core/as-error.ts';
import { reasonsOf } from '../../../core/error-reasons.ts';
import { withoutLanes } from '../../../modules/lane-url.ts';
import { placeOf } from '../../../modules/user-frames.ts';
import { importAdvice } from './import-advice.ts';
import { resolvedUserFiles, unresolvedImport } from './lane-modules.ts';
import { shownFile } from './suite-plan.ts';

/** Says why a file did not load, with file and line, as one line for a refusal: `checks/a.check.ts:3: …`. */
export function loadMistake(thrown: unknown, file: string, cwd: string): string {
  const error = asError(thrown);
  const message = withoutLanes(error.message).split('\n')[0]!;
  const unknownImport = importMistake(thrown, cwd);
  if (unknownImport !== undefined) return unknownImport;
  const place =
    placeIn(error) ??
    (error instanceof SyntaxError ? placeOfSyntaxError(error, [file, ...resolvedUserFiles().toReversed()]) : undefined);
  const name = error.name !== 'Error' ? `${error.name}: ` : '';
  return `${place === undefined ? shownFile(file, cwd) : `${shownFile(place.file, cwd)}:${place.line}`}: ${name}${message}${reasonsText(error)}`;
}

/** The errors behind an error, on the same line. */
function reasonsText(error: unknown): string {
  const reasons = reasonsOf(error).map(({ label, text }) => `; ${label}: ${withoutLanes(text).replaceAll('\n', ' ')}`);
  return reasons.join('');
}

function importMistake(error: unknown, cwd: string): string | undefined {
  const wanted = unresolvedImport(error);
  if (wanted === undefined || !wanted.parentURL.startsWith('file:')) return undefined;
  const file = fileURLToPath(wanted.parentURL);
  const line = lineOf(file, wanted.specifier);
  const advice = importAdvice(wanted.specifier, file);
  return `${shownFile(file, cwd)}${line === undefined ? '' : `:${line}`}: import of '${wanted.specifier}': ${advice}`;
}

function lineOf(file: string, specifier: string): number | undefined {
  const lines = readFileSync(file, 'utf8').split('\n');
  const index = lines.findIndex((line) =>
    ["'", '"', '`'].some((quote) => line.includes(`${quote}${specifier}${quote}`)),
  );
  return index < 0 ? undefined : index + 1;
}

interface Place {
  readonly file: string;
  readonly line: number;
}

/** The first place in the error's stack that is in a user's file. */
function placeIn(error: Error): Place | undefined {
  const stack = withoutLanes(error.stack ?? '');
  for (const frame of stack.split('\n')) {
    const place = placeOf(frame);
    if (place !== undefined && resolvedUserFiles().includes(place.file)) return place;
  }
  return undefined;
}

/** V8 does not give the place of a module's syntax error. `node --check` prints it. */
function placeOfSyntaxError(error: SyntaxError, files: readonly string[]): Place | undefined {
  for (const file of new Set(files)) {
    const { stderr, status } = spawnSync(process.execPath, ['--check', file], {
      encoding: 'utf8',
      timeout: 10_000,
      env: {},
    });
    const line = /^\S.*:(\d+)$/m.exec(stderr)?.[1];
    if (status !== 0 && line !== undefined && stderr.includes(error.message)) return { file, line: Number(line) };
  }
  return undefined;
}
